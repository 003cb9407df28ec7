import {
  Alert,
  Button,
  Group,
  NumberInput,
  Select,
  Stack,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { useCommand } from '../../data/use-command.ts'
import { Ask, type Question } from '../../pieces/ask.tsx'
import { showErrors } from '../../pieces/form-errors.ts'
import { notify } from '../../pieces/notify.ts'
import { texts } from '../../texts.ts'
import { nameOf } from '../webhooks/endpoint-state.tsx'
import { TypesPicker } from '../webhooks/types-picker.tsx'
import { DeleteEndpoint, UpdateEndpoint } from './documents.ts'
import type { LoadedEndpoint } from './endpoint.tsx'

const say = texts.endpoint.settings

interface SettingsProps {
  endpoint: LoadedEndpoint
  onChanged: () => void
}

export function Settings({ endpoint, onChanged }: SettingsProps) {
  const update = useCommand(UpdateEndpoint, (data) => data.webhookEndpointUpdate, {
    tellsErrors: false,
  })
  const [refusal, setRefusal] = useState<string>()
  const form = useForm({
    initialValues: {
      url: endpoint.url,
      name: endpoint.name ?? '',
      description: endpoint.description ?? '',
      eventTypes: endpoint.eventTypes,
      ordering: endpoint.ordering,
      maxInFlight: endpoint.maxInFlight,
      payload: endpoint.payload ?? '',
    },
  })
  const submit = form.onSubmit(({ maxInFlight, payload, ...rest }) => {
    setRefusal(undefined)
    const input = {
      ...rest,
      id: endpoint.id,
      expectedVersion: endpoint.version,
      payload: payload === '' ? null : payload,
      ...(rest.ordering !== 'ENDPOINT' && { maxInFlight }),
    }
    update
      .run(input)
      .then((done) => {
        if (done === undefined) return
        setRefusal(showErrors(form, done.userErrors))
        if (done.userErrors.length === 0) {
          notify.done(say.saved)
          onChanged()
        }
      })
      .catch((error: unknown) => setRefusal(String(error)))
  })
  return (
    <Stack maw="44rem">
      <form onSubmit={submit}>
        <Stack>
          {refusal !== undefined && (
            <Alert color="red" role="alert">
              {refusal}
            </Alert>
          )}
          <TextInput
            label={texts.webhooks.url}
            type="url"
            required
            withAsterisk={false}
            {...form.getInputProps('url')}
          />
          <TypesPicker
            label={texts.webhooks.types}
            isRequired
            {...form.getInputProps('eventTypes')}
          />
          <TextInput label={texts.webhooks.nameOptional} {...form.getInputProps('name')} />
          <Textarea label={say.description} autosize {...form.getInputProps('description')} />
          <Select
            label={texts.webhooks.ordering}
            description={texts.endpoint.orderingHints[form.values.ordering]}
            data={Object.entries(texts.endpoint.orderings).map(([value, label]) => ({
              value,
              label,
            }))}
            allowDeselect={false}
            {...form.getInputProps('ordering')}
          />
          {form.values.ordering !== 'ENDPOINT' && (
            <NumberInput
              label={say.maxInFlight}
              min={1}
              max={50}
              {...form.getInputProps('maxInFlight')}
            />
          )}
          <Textarea
            label={say.payload}
            description={say.payloadHint}
            autosize
            minRows={3}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            {...form.getInputProps('payload')}
          />
          {endpoint.payloadError != null && (
            <Alert color="red">{endpoint.payloadError.message}</Alert>
          )}
          <Group>
            <Button type="submit" loading={update.isRunning}>
              {say.save}
            </Button>
          </Group>
        </Stack>
      </form>
      <Delete endpoint={endpoint} />
    </Stack>
  )
}

function Delete({ endpoint }: { endpoint: LoadedEndpoint }) {
  const [question, setQuestion] = useState<Question>()
  const [, navigate] = useLocation()
  const remove = useCommand(DeleteEndpoint, (data) => data.webhookEndpointDelete)
  const ask = () =>
    setQuestion({
      title: say.deleteTitle,
      text: say.deleteText(endpoint.health.pendingDeliveries),
      confirm: say.delete,
      isDangerous: true,
      name: nameOf(endpoint),
      run: async () => {
        const done = await remove.run({ id: endpoint.id, expectedVersion: endpoint.version })
        if (done?.userErrors.length === 0) navigate('/webhooks')
      },
    })
  return (
    <Stack gap="xs" align="start" mt="xl">
      <Title order={2} size="h4">
        {say.deleteTitle}
      </Title>
      <Button color="red" variant="outline" onClick={ask}>
        {say.delete}
      </Button>
      <Ask question={question} onClose={() => setQuestion(undefined)} />
    </Stack>
  )
}
