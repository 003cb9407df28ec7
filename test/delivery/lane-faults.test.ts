import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startTestApp, type TestApp } from '../harness/app.ts'
import { until } from '../harness/process.ts'
import { type Receiver, startReceiver } from '../harness/receiver.ts'
import { setWebhookScene, titles } from '../harness/webhook-scene.ts'

let test: TestApp
let receiver: Receiver
const uncaught: unknown[] = []
const note = (error: unknown) => void uncaught.push(error)

beforeEach(async () => {
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
  receiver = await startReceiver()
  test = await startTestApp()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await test[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
  process.off('uncaughtException', note)
  process.off('unhandledRejection', note)
})

it('a fault in a lane that nobody waits for is logged, ends the lane and neither the process nor others', async () => {
  const scene = await setWebhookScene(test)
  await scene.addEndpoint(receiver.url)
  const broken = vi.spyOn(test.app.database.memory, 'isCurrent').mockImplementationOnce(() => {
    throw new Error('broken within a lane')
  })
  await scene.addWorkOrder('breaks')
  await until('the fault', () => broken.mock.results.some(({ type }) => type === 'throw'))

  const neighbour = await setWebhookScene(test)
  await neighbour.addEndpoint(receiver.url)
  await neighbour.addWorkOrder('of a neighbour')
  await receiver.waitUntil((all) => titles(all).includes('of a neighbour'))
  expect(uncaught).toEqual([])

  // Its lease ends, and whoever claims the lane reads it anew.
  await test.app.database.pool.query('UPDATE delivery_lane SET claimed_until = now()')
  await receiver.waitUntil((all) => titles(all).includes('breaks'))
  expect(uncaught).toEqual([])
})
