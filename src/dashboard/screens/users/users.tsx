import { Button, Stack, Text } from '@mantine/core'
import { useMemo, useState } from 'react'
import type {
  DashboardUsersQuery,
  Role,
  UserRowFragment,
  UserStatus,
} from '../../../generated/dashboard/graphql.ts'
import { useUpdates } from '../../data/use-live.tsx'
import { useKeys } from '../../keys/use-keys.ts'
import type { Column } from '../../lists/columns.ts'
import { List } from '../../lists/list-page.tsx'
import { type Filter, useFilters } from '../../lists/use-filters.ts'
import { Moment } from '../../pieces/moment.tsx'
import { Screen } from '../../pieces/screen.tsx'
import { StatusWord, type Tone } from '../../pieces/status-word.tsx'
import { useViewer } from '../../session/viewer.tsx'
import { texts } from '../../texts.ts'
import { LoadUsers } from './documents.ts'
import { Invitation } from './invitation.tsx'
import { useUserActions } from './use-user-actions.tsx'

type Row = UserRowFragment
const say = texts.users

const optionsOf = (labels: Record<string, string>) =>
  Object.entries(labels).map(([value, label]) => ({ value, label }))

const FILTERS: readonly Filter[] = [
  { name: 'status', label: say.status, options: optionsOf(say.states) },
  { name: 'role', label: say.role, options: optionsOf(texts.roles), isSingle: true },
  { name: 'search', label: say.search },
]

/** Who was removed is shown when it is asked for. */
const PRESENT: UserStatus[] = ['ACTIVE', 'INVITED', 'SUSPENDED']

const TONES: Record<UserStatus, Tone> = {
  ACTIVE: 'good',
  INVITED: 'busy',
  SUSPENDED: 'warn',
  DELETED: 'quiet',
}

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'name',
    title: say.name,
    cell: ({ name, email, role }) => (
      <Stack gap={0} className="breaks">
        <Text size="sm" fw={600}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {email}
        </Text>
        <Text size="xs" hiddenFrom="sm">
          {texts.roles[role]}
        </Text>
      </Stack>
    ),
    text: ({ name }) => name,
  },
  {
    id: 'email',
    title: say.email,
    isWide: true,
    isOptional: true,
    cell: ({ email }) => email,
    text: ({ email }) => email,
  },
  {
    id: 'status',
    title: say.status,
    cell: ({ status }) => <StatusWord tone={TONES[status]} word={say.states[status]} />,
    text: ({ status }) => say.states[status],
  },
  {
    id: 'role',
    title: say.role,
    isWide: true,
    cell: ({ role }) => texts.roles[role] ?? role,
    text: ({ role }) => texts.roles[role] ?? role,
  },
  {
    id: 'invitation',
    title: say.invitationEnds,
    isWide: true,
    cell: ({ invitationExpiresAt }) => <Moment at={invitationExpiresAt} />,
    text: ({ invitationExpiresAt }) => invitationExpiresAt ?? '',
  },
  {
    id: 'created',
    title: say.created,
    isWide: true,
    cell: ({ created }) => <Moment at={created} />,
    text: ({ created }) => created,
  },
]

const select = (data: DashboardUsersQuery) => data.users

export function Users() {
  const viewer = useViewer()
  const [isInviting, setInviting] = useState(false)
  const [token, setToken] = useState<string>()
  const [updates, changed] = useUpdates()
  const filters = useFilters(FILTERS)
  const { status = [], role = [], search = [] } = filters.values
  const query = useMemo(
    () => ({
      document: LoadUsers,
      variables: {
        where: {
          status: { in: status.length > 0 ? (status as UserStatus[]) : PRESENT },
          ...(role.length > 0 && { role: { in: role as Role[] } }),
          ...(search[0] !== undefined && { search: search[0] }),
        },
      },
      select,
    }),
    [status, role, search],
  )
  const { actions, dialog } = useUserActions(changed, setToken)
  const mayInvite = viewer.can('users:write')
  const invite = mayInvite && <Button onClick={() => setInviting(true)}>{say.invite}</Button>
  useKeys(say.title, [mayInvite && { keys: 'n', label: say.invite, run: () => setInviting(true) }])
  return (
    <Screen title={say.title} actions={invite}>
      <List
        name="users"
        title={say.title}
        query={query}
        columns={COLUMNS}
        filters={filters}
        rowActions={actions}
        reloadOn={['user.']}
        updates={updates}
        empty={{ text: say.empty, action: invite }}
      />
      {dialog}
      <Invitation
        isInviting={isInviting}
        token={token}
        onToken={setToken}
        onClose={() => {
          setInviting(false)
          setToken(undefined)
          changed()
        }}
      />
    </Screen>
  )
}
