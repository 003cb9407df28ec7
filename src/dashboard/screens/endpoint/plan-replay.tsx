import { Alert, Button, Chip, Group, Modal, NumberInput, Select, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useClient } from 'urql'
import type {
  DashboardReplayPreviewQuery,
  WebhookDeliveryStatus,
} from '../../../generated/dashboard/graphql.ts'
import { textOf } from '../../data/document.ts'
import { faultOf } from '../../data/fault.ts'
import { useCommand } from '../../data/use-command.ts'
import { Moment, spanOf } from '../../pieces/moment.tsx'
import { notify } from '../../pieces/notify.ts'
import { texts } from '../../texts.ts'
import { TypesPicker } from '../webhooks/types-picker.tsx'
import { PreviewReplay, StartReplay } from './documents.ts'

const say = texts.replays
const REPLAYED = ['SUCCEEDED', 'EXHAUSTED', 'CANCELLED', 'SKIPPED'] as const

interface PlanProps {
  endpointId: string
  opened: boolean
  onClose: () => void
}

type Plan = NonNullable<DashboardReplayPreviewQuery['webhookReplayPreview']>

export function PlanReplay({ endpointId, opened, onClose }: PlanProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={say.plan} size="lg">
      <Form endpointId={endpointId} onClose={onClose} />
    </Modal>
  )
}

/** What would be sent, how long it takes and what it means, before there is a button that does it. */
function Form({ endpointId, onClose }: Omit<PlanProps, 'opened'>) {
  const client = useClient()
  const start = useCommand(StartReplay, (data) => data.webhookReplayStart)
  const [plan, setPlan] = useState<Plan>()
  const form = useForm({
    initialValues: {
      hours: '24',
      types: [] as string[],
      statuses: ['EXHAUSTED'] as string[],
      perSecond: 10 as number | string,
    },
    onValuesChange: () => setPlan(undefined),
  })
  const [input, setInput] = useState<object>({})
  const preview = form.onSubmit(({ hours, types, statuses, perSecond }) => {
    const from = hours === 'all' ? undefined : new Date(Date.now() - Number(hours) * 3_600_000)
    const wanted = {
      endpointId,
      ...(from !== undefined && { from: from.toISOString() }),
      ...(types.length > 0 && { types }),
      statuses: statuses as WebhookDeliveryStatus[],
      perSecond: Number(perSecond),
    }
    setInput(wanted)
    client
      .query<DashboardReplayPreviewQuery>(
        textOf(PreviewReplay),
        { input: wanted },
        { requestPolicy: 'network-only' },
      )
      .toPromise()
      .then(({ data, error }) => {
        if (error !== undefined) notify.fault(faultOf(error))
        setPlan(data?.webhookReplayPreview ?? undefined)
      })
      .catch((error: unknown) => notify.refusal(String(error)))
  })
  const confirm = async () => {
    const done = await start.run(input as Parameters<typeof start.run>[0])
    if (done?.userErrors.length !== 0) return
    notify.done(say.startedNotice)
    onClose()
  }
  return (
    <form onSubmit={preview}>
      <Stack>
        <Select
          label={say.since}
          data={Object.entries(say.spans).map(([value, label]) => ({ value, label }))}
          allowDeselect={false}
          {...form.getInputProps('hours')}
        />
        <Chip.Group multiple {...form.getInputProps('statuses')}>
          <Group gap={4} role="group" aria-label={say.which}>
            {REPLAYED.map((value) => (
              <Chip key={value} value={value} size="xs">
                {texts.delivery.states[value]}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        <TypesPicker label={say.types} {...form.getInputProps('types')} />
        <NumberInput label={say.pace} min={1} max={100} {...form.getInputProps('perSecond')} />
        <Button type="submit" variant="default">
          {say.show}
        </Button>
        {plan && <Shown plan={plan} />}
        {plan && plan.count > 0 && (
          <Group justify="end">
            <Button
              loading={start.isRunning}
              onClick={() => {
                confirm().catch(onClose)
              }}
            >
              {say.start(plan.count)}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  )
}

function Shown({ plan }: { plan: Plan }) {
  if (plan.count === 0) return <Alert role="status">{say.nothing}</Alert>
  return (
    <Alert role="status" color="indigo" variant="light" title={say.wouldSend(plan.count)}>
      <Text size="sm">
        <Moment at={plan.first} /> – <Moment at={plan.last} />
      </Text>
      <Text size="sm">{say.takes(spanOf(plan.seconds), plan.perSecond)}</Text>
      <Text size="sm">{say.duplicates}</Text>
    </Alert>
  )
}
