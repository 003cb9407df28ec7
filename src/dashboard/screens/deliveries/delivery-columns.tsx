import { Anchor, Code } from '@mantine/core'
import { Link } from 'wouter'
import type { DeliveryRowFragment } from '../../../generated/dashboard/graphql.ts'
import type { Column } from '../../lists/columns.ts'
import { Moment } from '../../pieces/moment.tsx'
import { texts } from '../../texts.ts'
import { DeliveryState, outcomeOf } from './delivery-state.tsx'

type Row = DeliveryRowFragment
const say = texts.deliveries

/** @param endpointName where the list holds several endpoints */
export function deliveryColumns(endpointName?: (id: string) => string): Column<Row>[] {
  return [
    {
      id: 'type',
      title: say.type,
      cell: (row) => (
        <Anchor component={Link} href={`/deliveries/${row.id}`} fw={600} className="breaks">
          {row.eventType}
        </Anchor>
      ),
      text: ({ eventType }) => eventType,
    },
    {
      id: 'state',
      title: say.state,
      cell: ({ status }) => <DeliveryState status={status} />,
      text: ({ status }) => texts.delivery.states[status],
    },
    {
      id: 'sequence',
      title: say.sequence,
      align: 'right',
      isWide: true,
      cell: ({ sequence }) => (sequence == null ? say.test : `#${String(sequence)}`),
      text: ({ sequence }) => String(sequence ?? ''),
    },
    {
      id: 'created',
      title: say.created,
      cell: ({ created }) => <Moment at={created} />,
      text: ({ created }) => created,
    },
    ...(endpointName === undefined
      ? []
      : [
          {
            id: 'endpoint',
            title: say.endpoint,
            isWide: true,
            cell: ({ endpointId }: Row) => (
              <Anchor component={Link} href={`/webhooks/${endpointId}`} className="breaks">
                {endpointName(endpointId)}
              </Anchor>
            ),
            text: ({ endpointId }: Row) => endpointName(endpointId),
          },
        ]),
    {
      id: 'attempts',
      title: say.attempts,
      align: 'right',
      isWide: true,
      cell: ({ attemptCount }) => attemptCount,
      text: ({ attemptCount }) => String(attemptCount),
    },
    {
      id: 'last',
      title: say.last,
      isWide: true,
      cell: (row) => outcomeOf(row),
      text: outcomeOf,
    },
    {
      id: 'next',
      title: say.next,
      isWide: true,
      cell: ({ nextAttemptAt }) => <Moment at={nextAttemptAt} />,
      text: ({ nextAttemptAt }) => nextAttemptAt ?? '',
    },
    {
      id: 'event',
      title: say.eventId,
      isWide: true,
      isOptional: true,
      cell: ({ eventId }) => <Code>{eventId}</Code>,
      text: ({ eventId }) => eventId,
    },
  ]
}
