import { ActionIcon, Menu } from '@mantine/core'
import { Keys } from '../keys/keys.tsx'
import { texts } from '../texts.ts'
import type { RowAction } from './columns.ts'

/** What can be done to a row, with the keys that do it as well. */
export function RowMenu<Row>({ row, actions }: { row: Row; actions: readonly RowAction<Row>[] }) {
  const possible = actions.filter(({ isPossible }) => isPossible?.(row) !== false)
  if (possible.length === 0) return null
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={texts.lists.actions} data-row-menu>
          <span aria-hidden="true">⋯</span>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {possible.map((action) => (
          <Menu.Item
            key={action.id}
            onClick={() => action.run(row)}
            color={action.isDangerous === true ? 'red' : undefined}
            rightSection={action.key === undefined ? undefined : <Keys keys={action.key} />}
          >
            {action.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
