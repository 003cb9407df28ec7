import { useEffect, useEffectEvent } from 'react'
import { useLive } from '../../data/use-live.tsx'
import { FollowAttempts } from './documents.ts'

/**
 * Calls back soon after each attempt of these endpoints. Over the connection that the tab has; after
 * a cut it goes on where it was.
 */
export function useAttempts(endpointIds: readonly string[], onAttempt: () => void): void {
  const live = useLive()
  const tell = useEffectEvent(onAttempt)
  const key = endpointIds.join(' ')
  useEffect(() => {
    if (live === undefined || key === '') return
    const stops = key.split(' ').map((endpointId) => {
      const variables: { endpointId: string; after: number | null } = { endpointId, after: null }
      return live.follow(FollowAttempts, variables, ({ webhookDeliveries: { cursor } }) => {
        variables.after = cursor
        tell()
      })
    })
    return () => {
      for (const stop of stops) stop()
    }
  }, [live, key])
}
