import { MultiSelect, Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMemo, useState } from 'react'
import { useCommand } from '../../data/use-command.ts'
import { CommandForm } from '../../pieces/command-form.tsx'
import { SecretDialog } from '../../pieces/secret-dialog.tsx'
import { useViewer } from '../../session/viewer.tsx'
import { texts } from '../../texts.ts'
import { CreateApiKey } from './documents.ts'

const say = texts.apiKeys
const DAY_MS = 86_400_000
const NEVER = 'never'
/** As the command line reads it. */
const VARIABLE = 'PLANTROOM_KEY'
/** Reads like a scope, but is a duty of persons, which no key can have. */
const NO_SCOPES = new Set(['audit:read'])

/** Makes a key, and shows its text for the one time that it can be seen. */
export function NewApiKey({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [key, setKey] = useState<string>()
  const close = () => {
    setKey(undefined)
    onClose()
  }
  return (
    <SecretDialog
      opened={opened}
      onClose={close}
      title={say.create}
      made={
        key === undefined
          ? undefined
          : {
              title: say.made,
              label: say.one,
              secret: key,
              variable: VARIABLE,
              explanation: say.keyText,
              onDone: close,
            }
      }
    >
      <Form onMade={setKey} onCancel={close} />
    </SecretDialog>
  )
}

/** What the person may grant: nobody gives a key more than they have. */
function useScopes() {
  const { permissions } = useViewer()
  return useMemo(() => {
    const scopes = permissions.filter((each) => /:(read|write)$/.test(each) && !NO_SCOPES.has(each))
    const groups = Object.groupBy(scopes, (scope) => scope.slice(0, scope.lastIndexOf(':')))
    return Object.entries(groups).map(([group, items = []]) => ({ group, items }))
  }, [permissions])
}

function endOf(days: string): { expiresAt?: string } {
  if (days === NEVER) return {}
  return { expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() }
}

function Form({ onMade, onCancel }: { onMade: (key: string) => void; onCancel: () => void }) {
  const create = useCommand(CreateApiKey, (data) => data.apiKeyCreate, { tellsErrors: false })
  const scopes = useScopes()
  const form = useForm({ initialValues: { name: '', scopes: [] as string[], days: '365' } })
  return (
    <CommandForm
      form={form}
      command={create}
      toInput={({ days, ...rest }) => ({ ...rest, ...endOf(days) })}
      onAnswer={({ key }) => {
        if (key != null) onMade(key)
      }}
      onCancel={onCancel}
      label={say.create}
    >
      <TextInput
        label={say.name}
        description={say.nameHint}
        required
        withAsterisk={false}
        maxLength={100}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <MultiSelect
        label={say.scopes}
        description={say.scopesHint}
        data={scopes}
        searchable
        required
        withAsterisk={false}
        hidePickedOptions
        maxDropdownHeight={260}
        comboboxProps={{ withinPortal: true }}
        {...form.getInputProps('scopes')}
      />
      <Select
        label={say.ends}
        data={Object.entries(say.spans).map(([value, label]) => ({ value, label }))}
        allowDeselect={false}
        {...form.getInputProps('days')}
      />
    </CommandForm>
  )
}
