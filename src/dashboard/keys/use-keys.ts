import { useEffect, useEffectEvent } from 'react'
import { type Binding, keys } from './registry.ts'

/** Keys that work for as long as the calling component is shown. A falsy one is left out. */
export function useKeys(group: string, wanted: readonly (Omit<Binding, 'group'> | false)[]): void {
  const given = wanted.filter((each) => each !== false)
  const run = useEffectEvent((pressed: string) => {
    given.find((each) => each.keys === pressed)?.run()
  })
  const shape = JSON.stringify(given.map(({ keys: pressed, label }) => [pressed, label]))
  useEffect(() => {
    const shown: [string, string][] = JSON.parse(shape)
    return keys.add(
      shown.map(([pressed, label]) => ({ keys: pressed, label, group, run: () => run(pressed) })),
    )
  }, [group, shape])
}
