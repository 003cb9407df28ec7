import { Button, Chip, Group, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useRef, useState } from 'react'
import { useKeys } from '../keys/use-keys.ts'
import { texts } from '../texts.ts'
import type { Filter, Filters } from './use-filters.ts'

/** More options than this are a select, not a row of chips. */
const CHIPS = 6
const TYPING_MS = 250

export function FilterBar({ filters }: { filters: Filters }) {
  return (
    <Group gap="xs" role="search" aria-label={texts.lists.filters} className="filter-bar">
      {filters.definitions.map((filter) => (
        <One key={filter.name} filter={filter} filters={filters} />
      ))}
      {filters.isOn && (
        <Button variant="subtle" onClick={filters.clear}>
          {texts.states.clear}
        </Button>
      )}
    </Group>
  )
}

function One({ filter, filters }: { filter: Filter; filters: Filters }) {
  const chosen = filters.values[filter.name] ?? []
  if (filter.options === undefined) return <TextFilter filter={filter} filters={filters} />
  if (filter.options.length > CHIPS) {
    return (
      <Select
        aria-label={filter.label}
        placeholder={filter.label}
        data={filter.options}
        value={chosen[0] ?? null}
        onChange={(value) => filters.set(filter.name, value === null ? [] : [value])}
        clearable
        searchable
        size="xs"
      />
    )
  }
  return (
    <Group gap={4} role="group" aria-label={filter.label}>
      {filter.options.map(({ value, label }) => (
        <Chip
          key={value}
          size="xs"
          checked={chosen.includes(value)}
          onChange={(on) => {
            const others = filter.isSingle === true ? [] : chosen.filter((each) => each !== value)
            filters.set(filter.name, on ? [...others, value] : others)
          }}
        >
          {label}
        </Chip>
      ))}
    </Group>
  )
}

function TextFilter({ filter, filters }: { filter: Filter; filters: Filters }) {
  const inAddress = filters.values[filter.name]?.[0] ?? ''
  const [typed, setTyped] = useState(inAddress)
  const [seen, setSeen] = useState(inAddress)
  const input = useRef<HTMLInputElement>(null)
  const apply = useDebouncedCallback(
    (value: string) => filters.set(filter.name, [value]),
    TYPING_MS,
  )
  // Cleared, or changed by the way back.
  if (inAddress !== seen) {
    setSeen(inAddress)
    setTyped(inAddress)
  }
  const isFirst = filters.definitions.find(({ options }) => options === undefined) === filter
  useKeys(texts.keys.groups.list, [
    isFirst && { keys: '/', label: filter.label, run: () => input.current?.focus() },
  ])
  return (
    <TextInput
      ref={input}
      size="xs"
      aria-label={filter.label}
      placeholder={filter.label}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        apply(event.currentTarget.value.trim())
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur()
      }}
    />
  )
}
