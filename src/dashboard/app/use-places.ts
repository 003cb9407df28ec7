import { useMemo } from 'react'
import { useViewer } from '../session/viewer.tsx'
import { texts } from '../texts.ts'
import { PATHS, type Place, type PlaceName } from './paths.ts'

export interface NamedPlace extends Place {
  name: PlaceName
  title: string
}

/** The screens that this person's rights lead to. */
export function usePlaces(): readonly NamedPlace[] {
  const viewer = useViewer()
  return useMemo(
    () =>
      Object.entries<Place>(PATHS)
        .filter(([, { needs }]) => needs === undefined || viewer.can(needs))
        .map(([name, place]) =>
          Object.assign({ name: name as PlaceName, title: texts.places[name as PlaceName] }, place),
        ),
    [viewer],
  )
}
