import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { openConnections, type Target } from '../../src/delivery/attempt/connections.ts'
import { send } from '../../src/delivery/attempt/send.ts'

/** A receiver in a thread of its own, which can hang up while the sender's thread stands still. */
const RECEIVER = `
  const { parentPort, workerData } = require('node:worker_threads')
  const open = new Set()
  const server = require('node:net').createServer((socket) => {
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => open.delete(socket))
    socket.on('data', (request) => {
      Atomics.add(workerData, 1, 1)
      socket.write('HTTP/1.1 200 OK\\r\\ncontent-length: 0\\r\\n\\r\\n')
    })
  })
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
  setInterval(() => {
    const how = Atomics.load(workerData, 0)
    if (how === 0) return
    for (const socket of open) {
      if (how === 1) socket.destroy()
      else socket.resetAndDestroy()
    }
    if (open.size > 0) return
    Atomics.store(workerData, 0, 0)
    Atomics.notify(workerData, 0)
  }, 1)`

const HOW = { closes: 1, resets: 2 }

async function startReceiver() {
  /** How it is to hang up, zero when it has · requests read */
  const shared = new Int32Array(new SharedArrayBuffer(8))
  const thread = new Worker(RECEIVER, { eval: true, workerData: shared })
  const port = await new Promise<number>((resolve) => thread.once('message', resolve))
  const target: Target = {
    key: 'endpoint 1',
    authority: `127.0.0.1:${port}`,
    host: '127.0.0.1',
    port,
    secure: false,
  }
  return {
    target,
    requests: () => Atomics.load(shared, 1),
    /** Returns when the connections are closed at the receiver's end and this end has not looked. */
    hangUp(how: keyof typeof HOW) {
      Atomics.store(shared, 0, HOW[how])
      Atomics.wait(shared, 0, HOW[how])
    },
    async [Symbol.asyncDispose]() {
      await thread.terminate()
    },
  }
}

const TIMEOUT_MS = 5_000

describe('a kept connection that the receiver has closed', () => {
  it.each(['closes', 'resets'] as const)(
    'is found out before anything is written to it, and the request goes over another (%s)',
    async (how) => {
      await using receiver = await startReceiver()
      await using connections = openConnections({
        policy: { allowedCidrs: ['127.0.0.0/8'], allowHttp: true },
        connectTimeoutMs: TIMEOUT_MS,
      })
      const { target } = receiver
      const request = {
        target,
        path: '/',
        headers: ['content-type', 'application/json'],
        body: Buffer.from('{}'),
      }
      expect(await send(connections, request, TIMEOUT_MS, () => true)).toMatchObject({
        answer: { statusCode: 200 },
      })
      // What follows runs as a timer does: before the loop reads what has come in meanwhile.
      await new Promise((resolve) => setTimeout(resolve))
      receiver.hangUp(how)
      const exchange = await send(connections, request, TIMEOUT_MS, () => true)
      expect(exchange).toMatchObject({ answer: { statusCode: 200 }, error: undefined })
      // Over a connection of its own.
      expect(exchange.connectMs).toBeGreaterThan(0)
      expect(receiver.requests()).toBe(2)
    },
  )
})
