import { Stack, Text } from '@mantine/core'
import type { ApiKeyRowFragment } from '../../../generated/dashboard/graphql.ts'
import type { Column } from '../../lists/columns.ts'
import { Moment } from '../../pieces/moment.tsx'
import { texts } from '../../texts.ts'
import { ApiKeyState, stateOf } from './api-key-state.tsx'

const say = texts.apiKeys
/** Scopes that a row names; the others are counted. */
const NAMED = 2

export const API_KEY_COLUMNS: readonly Column<ApiKeyRowFragment>[] = [
  {
    id: 'name',
    title: say.name,
    cell: ({ name, lastFour }) => (
      <Stack gap={0} className="breaks">
        <Text size="sm" fw={600}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {say.ending(lastFour)}
        </Text>
      </Stack>
    ),
    text: ({ name }) => name,
  },
  {
    id: 'state',
    title: say.state,
    cell: (row) => <ApiKeyState apiKey={row} />,
    text: (row) => say.states[stateOf(row)],
  },
  {
    id: 'last-four',
    title: say.lastFour,
    isWide: true,
    isOptional: true,
    cell: ({ lastFour }) => lastFour,
    text: ({ lastFour }) => lastFour,
  },
  {
    id: 'scopes',
    title: say.scopes,
    isWide: true,
    cell: ({ scopes }) => (
      <span title={scopes.join(' ')}>
        {scopes.slice(0, NAMED).join(', ')}
        {scopes.length > NAMED && ` ${texts.more(scopes.length - NAMED)}`}
      </span>
    ),
    text: ({ scopes }) => scopes.join(' '),
  },
  {
    id: 'used',
    title: say.lastUsed,
    isWide: true,
    cell: ({ lastUsedAt }) => (lastUsedAt == null ? say.never : <Moment at={lastUsedAt} />),
    text: ({ lastUsedAt }) => lastUsedAt ?? '',
  },
  {
    id: 'used-from',
    title: say.lastUsedFrom,
    isWide: true,
    isOptional: true,
    cell: ({ lastUsedFrom }) => lastUsedFrom ?? texts.none,
    text: ({ lastUsedFrom }) => lastUsedFrom ?? '',
  },
  {
    id: 'expires',
    title: say.expires,
    isWide: true,
    cell: ({ expiresAt }) => (expiresAt == null ? say.never : <Moment at={expiresAt} />),
    text: ({ expiresAt }) => expiresAt ?? '',
  },
  {
    id: 'created',
    title: say.created,
    isWide: true,
    cell: ({ created }) => <Moment at={created} />,
    text: ({ created }) => created,
  },
  {
    id: 'by',
    title: say.createdBy,
    isWide: true,
    isOptional: true,
    cell: ({ createdBy }) => createdBy?.name ?? texts.none,
    text: ({ createdBy }) => createdBy?.name ?? '',
  },
  {
    id: 'integration',
    title: say.integration,
    isWide: true,
    isOptional: true,
    cell: ({ integration }) => integration?.name ?? texts.none,
    text: ({ integration }) => integration?.name ?? '',
  },
]
