import { Modal, Stack, Switch, Table, Title } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { texts } from '../texts.ts'
import { Keys } from './keys.tsx'
import { keys } from './registry.ts'

/** Every key that does something here, by what it belongs to. */
export function KeySheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const all = useSyncExternalStore(keys.subscribe, keys.all)
  const areOn = useSyncExternalStore(keys.subscribe, keys.areOn)
  const groups = Object.entries(Object.groupBy(all, ({ group }) => group))
  return (
    <Modal opened={opened} onClose={onClose} title={texts.keys.title} size="lg">
      <Stack>
        <Switch
          label={texts.keys.singleKeys}
          checked={areOn}
          onChange={(event) => keys.switch(event.currentTarget.checked)}
        />
        {groups.map(([group, held]) => (
          <section key={group}>
            <Title order={3} size="h5">
              {group}
            </Title>
            <Table>
              <Table.Tbody>
                {held?.map((binding) => (
                  <Table.Tr key={binding.keys + binding.label}>
                    <Table.Td w="9rem">
                      <Keys keys={binding.keys} />
                    </Table.Td>
                    <Table.Td>{binding.label}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </section>
        ))}
      </Stack>
    </Modal>
  )
}
