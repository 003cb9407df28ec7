import { Group, Text } from '@mantine/core'
import { texts } from '../../texts.ts'
import { milliseconds } from '../webhooks/endpoint-state.tsx'

interface Times {
  dnsMs?: number | null
  connectMs?: number | null
  tlsMs?: number | null
  firstByteMs?: number | null
  totalMs: number
}

const COLORS = { dns: 'violet', connect: 'orange', tls: 'teal', waiting: 'blue', rest: 'gray' }

/** Where the time of an attempt went, as a bar and in words. */
export function Timing({ attempt }: { attempt: Times }) {
  const { dnsMs, connectMs, tlsMs, firstByteMs, totalMs } = attempt
  const stages = (
    [
      ['dns', dnsMs ?? 0],
      ['connect', connectMs ?? 0],
      ['tls', tlsMs ?? 0],
      ['waiting', firstByteMs ?? 0],
    ] as const
  ).filter(([, ms]) => ms > 0)
  const rest = totalMs - stages.reduce((sum, [, ms]) => sum + ms, 0)
  const all = [...stages, ...(rest > 0 ? ([['rest', rest]] as const) : [])]
  return (
    <div>
      <div className="timing" aria-hidden="true">
        {all.map(([stage, ms]) => (
          <span
            key={stage}
            style={{
              width: `${String((ms / Math.max(totalMs, 0.001)) * 100)}%`,
              background: `var(--mantine-color-${COLORS[stage]}-6)`,
            }}
          />
        ))}
      </div>
      <Group gap="md">
        {all.map(([stage, ms]) => (
          <Text key={stage} size="xs">
            {texts.delivery.stages[stage]} {milliseconds(ms)}
          </Text>
        ))}
      </Group>
    </div>
  )
}
