import { Stack, Text } from '@mantine/core'
import { Moment, momentIn, spanOf } from '../../pieces/moment.tsx'
import { Facts } from '../../pieces/screen.tsx'
import { useViewer } from '../../session/viewer.tsx'
import { texts } from '../../texts.ts'
import { milliseconds, percent, sentenceOf } from '../webhooks/endpoint-state.tsx'
import type { LoadedEndpoint } from './endpoint.tsx'

const say = texts.endpoint.facts

export function Overview({ endpoint }: { endpoint: LoadedEndpoint }) {
  const { organization } = useViewer()
  const { health } = endpoint
  return (
    <Stack>
      <Text size="lg" data-sentence>
        {sentenceOf(endpoint, (at) => momentIn(organization.timezone, at))}
      </Text>
      <Facts
        facts={[
          [say.url, endpoint.url],
          [say.success, percent(health.successRate)],
          [say.p50, milliseconds(health.p50Ms)],
          [say.p95, milliseconds(health.p95Ms)],
          [say.waiting, String(health.pendingDeliveries)],
          [
            say.oldest,
            health.oldestPendingSeconds == null ? texts.none : spanOf(health.oldestPendingSeconds),
          ],
          [say.drain, health.drainSeconds == null ? texts.none : spanOf(health.drainSeconds)],
          [say.lastSuccess, <Moment key="success" at={health.lastSuccessAt} />],
          [say.lastFailure, <Moment key="failure" at={health.lastFailureAt} />],
          [say.types, endpoint.eventTypes.join(', ')],
          [say.ordering, texts.endpoint.orderings[endpoint.ordering]],
        ]}
      />
    </Stack>
  )
}
