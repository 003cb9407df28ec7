import { Alert, Button, Code, Group, Skeleton, Stack, Text } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import type { Fault } from '../data/post.ts'
import { texts } from '../texts.ts'

/** Quick answers come without a flicker. */
const SKELETON_AFTER_MS = 200

export function Loading({ rows = 6 }: { rows?: number }) {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SKELETON_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  if (!isShown) return <div className="loading" />
  return (
    <Stack gap="xs" className="loading" role="status" aria-label={texts.states.loading}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={28} />
      ))}
    </Stack>
  )
}

/** What went wrong, the id under which the server's log has it, and a way on. */
export function Failed({ fault, retry }: { fault: Fault; retry: () => void }) {
  return (
    <Alert color="red" variant="light" title={texts.states.failed} role="alert">
      <Stack gap="xs" align="start">
        <Text size="sm">{fault.message}</Text>
        {fault.requestId !== undefined && (
          <Text size="sm" className="breaks">
            {texts.states.request(fault.requestId)}
          </Text>
        )}
        <Button variant="default" onClick={retry}>
          {texts.states.retry}
        </Button>
      </Stack>
    </Alert>
  )
}

/** There is nothing yet: what it would be, how to make it, and the same for a terminal. */
export function Empty({ text, action, curl }: { text: string; action?: ReactNode; curl?: string }) {
  return (
    <Stack align="start" gap="sm" className="empty">
      <Text>{text}</Text>
      {action}
      {curl !== undefined && (
        <Code block tabIndex={0} aria-label={texts.states.curl} className="copyable">
          {curl}
        </Code>
      )}
    </Stack>
  )
}

export function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <Group className="empty">
      <Text>{texts.states.noMatch}</Text>
      <Button variant="default" onClick={onClear}>
        {texts.states.clear}
      </Button>
    </Group>
  )
}
