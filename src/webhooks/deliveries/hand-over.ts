import type { PoolClient } from 'pg'
import type { HandOver, PositionedEvent, StartHandOver } from '../../events/dispatch.ts'
import {
  type Endpoint,
  openSelectionCache,
  readEndpoints,
  type SelectionCache,
  type Share,
  shareOut,
  writeShares,
} from './fan-out.ts'
import { FINAL, openStates, type Transitions } from '../../states.ts'

/** The lanes of the process that hands over. */
export interface LaneWaker {
  /**
   * Takes those of the lanes that are free and due with a statement on the given connection, so that
   * it can follow the commit that gave them work without waiting for it.
   */
  claimBehind(client: PoolClient, endpointIds: readonly string[]): LaneClaim
  /** A hint that these may have something to send now; claims those that nobody holds. */
  wake(endpointIds: readonly string[]): void
}

/** A statement under way that takes lanes. */
export interface LaneClaim {
  /** Those that it asks for. */
  endpointIds: ReadonlySet<string>
  /** Resolves when what it got has begun. */
  done: Promise<void>
}

type HandOverState = 'begun' | 'read' | 'written' | 'followed' | 'finished'

/** @public The test of all state machines reads it. */
export const HAND_OVER_STATES: Transitions<HandOverState> = {
  begun: ['read'],
  read: ['written'],
  written: ['followed'],
  followed: ['finished'],
  finished: FINAL,
}

/**
 * Writes one delivery per event and matching endpoint in the transaction that positions the events,
 * so that an endpoint's sequence follows the log and nothing positioned is ever without its
 * deliveries. Paused and disabled endpoints get theirs too: they wait for the resume. Behind the commit
 * it takes the lanes that have work now, and wakes those that it did not ask for.
 */
export function createHandOver(lanes: LaneWaker): StartHandOver {
  const compiled = openSelectionCache()
  return (client) => new LaneHandOver(client, lanes, compiled)
}

class LaneHandOver implements HandOver {
  readonly #client: PoolClient
  readonly #lanes: LaneWaker
  readonly #compiled: SelectionCache
  readonly #states = openStates('A hand-over', HAND_OVER_STATES, 'begun')
  readonly #counts = new Map<string, number>()
  #endpoints: readonly Endpoint[] = []
  #shares: readonly Share[] = []
  #ready: Promise<string[]> = Promise.resolve([])
  #claim: LaneClaim = { endpointIds: new Set(), done: Promise.resolve() }

  constructor(client: PoolClient, lanes: LaneWaker, compiled: SelectionCache) {
    this.#client = client
    this.#lanes = lanes
    this.#compiled = compiled
  }

  async read(organizationIds: readonly string[]): Promise<void> {
    this.#endpoints = await readEndpoints(this.#client, organizationIds, this.#compiled)
    for (const { organizationId } of this.#endpoints) {
      this.#counts.set(organizationId, (this.#counts.get(organizationId) ?? 0) + 1)
    }
    this.#states.enter('read')
  }

  endpointsOf(organizationId: string): number {
    return this.#counts.get(organizationId) ?? 0
  }

  write(events: readonly PositionedEvent[]): Promise<unknown> {
    this.#states.enter('written')
    this.#shares = shareOut(this.#endpoints, events)
    this.#ready = writeShares(this.#client, this.#shares)
    return this.#ready
  }

  follow(): void {
    this.#states.enter('followed')
    if (this.#shares.length === 0) return
    const endpointIds = this.#shares.map((share) => share.endpointId)
    const { endpointIds: asked, done } = this.#lanes.claimBehind(this.#client, endpointIds)
    // The wake-up claims those that this statement did not.
    this.#claim = { endpointIds: asked, done: done.catch(() => this.#lanes.wake([...asked])) }
  }

  async finish(): Promise<void> {
    this.#states.enter('finished')
    const ready = await this.#ready
    this.#lanes.wake(ready.filter((endpointId) => !this.#claim.endpointIds.has(endpointId)))
    await this.#claim.done
  }
}
