import { ActionIcon, Burger, Button, Group, Menu, Text, useMantineColorScheme } from '@mantine/core'
import { useLive, useLiveState } from '../data/use-live.tsx'
import type { LiveState } from '../data/live.ts'
import { StatusWord, type Tone } from '../pieces/status-word.tsx'
import { session } from '../session/session.ts'
import { useViewer } from '../session/viewer.tsx'
import { texts } from '../texts.ts'

interface HeaderProps {
  isMenuOpen: boolean
  onMenu: () => void
  onPalette: () => void
  onKeys: () => void
}

export function Header({ isMenuOpen, onMenu, onPalette, onKeys }: HeaderProps) {
  const { organization } = useViewer()
  return (
    <Group h="100%" px="md" justify="space-between" wrap="nowrap" component="div">
      <Group gap="xs" wrap="nowrap" className="header-product">
        <Burger
          opened={isMenuOpen}
          onClick={onMenu}
          hiddenFrom="sm"
          size="sm"
          aria-label={texts.shell.menu}
          aria-expanded={isMenuOpen}
        />
        <Text fw={700} className="wide-only">
          {texts.shell.product}
        </Text>
        <Text c="dimmed" className="wide-only" truncate>
          {organization.name}
        </Text>
      </Group>
      <Group gap="xs" wrap="nowrap">
        <LiveWord />
        <Button variant="default" onClick={onPalette}>
          {texts.shell.search}
        </Button>
        <ActionIcon
          variant="default"
          size="md"
          onClick={onKeys}
          aria-label={texts.keys.title}
          className="wide-only"
        >
          ?
        </ActionIcon>
        <Person />
      </Group>
    </Group>
  )
}

const TONES: Record<LiveState, Tone> = {
  live: 'good',
  'catching-up': 'busy',
  connecting: 'warn',
  paused: 'quiet',
}

/** Whether what is on screen moves, and a button that stops it. */
function LiveWord() {
  const live = useLive()
  const state = useLiveState()
  return (
    <Button
      variant="subtle"

      px={4}
      onClick={() => live?.toggle()}
      aria-label={texts.live.label(texts.live[state])}
    >
      <span data-live={state}>
        <StatusWord tone={TONES[state]} word={texts.live[state]} />
      </span>
    </Button>
  )
}

function Person() {
  const viewer = useViewer()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" aria-label={texts.shell.person(viewer.name)}>
          {viewer.name.slice(0, 1)}
          <span className="wide-only">{viewer.name.slice(1)}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {viewer.email} · {texts.roles[viewer.role] ?? viewer.role}
        </Menu.Label>
        {(['light', 'dark', 'auto'] as const).map((scheme) => (
          <Menu.Item
            key={scheme}
            onClick={() => setColorScheme(scheme)}
            rightSection={colorScheme === scheme ? '✓' : undefined}
          >
            {texts.themes[scheme]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          onClick={() => {
            session.signOut().catch(() => {
              // The session is forgotten here in any case; it ends by itself there.
            })
          }}
        >
          {texts.session.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
