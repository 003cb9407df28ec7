import type { EndpointRowFragment } from '../../../generated/dashboard/graphql.ts'
import { spanOf } from '../../pieces/moment.tsx'
import { StatusWord, type Tone } from '../../pieces/status-word.tsx'
import { texts } from '../../texts.ts'

type State = keyof typeof texts.endpoint.states

/** In one word: what was done by hand or by the system comes before how sending fares. */
export function stateOf({ status, health }: EndpointRowFragment): State {
  return status === 'ACTIVE' ? health.status : status
}

const TONES: Record<State, Tone> = {
  HEALTHY: 'good',
  FAILING: 'bad',
  UNKNOWN: 'quiet',
  PAUSED: 'warn',
  DISABLED: 'bad',
}

export function EndpointState({ endpoint }: { endpoint: EndpointRowFragment }) {
  const state = stateOf(endpoint)
  return <StatusWord tone={TONES[state]} word={texts.endpoint.states[state]} />
}

/** The one sentence of state: why, since when, and what comes next. */
export function sentenceOf(
  endpoint: EndpointRowFragment,
  momentOf: (at: string) => string,
): string {
  const { health, disabledReason } = endpoint
  const say = texts.endpoint.sentences
  const waiting = health.pendingDeliveries
  switch (stateOf(endpoint)) {
    case 'DISABLED':
      return say.disabled(disabledReason ?? texts.none, waiting)
    case 'PAUSED':
      return say.paused(waiting)
    case 'FAILING':
      return say.failing({
        since: health.failingSince == null ? undefined : momentOf(health.failingSince),
        failures: health.consecutiveFailures,
        waiting,
        disabledAt: health.disabledAt == null ? undefined : momentOf(health.disabledAt),
      })
    case 'UNKNOWN':
      return say.unknown
    case 'HEALTHY':
      return waiting === 0
        ? say.healthy
        : say.draining(
            waiting,
            health.drainSeconds == null ? undefined : spanOf(health.drainSeconds),
          )
  }
}

export const nameOf = ({ name, url }: { name?: string | null; url: string }): string => name ?? url

export const percent = (rate: number | null | undefined): string =>
  rate == null ? texts.none : `${(rate * 100).toFixed(rate === 1 ? 0 : 1)} %`

export const milliseconds = (ms: number | null | undefined): string =>
  ms == null ? texts.none : ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(1)} s`
