import { Anchor, Button, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import type { EndpointRowFragment } from '../../../generated/dashboard/graphql.ts'
import { useUpdates } from '../../data/use-live.tsx'
import { useKeys } from '../../keys/use-keys.ts'
import type { Column } from '../../lists/columns.ts'
import { List } from '../../lists/list-page.tsx'
import { Moment, momentIn, spanOf } from '../../pieces/moment.tsx'
import { Screen } from '../../pieces/screen.tsx'
import { useViewer } from '../../session/viewer.tsx'
import { texts } from '../../texts.ts'
import { LoadEndpoints } from './documents.ts'
import {
  EndpointState,
  milliseconds,
  nameOf,
  percent,
  sentenceOf,
  stateOf,
} from './endpoint-state.tsx'
import { NewEndpoint } from './new-endpoint.tsx'
import { useEndpointActions } from './use-endpoint-actions.tsx'

type Row = EndpointRowFragment

const say = texts.webhooks

const query = {
  document: LoadEndpoints,
  variables: {},
  select: (data: { webhookEndpoints: { nodes: Row[]; pageInfo: { hasNextPage: boolean } } }) =>
    data.webhookEndpoints,
}

const waiting = ({ health }: Row) =>
  health.pendingDeliveries === 0
    ? texts.none
    : say.waiting(health.pendingDeliveries, spanOf(health.oldestPendingSeconds ?? 0))

function columnsIn(zone: string): Column<Row>[] {
  return [
    {
      id: 'name',
      title: say.name,
      cell: (row) => (
        <Stack gap={0}>
          <Anchor component={Link} href={`/webhooks/${row.id}`} fw={600}>
            {nameOf(row)}
          </Anchor>
          {row.name != null && (
            <Text size="xs" c="dimmed" className="breaks">
              {row.url}
            </Text>
          )}
        </Stack>
      ),
      text: (row) => `${row.name ?? ''} ${row.url}`.trim(),
    },
    {
      id: 'state',
      title: say.state,
      cell: (row) => (
        <Stack gap={2} align="start">
          <EndpointState endpoint={row} />
          <Text size="xs" c="dimmed">
            {sentenceOf(row, (at) => momentIn(zone, at))}
          </Text>
        </Stack>
      ),
      text: (row) => texts.endpoint.states[stateOf(row)],
    },
    {
      id: 'types',
      title: say.types,
      isWide: true,
      cell: ({ eventTypes }) =>
        eventTypes.slice(0, 2).join(', ') +
        (eventTypes.length > 2 ? ` ${texts.more(eventTypes.length - 2)}` : ''),
      text: ({ eventTypes }) => eventTypes.join(' '),
    },
    {
      id: 'ordering',
      title: say.ordering,
      isWide: true,
      isOptional: true,
      cell: ({ ordering }) => texts.endpoint.orderings[ordering],
      text: ({ ordering }) => ordering,
    },
    {
      id: 'success',
      title: say.success,
      align: 'right',
      isWide: true,
      cell: ({ health }) => percent(health.successRate),
      text: ({ health }) => percent(health.successRate),
    },
    {
      id: 'p95',
      title: say.p95,
      align: 'right',
      isWide: true,
      cell: ({ health }) => milliseconds(health.p95Ms),
      text: ({ health }) => String(health.p95Ms ?? ''),
    },
    { id: 'waiting', title: say.waitingTitle, isWide: true, cell: waiting, text: waiting },
    {
      id: 'last',
      title: say.lastSuccess,
      isWide: true,
      cell: ({ health }) => <Moment at={health.lastSuccessAt} />,
      text: ({ health }) => health.lastSuccessAt ?? '',
    },
  ]
}

export function Webhooks() {
  const { organization } = useViewer()
  const [isNew, setNew] = useState(false)
  const [updates, reload] = useUpdates()
  const { actions, dialog } = useEndpointActions(reload)
  const [columns] = useState(() => columnsIn(organization.timezone))
  const create = <Button onClick={() => setNew(true)}>{say.create}</Button>
  useKeys(say.title, [{ keys: 'n', label: say.create, run: () => setNew(true) }])
  return (
    <Screen title={say.title} actions={create}>
      <List
        name="webhooks"
        title={say.title}
        query={query}
        columns={columns}
        rowActions={actions}
        // Whatever happens is sent to somebody.
        reloadOn={['']}
        updates={updates}
        empty={{ text: say.empty, action: create, curl: say.curl }}
      />
      {dialog}
      <NewEndpoint
        opened={isNew}
        onClose={() => {
          setNew(false)
          reload()
        }}
      />
    </Screen>
  )
}
