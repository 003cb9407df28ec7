import { Group, Kbd } from '@mantine/core'

const isMac = /Mac|iP/.test(navigator.platform)

/** `g w` and the like as it stands on a keyboard. */
export function Keys({ keys: pressed }: { keys: string }) {
  return (
    <Group gap={4} component="span" wrap="nowrap">
      {pressed.split(' ').map((each, at) => (
        <Kbd key={`${String(at)}${each}`} size="xs">
          {each.replace('mod+', isMac ? '⌘' : 'Ctrl ').replace('Escape', 'Esc')}
        </Kbd>
      ))}
    </Group>
  )
}
