import { Text } from '@mantine/core'
import { useEffect } from 'react'
import { useEvents, useUpdates } from '../../data/use-live.tsx'
import { useRecord } from '../../data/use-record.ts'
import { Screen } from '../../pieces/screen.tsx'
import { Empty, Failed, Loading } from '../../pieces/states.tsx'
import { useViewer } from '../../session/viewer.tsx'
import { texts } from '../../texts.ts'
import { LoadEndpointNames } from '../deliveries/documents.ts'
import { useAttempts } from '../deliveries/use-attempts.ts'
import { AttentionList } from './attention-list.tsx'
import { LoadAttention } from './documents.ts'

const say = texts.home

/** What needs this person now, the most urgent first; nothing else. */
export function Home() {
  const { data, fault, reload } = useRecord(LoadAttention, {})
  const [updates, changed] = useUpdates()
  useEvents([''], changed)
  useEndpointAttempts(changed)
  useEffect(() => {
    if (updates > 0) reload()
    // oxlint-disable-next-line react/exhaustive-deps
  }, [updates])
  const attention = data?.attention
  return (
    <Screen title={texts.places.home}>
      {fault && <Failed fault={fault} retry={reload} />}
      {!fault && attention === undefined && <Loading />}
      {attention?.items.length === 0 && <Empty text={say.nothing} curl={say.curl} />}
      {attention !== undefined && attention.items.length > 0 && (
        <AttentionList items={attention.items} />
      )}
      {attention?.hasMore === true && <Text c="dimmed">{say.more}</Text>}
    </Screen>
  )
}

/** Attempts are no events: an endpoint fails, and recovers, without one. */
function useEndpointAttempts(changed: () => void): void {
  const viewer = useViewer()
  const { data } = useRecord(LoadEndpointNames, {}, { pause: !viewer.can('webhooks:manage') })
  useAttempts(data?.webhookEndpoints.nodes.map(({ id }) => id) ?? [], changed)
}
