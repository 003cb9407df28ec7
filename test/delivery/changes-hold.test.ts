import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, startTestApp, type TestApp } from '../harness/app.ts'
import { CHANGES, type Host, makeBusy } from '../harness/busy-endpoint.ts'
import type { Node } from '../harness/cluster.ts'
import { CreateEndpoint, CreateLocation } from '../harness/documents.ts'
import { holdAnswers, type Scene, setScene } from '../harness/fault-scene.ts'
import { startReceiver } from '../harness/receiver.ts'
import { endOfLog, streamVisitors, walkIn } from '../harness/visitor-scene.ts'
import { CheckOut, EraseVisitor } from '../harness/visitors.ts'

/*
 * An endpoint has hundreds of deliveries that wait, and as many requests under way as it may have. None
 * of them is answered, so nothing begins. Then it is changed. Then what is under way is answered:
 * whatever begins from there on begins after the change was answered.
 */

describe('an endpoint, changed in the process that sends', () => {
  let test: TestApp
  beforeAll(async () => {
    test = await startTestApp()
  })
  afterAll(() => test[Symbol.asyncDispose]())

  it.each(CHANGES)('$name: nothing begins as it was before', async (change) => {
    const busy = await makeBusy(test, change)
    expect((await busy.change()).inForce).toBe('CONFIRMED')
    await busy.answerAll()
    expect(busy.findOld()).toEqual([])
    expect(await busy.readEnds()).toEqual([change.end ?? 'SUCCEEDED'])
  })
})

const hostOf = ({ url, cluster }: Scene): Host => ({
  url,
  config: cluster.config,
  app: { database: cluster.database },
})

describe('an endpoint, changed while other processes send', () => {
  let scene: Scene
  const workers: Node[] = []
  beforeAll(async () => {
    scene = await setScene()
    workers.push(await scene.cluster.start('worker'), await scene.cluster.start('worker'))
  })
  afterAll(() => scene[Symbol.asyncDispose]())

  it.each(CHANGES)('$name: nothing begins as it was before', async (change) => {
    const busy = await makeBusy(hostOf(scene), change)
    expect((await busy.change()).inForce).toBe('CONFIRMED')
    await busy.answerAll()
    expect(busy.findOld()).toEqual([])
    expect(await busy.readEnds()).toEqual([change.end ?? 'SUCCEEDED'])
  })

  it('a person that is erased by one process is neither streamed nor sent by another', async () => {
    const { url, cluster } = scene
    const { owner, organizationId } = cluster
    const elsewhere = `http://127.0.0.1:${(await cluster.start('server')).port}`
    const users = await cluster.database.pool.query<{ id: string }>(
      'SELECT id FROM app_user WHERE organization_id = $1',
      [organizationId],
    )
    await using receiver = await startReceiver()
    const answer = holdAnswers(receiver)
    await ask(url, owner, CreateEndpoint, {
      input: { url: receiver.url, eventTypes: ['visitor.*'], ordering: 'ENDPOINT' },
    })
    const cursor = await endOfLog(url, owner)
    const { locationCreate } = await ask(url, owner, CreateLocation, {
      input: { name: 'Site', kind: 'LOCATION' },
    })
    const site = locationCreate.location?.id ?? ''
    const id = await walkIn(url, owner, users.rows[0]?.id ?? '', site)
    await ask(url, owner, CheckOut, { input: { id } })
    // One is under way; a worker holds the others. The other server has streamed them.
    await receiver.waitFor(1)
    using early = await streamVisitors(elsewhere, owner, cursor)
    expect(await early.readTo('visitor.checked_out')).toContain('Walter')

    await ask(url, owner, EraseVisitor, { input: { id } })
    using late = await streamVisitors(elsewhere, owner, cursor)
    answer()
    expect(await late.readTo('visitor.erased')).not.toContain('Walter')
    await receiver.waitUntil((all) => all.some(({ event }) => event.type === 'visitor.erased'))
    const [before, ...after] = receiver.received
    expect(before?.body).toContain('Walter')
    expect(after.length).toBeGreaterThanOrEqual(4)
    expect(after.filter(({ body }) => body.includes('Walter'))).toEqual([])
  })

  it.each(CHANGES)(
    '$name, with frozen workers: is answered within a second and says so, and nothing begins as it was before when they wake up',
    async (change) => {
      const busy = await makeBusy(hostOf(scene), change)
      for (const worker of workers) worker.process.signal('SIGSTOP')
      try {
        const { inForce, tookMs } = await busy.change()
        expect(inForce).toBe('LEASE_ENDED')
        // A lease is 800 ms long; the rest is the machine's.
        expect(tookMs).toBeLessThan(1_500)
        busy.beginAnswering()
      } finally {
        for (const worker of workers) worker.process.signal('SIGCONT')
      }
      await busy.answerAll()
      expect(busy.findOld()).toEqual([])
      expect(await busy.readEnds()).toEqual([change.end ?? 'SUCCEEDED'])
    },
  )
})
