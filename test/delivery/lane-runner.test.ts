import { channel } from 'node:diagnostics_channel'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Lane, LaneDependencies } from '../../src/delivery/lanes/lane/lane.ts'
import { LaneRunner } from '../../src/delivery/lanes/lane/lane-runner.ts'
import type { ClaimedLane } from '../../src/delivery/lanes/lane-claims.ts'
import type { LaneDelivery } from '../../src/delivery/lanes/lane-window.ts'

const WAITING: LaneDelivery = {
  id: 'whd_1',
  eventId: 'evt_1',
  eventType: 'asset.created',
  subjectId: 'ast_1',
  sequence: '1',
  attemptCount: 0,
  ageMs: 0,
  waitMs: 0,
  loadedMs: 0,
  read: 0,
  body: '{}',
  ownBody: false,
  wholeBytes: undefined,
  skippedBefore: undefined,
}

function claimed(deliveries: LaneDelivery[]): ClaimedLane {
  return {
    endpointId: 'whe_1',
    organizationId: 'org_1',
    version: 1,
    read: 0,
    epoch: '1',
    ordering: 'ENDPOINT',
    maxInFlight: 1,
    consecutiveFailures: 0,
    onTerms: false,
    after: 0,
    window: {
      deliveries,
      cut: false,
      skipped: false,
      retryInMs: undefined,
      through: 0,
      retriesEnded: '0',
    },
  }
}

const answered = { succeeded: true, next: { kind: 'done' }, exchange: {} }
const logged = { held: true, version: 1, active: true, moved: true }

/** A lane whose neighbours do what they should, but for what the test says. */
function run(deliveries: LaneDelivery[], instead: object): { lane: Lane; ended: Promise<unknown> } {
  let lane: Lane | undefined
  const ended = new Promise((resolve) => {
    const dependencies = {
      workerNumber: 1,
      memory: { holds: true, isCurrent: () => true, isRecalled: () => false },
      capacity: { tryTake: () => ({ give: () => undefined }), wait: () => undefined },
      attempt: async () => answered,
      load: async () => claimed([]).window,
      release: async () => ({ kind: 'released', wakeInMs: 500 }),
      logWriter: { write: async () => logged },
      windowBytes: () => 1_000_000,
      lineReadMs: 0,
      onEnd: (wakeInMs: number | undefined) => resolve({ wakeInMs }),
      ...instead,
    } as unknown as LaneDependencies
    lane = new LaneRunner(claimed(deliveries), performance.now() + 60_000, dependencies)
  })
  if (lane === undefined) throw new Error('no lane')
  return { lane, ended }
}

function faultsFrom(): string[] {
  const told: string[] = []
  const faults = channel('plantroom.background-fault')
  const listen = (message: unknown) => told.push(String((message as { error: unknown }).error))
  faults.subscribe(listen)
  onTestFinished(() => {
    faults.unsubscribe(listen)
  })
  return told
}

function fault(): never {
  throw new Error('a fault in the midst of it')
}

describe('a lane', () => {
  it('is let go once its answers are logged, and comes back when it is due', async () => {
    const steps: string[] = []
    const { ended } = run([WAITING], {
      attempt: async () => (steps.push('sent'), answered),
      logWriter: { write: async () => (steps.push('logged'), logged) },
      release: async () => (steps.push('released'), { kind: 'released', wakeInMs: 500 }),
    })
    expect(await ended).toEqual({ wakeInMs: 500 })
    expect(steps).toEqual(['sent', 'logged', 'released'])
  })

  it('goes on with work that arrived while it was being let go', async () => {
    let releases = 0
    let loads = 0
    const { ended } = run([], {
      load: async () => (loads++, claimed([]).window),
      release: async () =>
        releases++ === 0 ? { kind: 'kept' } : { kind: 'released', wakeInMs: undefined },
    })
    expect(await ended).toEqual({ wakeInMs: undefined })
    expect([releases, loads]).toEqual([2, 1])
  })

  // The first step of a lane stands in a turn of its own, where nobody would catch it.
  it.each([
    ['when it looks for room', { capacity: { tryTake: fault, wait: fault } }],
    ['when it asks whether it may begin', { memory: { holds: true, isCurrent: fault } }],
    ['when it begins an attempt', { attempt: fault }],
    ['when it writes the log', { logWriter: { write: fault } }],
  ])(
    'ends by a fault %s, for the next claim to go on, and the process lives',
    async (_, instead) => {
      const told = faultsFrom()
      const { ended } = run([WAITING], instead)
      expect(await ended).toEqual({ wakeInMs: undefined })
      expect(told).toEqual(['Error: a fault in the midst of it'])
    },
  )

  it('touches nothing any more once it is lost, whatever is still answered', async () => {
    let releases = 0
    let answer: (record: object) => void = fault
    const written = Promise.withResolvers<void>()
    const { lane, ended } = run([WAITING], {
      attempt: () => new Promise((resolve) => (answer = resolve)),
      logWriter: { write: async () => (written.resolve(), { ...logged, held: false }) },
      release: async () => (releases++, { kind: 'lost' }),
    })
    await Promise.resolve()
    lane.abandon()
    expect(await ended).toEqual({ wakeInMs: undefined })
    answer(answered)
    // The log takes a lost lane's successes.
    await written.promise
    lane.wake()
    expect(releases).toBe(0)
  })
})
