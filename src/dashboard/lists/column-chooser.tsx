import { Button, Checkbox, Popover, Stack } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { texts } from '../texts.ts'
import type { Column } from './columns.ts'

export interface Visibility {
  shown: Record<string, boolean>
  set: (id: string, isShown: boolean) => void
}

/** Which columns are shown; this browser remembers it for each list. */
export function useVisibility<Row>(name: string, columns: readonly Column<Row>[]): Visibility {
  const [chosen, setChosen] = useLocalStorage<Record<string, boolean>>({
    key: `plantroom-columns-${name}`,
    defaultValue: {},
    getInitialValueInEffect: false,
  })
  const shown = Object.fromEntries(
    columns.map(({ id, isOptional }) => [id, chosen[id] ?? isOptional !== true]),
  )
  return { shown, set: (id, isShown) => setChosen((old) => ({ ...old, [id]: isShown })) }
}

export function ColumnChooser<Row>(props: {
  columns: readonly Column<Row>[]
  visibility: Visibility
}) {
  const { columns, visibility } = props
  return (
    <Popover position="bottom-end" trapFocus withinPortal>
      <Popover.Target>
        <Button variant="default">{texts.lists.columns}</Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={texts.lists.columns}>
        <Stack gap="xs">
          {columns.slice(1).map(({ id, title }) => (
            <Checkbox
              key={id}
              label={title}
              checked={visibility.shown[id] === true}
              onChange={(event) => visibility.set(id, event.currentTarget.checked)}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
