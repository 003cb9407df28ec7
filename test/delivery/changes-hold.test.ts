import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../harness/app.ts'
import { CHANGES, type Host, makeBusy } from '../harness/busy-endpoint.ts'
import type { Node } from '../harness/cluster.ts'
import { type Scene, setScene } from '../harness/fault-scene.ts'

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
