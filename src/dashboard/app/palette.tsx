import { Spotlight, type SpotlightActionData, spotlight } from '@mantine/spotlight'
import '@mantine/spotlight/styles.css'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { useLocation } from 'wouter'
import { keys } from '../keys/registry.ts'
import { texts } from '../texts.ts'
import type { NamedPlace } from './use-places.ts'

/** Everything that can be done here and every place to go to, found by typing. */
export function Palette({
  places,
  onClose,
}: {
  places: readonly NamedPlace[]
  onClose: () => void
}) {
  const [, navigate] = useLocation()
  const bindings = useSyncExternalStore(keys.subscribe, keys.all)
  const [query, setQuery] = useState('')
  useEffect(() => spotlight.open(), [])
  const goTo: SpotlightActionData[] = places.map(({ name, title, path, group }) => ({
    id: name,
    label: title,
    group: group === 'now' ? texts.keys.groups.go : texts.groups[group],
    onClick: () => navigate(path),
  }))
  const actions: SpotlightActionData[] = bindings
    .filter(({ keys: pressed }) => !pressed.startsWith('g ') && !/^[jk./x]$|^mod/.test(pressed))
    .map((binding) => ({
      id: binding.keys + binding.label,
      label: binding.label,
      group: binding.group,
      // After the palette has gone and the focus is back.
      onClick: () => setTimeout(binding.run, 50),
    }))
  return (
    <Spotlight
      actions={[...actions, ...goTo]}
      query={query}
      onQueryChange={setQuery}
      nothingFound={texts.states.noMatch}
      highlightQuery
      shortcut={null}
      onSpotlightClose={onClose}
      searchProps={{ placeholder: texts.keys.palette, 'aria-label': texts.keys.palette }}
    />
  )
}
