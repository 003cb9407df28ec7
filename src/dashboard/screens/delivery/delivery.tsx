import { Anchor, Button, Stack, Text, Title } from '@mantine/core'
import { useEffect } from 'react'
import { Link } from 'wouter'
import type { DashboardDeliveryQuery } from '../../../generated/dashboard/graphql.ts'
import { useCommand } from '../../data/use-command.ts'
import { useUpdates } from '../../data/use-live.tsx'
import { useRecord } from '../../data/use-record.ts'
import { useKeys } from '../../keys/use-keys.ts'
import { Copy, Copyable } from '../../pieces/copy.tsx'
import { Moment } from '../../pieces/moment.tsx'
import { notify } from '../../pieces/notify.ts'
import { Facts, Gone, Screen } from '../../pieces/screen.tsx'
import { Failed, Loading } from '../../pieces/states.tsx'
import { texts } from '../../texts.ts'
import { DeliveryState } from '../deliveries/delivery-state.tsx'
import { RetryDelivery } from '../deliveries/documents.ts'
import { useAttempts } from '../deliveries/use-attempts.ts'
import { nameOf, stateOf } from '../webhooks/endpoint-state.tsx'
import { Attempts } from './attempts.tsx'
import { copyText, toCurl } from './curl.ts'
import { LoadDelivery, LoadDeliveryEndpoint } from './documents.ts'

const say = texts.delivery

type Found = Extract<DashboardDeliveryQuery['node'], { __typename: 'WebhookDelivery' }>

export function Delivery({ id }: { id: string }) {
  const { data, fault, reload } = useRecord(LoadDelivery, { id })
  const [updates, changed] = useUpdates()
  const delivery = data?.node
  const found = delivery?.__typename === 'WebhookDelivery' ? delivery : undefined
  useAttempts(found === undefined ? [] : [found.endpointId], changed)
  useEffect(() => {
    if (updates > 0) reload()
    // oxlint-disable-next-line react/exhaustive-deps
  }, [updates])
  if (fault !== undefined) return <Failed fault={fault} retry={reload} />
  if (data === undefined) return <Loading />
  if (found === undefined) return <Gone text={say.gone} />
  return <Shown delivery={found} onChanged={changed} />
}

function Shown({ delivery, onChanged }: { delivery: Found; onChanged: () => void }) {
  const around = useRecord(LoadDeliveryEndpoint, {
    id: delivery.endpointId,
    eventId: delivery.eventId,
  }).data
  const endpoint = around?.webhookEndpoint ?? undefined
  const others = around?.webhookDeliveries.nodes.filter(({ id }) => id !== delivery.id) ?? []
  const retry = useCommand(RetryDelivery, (data) => data.webhookDeliveryRetry)
  const body = delivery.payload == null ? undefined : JSON.stringify(delivery.payload)
  const curl = toCurl(endpoint?.url, delivery.attempts.at(-1), body)
  const again = () => {
    retry
      .run({ id: delivery.id })
      .then((done) => {
        if (done?.userErrors.length === 0) notify.done(texts.deliveries.retried(1))
        onChanged()
      })
      .catch(onChanged)
  }
  useKeys(texts.deliveries.one, [
    { keys: 'r', label: texts.deliveries.retry, run: again },
    curl !== undefined && { keys: 'c', label: say.copyCurl, run: () => copyText(curl) },
    body !== undefined && { keys: 'y', label: say.copyBody, run: () => copyText(body) },
  ])
  return (
    <Screen
      title={delivery.eventType}
      above={[{ title: texts.deliveries.title, path: '/deliveries' }]}
      status={<DeliveryState status={delivery.status} />}
      actions={
        <>
          {curl !== undefined && <Copy value={curl} label={say.copyCurl} isNamed />}
          <Button onClick={again} loading={retry.isRunning}>
            {texts.deliveries.retry}
          </Button>
        </>
      }
    >
      <Facts
        facts={[
          [
            texts.deliveries.endpoint,
            <Anchor key="endpoint" component={Link} href={`/webhooks/${delivery.endpointId}`}>
              {endpoint === undefined
                ? delivery.endpointId
                : `${nameOf(endpoint)} (${texts.endpoint.states[stateOf(endpoint)]})`}
            </Anchor>,
          ],
          [
            texts.deliveries.sequence,
            delivery.sequence == null ? texts.deliveries.test : `#${String(delivery.sequence)}`,
          ],
          [texts.deliveries.eventId, delivery.eventId],
          [texts.deliveries.created, <Moment key="created" at={delivery.created} />],
          [texts.deliveries.completed, <Moment key="completed" at={delivery.completedAt} />],
          [texts.deliveries.next, <Moment key="next" at={delivery.nextAttemptAt} />],
          ...(delivery.skipReason == null
            ? []
            : [[say.skipReason, delivery.skipReason] as [string, string]]),
        ]}
      />
      <Attempts attempts={delivery.attempts} />
      <Stack gap="xs" component="section">
        <Title order={2} size="h4">
          {say.body}
        </Title>
        {body === undefined ? (
          <Text>{say.bodyGone}</Text>
        ) : (
          <Copyable value={JSON.stringify(delivery.payload, undefined, 2)} label={say.body} />
        )}
      </Stack>
      {others.length > 0 && (
        <Stack gap="xs" component="section">
          <Title order={2} size="h4">
            {say.others}
          </Title>
          {others.map((other) => (
            <Text key={other.id}>
              <Anchor component={Link} href={`/deliveries/${other.id}`}>
                {other.endpointId}
              </Anchor>{' '}
              <DeliveryState status={other.status} />
            </Text>
          ))}
        </Stack>
      )}
    </Screen>
  )
}
