import { NavLink, ScrollArea, Stack, Text } from '@mantine/core'
import { Link, useLocation } from 'wouter'
import { Keys } from '../keys/keys.tsx'
import { texts } from '../texts.ts'
import type { NamedPlace } from './use-places.ts'

const GROUPS = ['now', 'work', 'webhooks', 'access'] as const

export function Navigation({ places, onGo }: { places: readonly NamedPlace[]; onGo: () => void }) {
  const [location] = useLocation()
  return (
    <ScrollArea>
      <Stack gap="md">
        {GROUPS.map((group) => {
          const held = places.filter((place) => place.group === group)
          if (held.length === 0) return null
          return (
            <div key={group}>
              {group !== 'now' && (
                <Text size="xs" c="dimmed" px="sm" pb={2} component="h2" fw={600}>
                  {texts.groups[group]}
                </Text>
              )}
              {held.map(({ name, path, key, title }) => (
                <NavLink
                  key={name}
                  component={Link}
                  href={path}
                  label={title}
                  onClick={onGo}
                  active={path === '/' ? location === '/' : location.startsWith(path)}
                  aria-current={location === path ? 'page' : undefined}
                  rightSection={
                    <span className="wide-only" aria-hidden="true">
                      <Keys keys={`g ${key}`} />
                    </span>
                  }
                />
              ))}
            </div>
          )
        })}
      </Stack>
    </ScrollArea>
  )
}
