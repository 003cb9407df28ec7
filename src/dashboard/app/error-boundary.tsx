import { Alert, Button, Stack, Text } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { texts } from '../texts.ts'

/** A fault of one screen leaves the rest of the page usable. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {}

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children
    return (
      <Alert color="red" title={texts.states.broken} role="alert">
        <Stack align="start">
          <Text size="sm">{this.state.error.message}</Text>
          <Button variant="default" onClick={() => location.reload()}>
            {texts.states.reload}
          </Button>
        </Stack>
      </Alert>
    )
  }
}
