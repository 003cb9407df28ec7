import { Anchor, Stack, Table, Text } from '@mantine/core'
import { Link } from 'wouter'
import type {
  AttentionKind,
  DashboardAttentionQuery,
} from '../../../generated/dashboard/graphql.ts'
import { useRowKeys } from '../../lists/use-row-keys.ts'
import { momentIn } from '../../pieces/moment.tsx'
import { StatusWord, type Tone } from '../../pieces/status-word.tsx'
import { useViewer } from '../../session/viewer.tsx'
import { texts } from '../../texts.ts'

type Item = DashboardAttentionQuery['attention']['items'][number]

const say = texts.home

const TONES: Record<AttentionKind, Tone> = {
  ENDPOINT_DISABLED: 'bad',
  ENDPOINT_FAILING: 'bad',
  SLA_BREACHED: 'bad',
  SLA_AT_RISK: 'warn',
  SENSOR_STALE: 'warn',
  APPROVAL: 'busy',
}

/** The screen of a record, for those that have one. */
function pathOf({ subject }: Item): string | undefined {
  return subject?.__typename === 'WebhookEndpoint' ? `/webhooks/${subject.id}` : undefined
}

const keyOf = ({ kind, subject, title, since }: Item) => `${kind} ${subject?.id ?? title + since}`

/** One line for each thing: what it is, since when, and when it gets worse. */
export function AttentionList({ items }: { items: readonly Item[] }) {
  const rows = items.map((item) => ({ id: keyOf(item), item, path: pathOf(item) }))
  const { onFocus } = useRowKeys({
    rows,
    actions: [],
    canSelect: false,
    onToggle: () => {},
  })
  return (
    <Table verticalSpacing="xs" className="list" aria-label={say.list}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th className="tight">{say.why}</Table.Th>
          <Table.Th>{say.what}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ id, item, path }) => (
          <Table.Tr key={id} data-row={id} tabIndex={-1} onFocus={() => onFocus(id)}>
            <Table.Td className="tight">
              <StatusWord tone={TONES[item.kind]} word={say.kinds[item.kind]} />
            </Table.Td>
            <Table.Td>
              <What item={item} path={path} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function What({ item, path }: { item: Item; path: string | undefined }) {
  const zone = useViewer().organization.timezone
  const { kind, title, since, dueAt, subject } = item
  const due = dueAt == null ? undefined : momentIn(zone, dueAt)
  const subjects: Readonly<Record<string, string>> = say.subjects
  const record = subjects[subject?.__typename ?? '']
  return (
    <Stack gap={0}>
      {path === undefined ? (
        <Text fw={600} className="breaks">
          {title}
        </Text>
      ) : (
        <Anchor component={Link} href={path} fw={600} className="breaks">
          {title}
        </Anchor>
      )}
      <Text size="sm" c="dimmed">
        {record !== undefined && `${record} · `}
        {say.sentences[kind](momentIn(zone, since), due)}
      </Text>
    </Stack>
  )
}
