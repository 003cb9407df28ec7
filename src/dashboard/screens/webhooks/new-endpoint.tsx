import { Alert, Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { WebhookOrdering } from '../../../generated/dashboard/graphql.ts'
import { useCommand } from '../../data/use-command.ts'
import { showErrors } from '../../pieces/form-errors.ts'
import { SecretOnce } from '../../pieces/secret-once.tsx'
import { texts } from '../../texts.ts'
import { CreateEndpoint } from './documents.ts'
import { TypesPicker } from './types-picker.tsx'

const say = texts.webhooks

interface Created {
  id: string
  secret: string
}

/** Registers an endpoint, and shows its secret for the one time that it can be seen. */
export function NewEndpoint({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [created, setCreated] = useState<Created>()
  const [, navigate] = useLocation()
  const close = () => {
    setCreated(undefined)
    onClose()
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={created === undefined ? say.create : say.created}
      size="lg"
      // A secret that is lost by a click beside it cannot be shown again.
      closeOnClickOutside={created === undefined}
      closeOnEscape={created === undefined}
      withCloseButton={created === undefined}
    >
      {created === undefined ? (
        <Form onCreated={setCreated} onCancel={close} />
      ) : (
        <SecretOnce
          secret={created.secret}
          explanation={say.secretText}
          onDone={() => {
            close()
            navigate(`/webhooks/${created.id}`)
          }}
        />
      )}
    </Modal>
  )
}

function Form({
  onCreated,
  onCancel,
}: {
  onCreated: (made: Created) => void
  onCancel: () => void
}) {
  const create = useCommand(CreateEndpoint, (data) => data.webhookEndpointCreate, {
    tellsErrors: false,
  })
  const [refusal, setRefusal] = useState<string>()
  const form = useForm({
    initialValues: {
      url: '',
      name: '',
      eventTypes: [] as string[],
      ordering: 'ENDPOINT' as WebhookOrdering,
    },
  })
  const submit = form.onSubmit(({ name, ...rest }) => {
    setRefusal(undefined)
    create
      .run({ ...rest, ...(name !== '' && { name }) })
      .then((payload) => {
        if (payload === undefined) return
        setRefusal(showErrors(form, payload.userErrors))
        if (payload.endpoint == null) return
        onCreated({ id: payload.endpoint.id, secret: payload.signingSecret ?? '' })
      })
      .catch((error: unknown) => setRefusal(String(error)))
  })
  return (
    <form onSubmit={submit}>
      <Stack>
        {refusal !== undefined && (
          <Alert color="red" role="alert">
            {refusal}
          </Alert>
        )}
        <TextInput
          label={say.url}
          description={say.urlHint}
          type="url"
          required
          withAsterisk={false}
          data-autofocus
          {...form.getInputProps('url')}
        />
        <TypesPicker label={say.types} isRequired {...form.getInputProps('eventTypes')} />
        <TextInput label={say.nameOptional} {...form.getInputProps('name')} />
        <Select
          label={say.ordering}
          data={Object.entries(texts.endpoint.orderings).map(([value, label]) => ({
            value,
            label,
          }))}
          allowDeselect={false}
          {...form.getInputProps('ordering')}
        />
        <Text size="sm" c="dimmed">
          {texts.endpoint.orderingHints[form.values.ordering]}
        </Text>
        <Group justify="end">
          <Button variant="default" onClick={onCancel}>
            {texts.ask.cancel}
          </Button>
          <Button type="submit" loading={create.isRunning}>
            {say.create}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
