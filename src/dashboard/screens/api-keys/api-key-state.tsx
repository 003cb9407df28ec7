import { Text } from '@mantine/core'
import type { ApiKeyRowFragment } from '../../../generated/dashboard/graphql.ts'
import { StatusWord, type Tone } from '../../pieces/status-word.tsx'
import { texts } from '../../texts.ts'

type State = keyof typeof texts.apiKeys.states

/** A key that nobody has used for so long is probably forgotten, and its text lies about somewhere. */
const UNUSED_MS = 90 * 86_400_000

export function stateOf(key: ApiKeyRowFragment, now = Date.now()): State {
  if (key.revokedAt != null) return 'REVOKED'
  if (key.expiresAt != null && Date.parse(key.expiresAt) <= now) return 'EXPIRED'
  return now - Date.parse(key.lastUsedAt ?? key.created) > UNUSED_MS ? 'UNUSED' : 'ACTIVE'
}

/** Whether it still lets anybody in. */
export const isAlive = (key: ApiKeyRowFragment): boolean =>
  ['ACTIVE', 'UNUSED'].includes(stateOf(key))

const TONES: Record<State, Tone> = {
  ACTIVE: 'good',
  UNUSED: 'warn',
  EXPIRED: 'quiet',
  REVOKED: 'quiet',
}

export function ApiKeyState({ apiKey }: { apiKey: ApiKeyRowFragment }) {
  const state = stateOf(apiKey)
  return (
    <>
      <StatusWord tone={TONES[state]} word={texts.apiKeys.states[state]} />
      {state === 'UNUSED' && (
        <Text size="xs" c="dimmed">
          {texts.apiKeys.unusedFor}
        </Text>
      )}
    </>
  )
}
