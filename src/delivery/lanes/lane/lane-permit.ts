import type { MemoryLease } from '../../../database/memory/memory-lease.ts'
import type { ClaimedLane } from '../lane-claims.ts'
import type { LaneDelivery } from '../lane-window.ts'

/** What a lane may begin: it holds a lease on itself, and what it has read in memory is still so. */
export class LanePermit {
  readonly #claimed: Pick<ClaimedLane, 'endpointId' | 'organizationId' | 'read'>
  readonly #memory: MemoryLease
  #leaseEndsMs: number
  #awaited = false

  /** @param leaseUntilMs on this process's clock (performance.now) */
  constructor(claimed: ClaimedLane, memory: MemoryLease, leaseUntilMs: number) {
    this.#claimed = claimed
    this.#memory = memory
    this.#leaseEndsMs = leaseUntilMs
  }

  extend(untilMs: number): void {
    this.#leaseEndsMs = untilMs
  }

  get isOver(): boolean {
    return performance.now() > this.#leaseEndsMs
  }

  /** Nothing that the request is made from was recalled, as far as anybody was told. */
  covers({ subjectId, ownBody, read }: LaneDelivery): boolean {
    const { endpointId, organizationId } = this.#claimed
    return (
      !this.isOver &&
      this.#memory.isCurrent(endpointId, this.#claimed.read) &&
      !this.#memory.isRecalled(subjectId, read) &&
      // A document may show anything of the organization.
      !(ownBody && this.#memory.isRecalled(organizationId, read))
    )
  }

  /** What it does not cover may be covered once this process has heard of all recalls. */
  get mayComeBack(): boolean {
    return !this.#memory.holds
  }

  /** Until then nothing can be begun. */
  get isAwaited(): boolean {
    return this.#awaited
  }

  /** @param then called when it was heard, or could not be */
  await(then: (failed: boolean) => void): void {
    this.#awaited = true
    const goOn = (failed: boolean) => {
      this.#awaited = false
      then(failed)
    }
    this.#memory.hold().then(
      () => goOn(false),
      () => goOn(true),
    )
  }
}
