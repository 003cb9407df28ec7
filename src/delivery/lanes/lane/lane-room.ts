import type { Capacity, CapacityKind, Room } from '../capacity.ts'
import type { ClaimedLane } from '../lane-claims.ts'
import type { LaneDelivery } from '../lane-window.ts'

/** Failures one after the other that are the endpoint's own, and not those of some records. */
const FAILURES_AS_A_WHOLE = 10

/** Which kind of room a lane's deliveries need, and for which kinds it waits. */
export class LaneRoom {
  readonly #lane: Pick<ClaimedLane, 'organizationId' | 'endpointId' | 'ordering' | 'maxInFlight'>
  readonly #capacity: Capacity
  readonly #waitsFor = new Set<CapacityKind>()
  #consecutiveFailures: number

  constructor(claimed: ClaimedLane, capacity: Capacity) {
    this.#lane = claimed
    this.#capacity = capacity
    this.#consecutiveFailures = claimed.consecutiveFailures
  }

  /** How many kinds it waits for. */
  get waiting(): number {
    return this.#waitsFor.size
  }

  get consecutiveFailures(): number {
    return this.#consecutiveFailures
  }

  /** What waits for room, and whatever else would have to, is no reason to load. */
  get mayLoad(): boolean {
    if (this.waitsFor('first')) return false
    return this.waiting === 0 || (this.#lane.ordering !== 'ENDPOINT' && !this.#failsAsAWhole)
  }

  waitsFor(kind: CapacityKind): boolean {
    return this.#waitsFor.has(kind)
  }

  /** There is no room for a delivery like this one. */
  readonly isHeld = (delivery: LaneDelivery): boolean => this.waitsFor(this.kindOf(delivery))

  kindOf(delivery: LaneDelivery): CapacityKind {
    return delivery.attemptCount > 0 || this.#failsAsAWhole ? 'doubtful' : 'first'
  }

  /** Of some records a few may fail for ever: that says nothing of the others. */
  get #failsAsAWhole(): boolean {
    const enough = this.#lane.ordering === 'ENDPOINT' ? 1 : FAILURES_AS_A_WHOLE
    return this.#consecutiveFailures >= enough
  }

  noteAnswer(succeeded: boolean): void {
    this.#consecutiveFailures = succeeded ? 0 : this.#consecutiveFailures + 1
  }

  /** First attempts that keep coming must not take the place of a retry each time that it has room. */
  isKeptForRetry(busy: number): boolean {
    const { maxInFlight } = this.#lane
    return this.waitsFor('doubtful') && maxInFlight > 1 && busy >= maxInFlight - 1
  }

  tryTake(kind: CapacityKind): Room | undefined {
    return this.#capacity.tryTake(kind, this.#lane)
  }

  /** @param granted called once with room; false gives it back */
  wait(kind: CapacityKind, granted: (room: Room) => boolean): void {
    this.#waitsFor.add(kind)
    this.#capacity.wait(kind, this.#lane, (room) => {
      this.#waitsFor.delete(kind)
      return granted(room)
    })
  }
}
