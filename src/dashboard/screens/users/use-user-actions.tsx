import { useState } from 'react'
import type { UserRowFragment } from '../../../generated/dashboard/graphql.ts'
import { useCommand } from '../../data/use-command.ts'
import type { RowAction } from '../../lists/columns.ts'
import { Ask, type Question } from '../../pieces/ask.tsx'
import { notify } from '../../pieces/notify.ts'
import { useViewer } from '../../session/viewer.tsx'
import { texts } from '../../texts.ts'
import { ActivateUser, ResendInvitation, SuspendUser } from './documents.ts'

type Row = UserRowFragment
const say = texts.users

/**
 * What this person may do to others; `dialog` is to be rendered.
 * @param onToken with an invitation that replaces one
 */
export function useUserActions(
  onDone: () => void,
  onToken: (token: string) => void,
): { actions: readonly RowAction<Row>[]; dialog: React.ReactNode } {
  const viewer = useViewer()
  const [question, setQuestion] = useState<Question>()
  const suspend = useCommand(SuspendUser, (data) => data.userSuspend)
  const activate = useCommand(ActivateUser, (data) => data.userActivate)
  const resend = useCommand(ResendInvitation, (data) => data.userInvitationResend)
  // As the server has it: an Owner is an Owner's business, and nobody locks themselves out.
  const mayManage = ({ id, role }: Row) =>
    id !== viewer.userId && (role !== 'OWNER' || viewer.role === 'OWNER')

  const askToSuspend = ({ id, name, version }: Row, revokeApiKeys: boolean) =>
    setQuestion({
      title: say.suspendTitle(name),
      text: revokeApiKeys ? say.suspendKeysText : say.suspendText,
      confirm: revokeApiKeys ? say.suspendKeys : say.suspend,
      isDangerous: true,
      run: async () => {
        const done = await suspend.run({ id, expectedVersion: version, revokeApiKeys })
        onDone()
        if (done?.userErrors.length !== 0) return
        notify.done(say.suspended(name))
        const left = done.apiKeys?.length ?? 0
        if (left > 0) notify.refusal(say.keysLeft(left))
      },
    })
  const actions: (RowAction<Row> & { needs?: string })[] = [
    {
      id: 'suspend',
      label: say.suspend,
      key: 's',
      isDangerous: true,
      isPossible: (row) => row.status === 'ACTIVE' && mayManage(row),
      run: (row) => askToSuspend(row, false),
    },
    {
      id: 'suspend-keys',
      label: say.suspendKeys,
      isDangerous: true,
      needs: 'api-keys:manage',
      isPossible: (row) => row.status === 'ACTIVE' && mayManage(row),
      run: (row) => askToSuspend(row, true),
    },
    {
      id: 'activate',
      label: say.activate,
      key: 's',
      isPossible: (row) => row.status === 'SUSPENDED' && mayManage(row),
      run: ({ id, name, version }) =>
        setQuestion({
          title: say.activateTitle(name),
          text: say.activateText,
          confirm: say.activate,
          run: async () => {
            const done = await activate.run({ id, expectedVersion: version })
            if (done?.userErrors.length === 0) notify.done(say.activated(name))
            onDone()
          },
        }),
    },
    {
      id: 'resend',
      label: say.resend,
      key: 'i',
      isPossible: (row) => row.status === 'INVITED' && mayManage(row),
      run: ({ id, name, version }) =>
        setQuestion({
          title: say.resendTitle(name),
          text: say.resendText,
          confirm: say.resend,
          run: async () => {
            const done = await resend.run({ id, expectedVersion: version })
            if (done?.invitationToken != null) onToken(done.invitationToken)
            onDone()
          },
        }),
    },
  ]
  const allowed = viewer.can('users:write')
    ? actions.filter(({ needs }) => needs === undefined || viewer.can(needs))
    : []
  return {
    actions: allowed,
    dialog: <Ask question={question} onClose={() => setQuestion(undefined)} />,
  }
}
