import { Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { Role } from '../../../generated/dashboard/graphql.ts'
import { useCommand } from '../../data/use-command.ts'
import { CommandForm } from '../../pieces/command-form.tsx'
import { SecretDialog } from '../../pieces/secret-dialog.tsx'
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
    <SecretDialog
      opened={isInviting || token !== undefined}
      onClose={onClose}
      title={say.invite}
      made={
        token === undefined
          ? undefined
          : {
              title: say.invited,
              label: say.invitation,
              secret: token,
              explanation: say.invitationText,
              onDone: onClose,
            }
      }
    >
      <Form onToken={onToken} onCancel={onClose} />
    </SecretDialog>
  )
}

function Form({ onToken, onCancel }: { onToken: (token: string) => void; onCancel: () => void }) {
  const viewer = useViewer()
  const invite = useCommand(InviteUser, (data) => data.userInvite, { tellsErrors: false })
  const form = useForm({ initialValues: { email: '', name: '', role: 'REQUESTER' as Role } })
  // Nobody grants more than they have.
  const roles = Object.entries(texts.roles)
    .filter(([role]) => role !== 'OWNER' || viewer.role === 'OWNER')
    .map(([value, label]) => ({ value, label }))
  return (
    <CommandForm
      form={form}
      command={invite}
      toInput={(values) => values}
      onAnswer={({ invitationToken }) => {
        if (invitationToken != null) onToken(invitationToken)
      }}
      onCancel={onCancel}
      label={say.invite}
    >
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
      <Select label={say.role} data={roles} allowDeselect={false} {...form.getInputProps('role')} />
    </CommandForm>
  )
}
