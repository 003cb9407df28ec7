import { Button, Progress, Stack, Text } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { DashboardReplaysQuery } from '../../../generated/dashboard/graphql.ts'
import { useCommand } from '../../data/use-command.ts'
import { useUpdates } from '../../data/use-live.tsx'
import { useKeys } from '../../keys/use-keys.ts'
import type { Column, RowAction } from '../../lists/columns.ts'
import { List } from '../../lists/list-page.tsx'
import { Moment, spanOf } from '../../pieces/moment.tsx'
import { StatusWord, type Tone } from '../../pieces/status-word.tsx'
import { texts } from '../../texts.ts'
import { useAttempts } from '../deliveries/use-attempts.ts'
import { CancelReplay, LoadReplays } from './documents.ts'
import { PlanReplay } from './plan-replay.tsx'

type Row = DashboardReplaysQuery['webhookReplays']['nodes'][number]

const say = texts.replays
const TONES: Record<Row['status'], Tone> = {
  RUNNING: 'busy',
  COMPLETED: 'good',
  CANCELLED: 'quiet',
}

const progressOf = ({ sent, total }: Row) => (total === 0 ? 100 : (sent / total) * 100)

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'created',
    title: say.started,
    cell: ({ created }) => <Moment at={created} />,
    text: ({ created }) => created,
  },
  {
    id: 'status',
    title: say.state,
    cell: ({ status }) => <StatusWord tone={TONES[status]} word={say.states[status]} />,
    text: ({ status }) => say.states[status],
  },
  {
    id: 'progress',
    title: say.progress,
    cell: (row) => (
      <Stack gap={2} miw="9rem">
        <Progress value={progressOf(row)} aria-label={say.progress} />
        <Text size="xs">
          {say.counts(row)}
          {row.status === 'RUNNING' && ` · ${say.left(spanOf(row.remainingSeconds))}`}
        </Text>
      </Stack>
    ),
    text: (row) => say.counts(row),
  },
  {
    id: 'window',
    title: say.window,
    isWide: true,
    cell: ({ from, to }) => (
      <>
        <Moment at={from} /> – <Moment at={to} />
      </>
    ),
    text: ({ from, to }) => `${from ?? ''} ${to ?? ''}`,
  },
  {
    id: 'statuses',
    title: say.which,
    isWide: true,
    cell: ({ statuses, types }) =>
      [statuses.map((status) => texts.delivery.states[status]).join(', '), types.join(', ')]
        .filter((part) => part !== '')
        .join(' · '),
    text: ({ statuses }) => statuses.join(' '),
  },
]

/** Deliveries that are sent once more; each begins as a plan that says what it would do. */
export function Replays({ endpointId }: { endpointId: string }) {
  const [isPlanning, setPlanning] = useState(false)
  const [updates, changed] = useUpdates()
  useAttempts([endpointId], changed)
  const cancel = useCommand(CancelReplay, (data) => data.webhookReplayCancel)
  const query = useMemo(
    () => ({
      document: LoadReplays,
      variables: { endpointId },
      select: (data: DashboardReplaysQuery) => data.webhookReplays,
    }),
    [endpointId],
  )
  const actions: readonly RowAction<Row>[] = [
    {
      id: 'cancel',
      label: say.cancel,
      isDangerous: true,
      isPossible: ({ status }) => status === 'RUNNING',
      run: ({ id }) => {
        cancel.run({ id }).then(changed).catch(changed)
      },
    },
  ]
  const plan = <Button onClick={() => setPlanning(true)}>{say.plan}</Button>
  useKeys(say.title, [{ keys: 'n', label: say.plan, run: () => setPlanning(true) }])
  return (
    <>
      <List
        name="replays"
        title={say.title}
        query={query}
        columns={COLUMNS}
        rowActions={actions}
        reloadOn={['']}
        updates={updates}
        empty={{ text: say.empty, action: plan }}
      >
        {plan}
      </List>
      <PlanReplay
        endpointId={endpointId}
        opened={isPlanning}
        onClose={() => {
          setPlanning(false)
          changed()
        }}
      />
    </>
  )
}
