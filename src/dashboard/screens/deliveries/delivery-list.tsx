import { Button } from '@mantine/core'
import { useCallback, useMemo, useState } from 'react'
import type {
  DashboardDeliveriesQuery,
  DeliveryRowFragment,
  WebhookDeliveryStatus,
} from '../../../generated/dashboard/graphql.ts'
import { useCommand } from '../../data/use-command.ts'
import { useUpdates } from '../../data/use-live.tsx'
import type { RowAction } from '../../lists/columns.ts'
import { List } from '../../lists/list-page.tsx'
import { type Filter, useFilters } from '../../lists/use-filters.ts'
import { notify } from '../../pieces/notify.ts'
import { texts } from '../../texts.ts'
import { deliveryColumns } from './delivery-columns.tsx'
import { LoadDeliveries, RetryDeliveries, RetryDelivery } from './documents.ts'
import { useAttempts } from './use-attempts.ts'

type Row = DeliveryRowFragment
const say = texts.deliveries

const FILTERS: readonly Filter[] = [
  {
    name: 'status',
    label: say.state,
    options: Object.entries(texts.delivery.states).map(([value, label]) => ({ value, label })),
  },
  { name: 'type', label: say.typeFilter },
  { name: 'event', label: say.eventId },
]

const select = (data: DashboardDeliveriesQuery) => data.webhookDeliveries

interface DeliveryListProps {
  /** Of this endpoint; without, of all. */
  endpointId?: string
  /** Those whose attempts are followed. */
  followed: readonly string[]
  endpointName?: (id: string) => string
  children?: React.ReactNode
}

export function DeliveryList(props: DeliveryListProps) {
  const { endpointId, endpointName, followed } = props
  const filters = useFilters(FILTERS)
  const [updates, changed] = useUpdates()
  useAttempts(followed, changed)
  const { status = [], type = [], event = [] } = filters.values
  const query = useMemo(
    () => ({
      document: LoadDeliveries,
      variables: {
        ...(endpointId !== undefined && { endpointId }),
        where: {
          ...(status.length > 0 && { status: status as WebhookDeliveryStatus[] }),
          ...(type.length > 0 && { types: [...type] }),
          ...(event[0] !== undefined && { eventId: event[0] }),
        },
      },
      select,
    }),
    [endpointId, status, type, event],
  )
  const [columns] = useState(() => deliveryColumns(endpointName))
  const { actions, retryAll } = useRetry(changed)
  const renderSelected = useCallback(
    (rows: readonly Row[], clear: () => void) => (
      <Button
        variant="default"

        onClick={() => {
          retryAll(rows).then(clear).catch(clear)
        }}
      >
        {say.retrySelected}
      </Button>
    ),
    [retryAll],
  )
  return (
    <List
      name="deliveries"
      title={say.title}
      query={query}
      columns={columns}
      filters={filters}
      rowActions={actions}
      renderSelected={renderSelected}
      reloadOn={['']}
      updates={updates}
      empty={{ text: say.empty }}
    >
      {props.children}
    </List>
  )
}

function useRetry(onDone: () => void) {
  const one = useCommand(RetryDelivery, (data) => data.webhookDeliveryRetry)
  const many = useCommand(RetryDeliveries, (data) => data.webhookDeliveriesRetry)
  const actions: RowAction<Row>[] = [
    {
      id: 'retry',
      label: say.retry,
      key: 'r',
      run: ({ id }) => {
        one
          .run({ id })
          .then((done) => {
            if (done?.userErrors.length === 0) notify.done(say.retried(1))
            onDone()
          })
          .catch(onDone)
      },
    },
  ]
  const retryAll = async (rows: readonly Row[]) => {
    const done = await many.run({ ids: rows.map(({ id }) => id) })
    if (done?.userErrors.length === 0) notify.done(say.retried(rows.length))
    onDone()
  }
  return { actions, retryAll }
}
