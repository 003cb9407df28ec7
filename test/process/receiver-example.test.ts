import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { freePort, until } from '../harness/process.ts'

const SECRET = 'whsec_of_a_test'

/** The example of the README. */
async function startReceiver(env: Record<string, string> = {}) {
  const port = await freePort()
  const file = path.resolve(import.meta.dirname, '../../examples/receiver.mjs')
  const child = spawn(process.execPath, [file, String(port)], { env: { ...process.env, ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await until('the receiver', () => output.includes('listening'))
  const post = async (body: string, headers: Record<string, string> = {}) =>
    (await fetch(`http://127.0.0.1:${port}/hooks`, { method: 'POST', body, headers })).status
  return { child, post, port, output: () => output }
}

const EVENT = JSON.stringify({ id: 'evt_1', type: 'workorder.created', data: { object: {} } })
const sign = (body: string, secret = SECRET, at = Math.floor(Date.now() / 1_000)) => ({
  'x-infodeck-signature': `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`,
})

it.each([
  ['no JSON', 'not json'],
  ['nothing', ''],
  ['half of it', '{"id":'],
  ['null', 'null'],
  ['a number', '7'],
  ['a list', '[]'],
  ['no id', '{"type":"a.b"}'],
  ['another form', '{"id":1,"type":2}'],
])('the example receiver answers 400 to a body with %s, and lives on', async (_what, body) => {
  const receiver = await startReceiver()
  expect(await receiver.post(body)).toBe(400)
  expect(await receiver.post(EVENT)).toBe(200)
  expect(receiver.child.exitCode).toBeNull()
})

it('the example receiver refuses what is unsigned, wrongly signed, old or too long, and other methods', async () => {
  const receiver = await startReceiver({ SIGNING_SECRET: SECRET })
  expect(await receiver.post(EVENT, sign(EVENT))).toBe(200)
  expect(await receiver.post(EVENT)).toBe(401)
  expect(await receiver.post(EVENT, sign(EVENT, 'another'))).toBe(401)
  expect(await receiver.post(EVENT, sign(EVENT, SECRET, 1_000))).toBe(401)
  expect(
    await receiver.post(EVENT, { 'x-infodeck-signature': `t=1,v1=${'\u00e9'.repeat(64)}` }),
  ).toBe(401)
  expect(await receiver.post(EVENT, { 'x-infodeck-signature': ',,,' })).toBe(401)
  expect(await receiver.post('not json')).toBe(401)
  expect(await receiver.post('not json', sign('not json'))).toBe(400)
  const long = await receiver.post('x'.repeat(11_000_000)).catch(() => 413)
  expect(long).toBe(413)
  const got = await fetch(`http://127.0.0.1:${receiver.port}/hooks`)
  expect(got.status).toBe(405)
  expect(receiver.child.exitCode).toBeNull()
})
