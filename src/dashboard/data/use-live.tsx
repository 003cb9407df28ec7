import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { Live, type LiveEvent, type LiveState } from './live.ts'

const LiveContext = createContext<Live | undefined>(undefined)

/** Opens the stream for as long as somebody is signed in. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [live, setLive] = useState<Live>()
  useEffect(() => {
    const opened = new Live()
    setLive(opened)
    return () => opened.close()
  }, [])
  return <LiveContext value={live}>{children}</LiveContext>
}

export const useLive = (): Live | undefined => useContext(LiveContext)

const NEVER = () => () => {}

export function useLiveState(): LiveState {
  const live = useLive()
  return useSyncExternalStore(
    live?.subscribe ?? NEVER,
    live?.state ?? (() => 'connecting' as const),
  )
}

/** Calls back with every event whose type begins with one of the prefixes; with none after a gap. */
export function useEvents(
  prefixes: readonly string[],
  onEvents: (events: readonly LiveEvent[]) => void,
): void {
  const live = useLive()
  const tell = useEffectEvent(onEvents)
  const key = prefixes.join(' ')
  useEffect(() => {
    const wanted = key.split(' ')
    return live?.listen({
      onEvents(events) {
        const matching = events.filter(({ type }) => wanted.some((each) => type.startsWith(each)))
        if (matching.length > 0) tell(matching)
      },
      onGap: () => tell([]),
    })
  }, [live, key])
}

/** How long one load answers for all events that come meanwhile. */
const RELOAD_EVERY_MS = 250

/** Loads anew what is shown soon after something has happened to it, at most four times a second. */
export function useReload(prefixes: readonly string[], reload: () => void): void {
  const again = useEffectEvent(reload)
  const [updates, tell] = useUpdates()
  useEvents(prefixes, tell)
  useEffect(() => {
    if (updates > 0) again()
  }, [updates])
}

/** Rises at most four times a second while a function that it gives is called. */
export function useUpdates(): [updates: number, tell: () => void] {
  const [updates, setUpdates] = useState(0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const tell = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      setUpdates((old) => old + 1)
    }, RELOAD_EVERY_MS)
  }, [])
  useEffect(() => () => clearTimeout(timer.current), [])
  return [updates, tell]
}
