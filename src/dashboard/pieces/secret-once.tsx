import { Alert, Button, Checkbox, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { texts } from '../texts.ts'
import { Copyable } from './copy.tsx'

export interface SecretOnceProps {
  /** What it is; without, a signing secret. */
  label?: string
  secret: string
  explanation: string
  /** As a line for a `.env` file. */
  variable?: string
  onDone: () => void
}

/** A secret that is never shown again: it is to be said that it was kept before the dialog closes. */
export function SecretOnce(props: SecretOnceProps) {
  const { label = texts.secret.label, secret, explanation, variable, onDone } = props
  const [isKept, setKept] = useState(false)
  return (
    <Stack>
      <Text size="sm">{explanation}</Text>
      <Copyable value={secret} label={label} />
      {variable !== undefined && (
        <Copyable value={`${variable}=${secret}`} label={texts.secret.line} />
      )}
      <Alert color="orange" variant="light">
        {texts.secret.once}
      </Alert>
      <Checkbox
        label={texts.secret.kept}
        checked={isKept}
        onChange={(event) => setKept(event.currentTarget.checked)}
      />
      <Group justify="end">
        <Button onClick={onDone} disabled={!isKept}>
          {texts.secret.done}
        </Button>
      </Group>
    </Stack>
  )
}
