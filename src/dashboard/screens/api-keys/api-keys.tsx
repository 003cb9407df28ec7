import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import type {
  ApiKeyRowFragment,
  DashboardApiKeysQuery,
} from '../../../generated/dashboard/graphql.ts'
import { useCommand } from '../../data/use-command.ts'
import { useUpdates } from '../../data/use-live.tsx'
import { useKeys } from '../../keys/use-keys.ts'
import type { RowAction } from '../../lists/columns.ts'
import { List } from '../../lists/list-page.tsx'
import { type Filter, useFilters } from '../../lists/use-filters.ts'
import { Ask, type Question } from '../../pieces/ask.tsx'
import { notify } from '../../pieces/notify.ts'
import { Screen } from '../../pieces/screen.tsx'
import { texts } from '../../texts.ts'
import { API_KEY_COLUMNS } from './api-key-columns.tsx'
import { isAlive } from './api-key-state.tsx'
import { LoadApiKeys, RevokeApiKey } from './documents.ts'
import { NewApiKey } from './new-api-key.tsx'

type Row = ApiKeyRowFragment
const say = texts.apiKeys

const FILTERS: readonly Filter[] = [
  {
    name: 'revoked',
    label: say.state,
    options: Object.entries(say.filters).map(([value, label]) => ({ value, label })),
    isSingle: true,
  },
  { name: 'search', label: say.search },
]

const select = (data: DashboardApiKeysQuery) => data.apiKeys

export function ApiKeys() {
  const [isNew, setNew] = useState(false)
  const [updates, changed] = useUpdates()
  const filters = useFilters(FILTERS)
  const { revoked = [], search = [] } = filters.values
  const query = useMemo(
    () => ({
      document: LoadApiKeys,
      variables: {
        where: {
          ...(revoked[0] !== undefined && { revoked: revoked[0] === 'yes' }),
          ...(search[0] !== undefined && { search: search[0] }),
        },
      },
      select,
    }),
    [revoked, search],
  )
  const { actions, dialog } = useRevoke(changed)
  const create = <Button onClick={() => setNew(true)}>{say.create}</Button>
  useKeys(say.title, [{ keys: 'n', label: say.create, run: () => setNew(true) }])
  return (
    <Screen title={say.title} actions={create}>
      <List
        name="api-keys"
        title={say.title}
        query={query}
        columns={API_KEY_COLUMNS}
        filters={filters}
        rowActions={actions}
        // Keys have no events of their own; they go with whom they belong to.
        reloadOn={['user.']}
        updates={updates}
        empty={{ text: say.empty, action: create, curl: say.curl }}
      />
      {dialog}
      <NewApiKey
        opened={isNew}
        onClose={() => {
          setNew(false)
          changed()
        }}
      />
    </Screen>
  )
}

function useRevoke(onDone: () => void) {
  const [question, setQuestion] = useState<Question>()
  const revoke = useCommand(RevokeApiKey, (data) => data.apiKeyRevoke)
  const actions: RowAction<Row>[] = [
    {
      id: 'revoke',
      label: say.revoke,
      key: 'r',
      isDangerous: true,
      isPossible: isAlive,
      run: ({ id, name, lastFour }) =>
        setQuestion({
          title: say.revokeTitle(name, lastFour),
          text: say.revokeText,
          confirm: say.revoke,
          isDangerous: true,
          run: async () => {
            const done = await revoke.run({ id })
            if (done?.userErrors.length === 0) notify.done(say.revoked)
            onDone()
          },
        }),
    },
  ]
  return { actions, dialog: <Ask question={question} onClose={() => setQuestion(undefined)} /> }
}
