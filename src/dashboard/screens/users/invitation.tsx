import { Alert, Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import type { Role } from '../../../generated/dashboard/graphql.ts'
import { useCommand } from '../../data/use-command.ts'
import { showErrors } from '../../pieces/form-errors.ts'
import { SecretOnce } from '../../pieces/secret-once.tsx'
import { useViewer } from '../../session/viewer.tsx'
import { texts } from '../../texts.ts'
import { InviteUser } from './documents.ts'

const say = texts.users

interface InvitationProps {
  isInviting: boolean
  /** An invitation that has just been made; it cannot be shown again. */
  token: string | undefined
  onToken: (token: string) => void
  onClose: () => void
}

/** Invites somebody, and shows what they accept it with for the one time that it can be seen. */
export function Invitation({ isInviting, token, onToken, onClose }: InvitationProps) {
  return (
    <Modal
      opened={isInviting || token !== undefined}
      onClose={onClose}
      title={token === undefined ? say.invite : say.invited}
      size="lg"
      closeOnClickOutside={token === undefined}
      closeOnEscape={token === undefined}
      withCloseButton={token === undefined}
    >
      {token === undefined ? (
        <Form onToken={onToken} onCancel={onClose} />
      ) : (
        <SecretOnce
          label={say.invitation}
          secret={token}
          explanation={say.invitationText}
          onDone={onClose}
        />
      )}
    </Modal>
  )
}

function Form({ onToken, onCancel }: { onToken: (token: string) => void; onCancel: () => void }) {
  const viewer = useViewer()
  const invite = useCommand(InviteUser, (data) => data.userInvite, { tellsErrors: false })
  const [refusal, setRefusal] = useState<string>()
  const form = useForm({ initialValues: { email: '', name: '', role: 'REQUESTER' as Role } })
  const submit = form.onSubmit((values) => {
    setRefusal(undefined)
    invite
      .run(values)
      .then((payload) => {
        if (payload === undefined) return
        setRefusal(showErrors(form, payload.userErrors))
        if (payload.invitationToken != null) onToken(payload.invitationToken)
      })
      .catch((error: unknown) => setRefusal(String(error)))
  })
  // Nobody grants more than they have.
  const roles = Object.entries(texts.roles)
    .filter(([role]) => role !== 'OWNER' || viewer.role === 'OWNER')
    .map(([value, label]) => ({ value, label }))
  return (
    <form onSubmit={submit}>
      <Stack>
        {refusal !== undefined && (
          <Alert color="red" role="alert">
            {refusal}
          </Alert>
        )}
        <TextInput
          label={say.email}
          type="email"
          required
          withAsterisk={false}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('email')}
        />
        <TextInput
          label={say.name}
          required
          withAsterisk={false}
          maxLength={100}
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <Select
          label={say.role}
          data={roles}
          allowDeselect={false}
          {...form.getInputProps('role')}
        />
        <Group justify="end">
          <Button variant="default" onClick={onCancel}>
            {texts.ask.cancel}
          </Button>
          <Button type="submit" loading={invite.isRunning}>
            {say.invite}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
