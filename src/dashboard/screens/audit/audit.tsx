import { Code, Stack, Text } from '@mantine/core'
import { useMemo } from 'react'
import type { AuditRowFragment, DashboardAuditQuery } from '../../../generated/dashboard/graphql.ts'
import { useRecord } from '../../data/use-record.ts'
import type { Column, RowAction } from '../../lists/columns.ts'
import { List } from '../../lists/list-page.tsx'
import { type Filter, useFilters } from '../../lists/use-filters.ts'
import { Moment } from '../../pieces/moment.tsx'
import { Screen } from '../../pieces/screen.tsx'
import { texts } from '../../texts.ts'
import { LoadAudit, LoadNames } from './documents.ts'

type Row = AuditRowFragment
const say = texts.audit

const FILTERS: readonly Filter[] = [
  { name: 'action', label: say.actionFilter },
  { name: 'actor', label: say.actorFilter },
  { name: 'subject', label: say.subjectFilter },
]

const select = (data: DashboardAuditQuery) => data.auditLog

const detailOf = ({ detail }: Row): string =>
  Object.entries(detail)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('; ')

/** @param nameOf of a person or a key, where it is known */
function columnsWith(nameOf: (id: string) => string): Column<Row>[] {
  const whoIn = (id: string | null | undefined) => (id == null ? say.nobody : nameOf(id))
  const nameIn = (id: string | null | undefined) => (id == null ? '' : nameOf(id))
  return [
    {
      id: 'time',
      title: say.time,
      cell: ({ created }) => <Moment at={created} />,
      text: ({ created }) => created,
    },
    {
      id: 'action',
      title: say.action,
      cell: ({ action, actorId }) => (
        <Stack gap={0} className="breaks">
          <Text size="sm" fw={600}>
            {action}
          </Text>
          <Text size="xs" c="dimmed" hiddenFrom="sm">
            {whoIn(actorId)}
          </Text>
        </Stack>
      ),
      text: ({ action }) => action,
    },
    {
      id: 'who',
      title: say.who,
      isWide: true,
      cell: ({ actorId }) => <span className="breaks">{whoIn(actorId)}</span>,
      text: ({ actorId }) => nameIn(actorId),
    },
    {
      id: 'subject',
      title: say.subject,
      isWide: true,
      cell: ({ subjectId }) => (
        <span className="breaks">{subjectId == null ? texts.none : nameOf(subjectId)}</span>
      ),
      text: ({ subjectId }) => subjectId ?? '',
    },
    {
      id: 'address',
      title: say.address,
      isWide: true,
      cell: ({ remoteAddress }) => <Code>{remoteAddress}</Code>,
      text: ({ remoteAddress }) => remoteAddress,
    },
    {
      id: 'detail',
      title: say.detail,
      isWide: true,
      cell: (row) => <span className="breaks">{detailOf(row)}</span>,
      text: detailOf,
    },
    {
      id: 'actor',
      title: say.actorId,
      isWide: true,
      isOptional: true,
      cell: ({ actorId }) => <Code>{actorId ?? texts.none}</Code>,
      text: ({ actorId }) => actorId ?? '',
    },
  ]
}

export function Audit() {
  const { data } = useRecord(LoadNames, {})
  const columns = useMemo(() => {
    const known = [...(data?.users.nodes ?? []), ...(data?.apiKeys.nodes ?? [])]
    const names = new Map(known.map(({ id, name }) => [id, name]))
    return columnsWith((id) => names.get(id) ?? id)
  }, [data])
  const filters = useFilters(FILTERS)
  const { action = [], actor = [], subject = [] } = filters.values
  const query = useMemo(
    () => ({
      document: LoadAudit,
      variables: {
        where: {
          ...(action.length > 0 && { action: [...action] }),
          ...(actor.length > 0 && { actorId: { in: [...actor] } }),
          ...(subject.length > 0 && { subjectId: { in: [...subject] } }),
        },
      },
      select,
    }),
    [action, actor, subject],
  )
  const actions: RowAction<Row>[] = [
    {
      id: 'same-action',
      label: say.sameAction,
      key: 'a',
      run: (row) => filters.set('action', [row.action]),
    },
    {
      id: 'same-actor',
      label: say.sameActor,
      key: 'w',
      isPossible: ({ actorId }) => actorId != null,
      run: ({ actorId }) => filters.set('actor', [actorId ?? '']),
    },
    {
      id: 'same-subject',
      label: say.sameSubject,
      key: 's',
      isPossible: ({ subjectId }) => subjectId != null,
      run: ({ subjectId }) => filters.set('subject', [subjectId ?? '']),
    },
  ]
  return (
    <Screen title={say.title}>
      <List
        name="audit"
        title={say.title}
        query={query}
        columns={columns}
        filters={filters}
        rowActions={actions}
        // Entries have no events of their own; much of what they tell of has.
        reloadOn={['user.', 'organization.', 'webhook.']}
        empty={{ text: say.empty }}
      />
    </Screen>
  )
}
