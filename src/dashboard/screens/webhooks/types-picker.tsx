import { MultiSelect } from '@mantine/core'
import { useMemo } from 'react'
import { useRecord } from '../../data/use-record.ts'
import { texts } from '../../texts.ts'
import { LoadTypes } from './documents.ts'

interface TypesPickerProps {
  label: string
  value?: string[]
  onChange?: (types: string[]) => void
  error?: React.ReactNode
  isRequired?: boolean
}

const NONE: string[] = []

/** Types of events to choose: everything, all of one kind, or exact ones. */
export function TypesPicker({
  label,
  value = NONE,
  onChange,
  error,
  isRequired,
}: TypesPickerProps) {
  const { data } = useRecord(LoadTypes, {})
  const options = useMemo(() => {
    const names = (data?.eventTypes ?? [])
      .filter((type) => !type.isQuestion)
      .map(({ name }) => name)
    const kinds = Object.entries(Object.groupBy(names, (name) => name.split('.')[0] ?? ''))
    const known = new Set(['*', ...names, ...kinds.map(([kind]) => `${kind}.*`)])
    const others = value.filter((type) => !known.has(type))
    return [
      { group: texts.types.all, items: [{ value: '*', label: `* ${texts.types.everything}` }] },
      ...kinds.map(([kind, held = []]) => ({
        group: kind,
        items: [`${kind}.*`, ...held],
      })),
      // What is chosen is shown, also before the others are known.
      ...(others.length > 0 ? [{ group: '…', items: others }] : []),
    ]
  }, [data, value])
  return (
    <MultiSelect
      label={label}
      description={texts.types.hint}
      data={options}
      value={value}
      onChange={onChange}
      error={error}
      searchable
      required={isRequired}
      withAsterisk={false}
      hidePickedOptions
      maxDropdownHeight={260}
      comboboxProps={{ withinPortal: true }}
    />
  )
}
