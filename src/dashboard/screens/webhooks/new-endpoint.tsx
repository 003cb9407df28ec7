import { Select, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { WebhookOrdering } from '../../../generated/dashboard/graphql.ts'
import { useCommand } from '../../data/use-command.ts'
import { CommandForm } from '../../pieces/command-form.tsx'
import { SecretDialog } from '../../pieces/secret-dialog.tsx'
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
    <SecretDialog
      opened={opened}
      onClose={close}
      title={say.create}
      made={
        created === undefined
          ? undefined
          : {
              title: say.created,
              secret: created.secret,
              explanation: say.secretText,
              onDone: () => {
                close()
                navigate(`/webhooks/${created.id}`)
              },
            }
      }
    >
      <Form onCreated={setCreated} onCancel={close} />
    </SecretDialog>
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
  const form = useForm({
    initialValues: {
      url: '',
      name: '',
      eventTypes: [] as string[],
      ordering: 'ENDPOINT' as WebhookOrdering,
    },
  })
  return (
    <CommandForm
      form={form}
      command={create}
      toInput={({ name, ...rest }) => ({ ...rest, ...(name !== '' && { name }) })}
      onAnswer={({ endpoint, signingSecret }) => {
        if (endpoint != null) onCreated({ id: endpoint.id, secret: signingSecret ?? '' })
      }}
      onCancel={onCancel}
      label={say.create}
    >
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
    </CommandForm>
  )
}
