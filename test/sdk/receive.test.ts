import { createHmac } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type Gap,
  memoryStore,
  receive,
  type ReceiveOptions,
  type Receiver,
} from '../../src/sdk/receiver/index.ts'

const SECRET = `whsec_${Buffer.from('the secret of a test').toString('base64')}`

interface Sent {
  id?: string
  sequence?: number
  skipped?: string
  again?: boolean
  body?: string
}

/** A delivery as the product sends it. */
function delivery({ id = 'evt_1', sequence, skipped, again = false, body }: Sent = {}) {
  const text =
    body ?? JSON.stringify({ id, type: 'asset.updated', data: { object: { id: 'ast-1' } } })
  const time = Math.floor(Date.now() / 1_000)
  const hex = createHmac('sha256', SECRET).update(`${time}.${text}`).digest('hex')
  return {
    body: text,
    headers: {
      'content-type': 'application/json',
      'x-infodeck-signature': `t=${time},v1=${hex}`,
      'webhook-attempt': again ? '1;replay' : '1',
      ...(sequence === undefined ? {} : { 'webhook-sequence': String(sequence) }),
      ...(skipped === undefined ? {} : { 'webhook-skipped': skipped }),
    },
  }
}

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
}

const FRAMEWORKS: Record<string, (receiver: Receiver) => Promise<string>> = {
  'node:http': (receiver) => listen(receiver.node),
  Express: (receiver) => {
    const app = express()
    app.post('/hooks', receiver.node)
    return listen(app)
  },
  'Express with express.raw': (receiver) => {
    const app = express()
    app.use(express.raw({ type: 'application/json', limit: '20mb' }))
    app.post('/hooks', receiver.node)
    return listen(app)
  },
  Fastify: async (receiver) => {
    const app = Fastify()
    await app.register(receiver.fastify, { prefix: '/hooks' })
    await app.listen({ host: '127.0.0.1', port: 0 })
    onTestFinished(() => app.close())
    return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/hooks`
  },
  Hono: async (receiver) => {
    const app = new Hono()
    app.post('/hooks', (context) => receiver.fetch(context.req.raw))
    return listen((request, response) => {
      const answer = async () => {
        const body = Buffer.concat(await Array.fromAsync(request))
        const headers = new Headers(request.headers as Record<string, string>)
        const got = await app.request('/hooks', { method: request.method ?? '', headers, body })
        response.writeHead(got.status).end(await got.text())
      }
      answer().catch((error: unknown) => response.destroy(error as Error))
    })
  },
}

function open(options: Partial<ReceiveOptions> = {}) {
  const handled: string[] = []
  const said: string[] = []
  const gaps: Gap[] = []
  const receiver = receive(
    (event) => {
      handled.push(event.id)
    },
    {
      secrets: SECRET,
      onGap: (gap) => gaps.push(gap),
      onRefused: ({ message }) => said.push(message),
      ...options,
    },
  )
  return { receiver, handled, said, gaps }
}

describe.each(Object.entries(FRAMEWORKS))('a receiver in %s', (name, start) => {
  // What parses before the kit has a limit of its own.
  const accepts = name.endsWith('express.raw') ? 400 : 413

  it('takes what is genuine, once, and refuses what is not', async () => {
    const { receiver, handled, said } = open()
    const url = await start(receiver)
    const post = async ({ body, headers }: ReturnType<typeof delivery>) => {
      const answer = await fetch(url, { method: 'POST', body, headers })
      return `${answer.status} ${await answer.text()}`
    }
    expect(await post(delivery())).toBe('200 received')
    expect(await post(delivery())).toBe('200 known already')
    const changed = delivery({ id: 'evt_2' })
    expect(await post({ ...changed, body: `${changed.body} ` })).toBe('401 body-changed')
    expect(await post({ ...changed, body: changed.body.replace('ast-1', 'ast-2') })).toBe(
      '401 signature-wrong',
    )
    expect(await post(delivery({ body: 'hello' }))).toBe('400 not-an-event')
    await receiver.settled()
    expect(handled).toEqual(['evt_1'])
    expect(said).toHaveLength(3)
  })

  it('answers 413 to a body that is too long, and lives on', async () => {
    const { receiver, handled } = open({ maxBodyBytes: 100_000 })
    const url = await start(receiver)
    const long = delivery({ body: 'x'.repeat(200_000) })
    const status = await fetch(url, { method: 'POST', ...long }).then(
      (answer) => answer.status,
      // Cut off while it was still sending.
      () => 413,
    )
    expect(status).toBe(accepts)
    expect((await fetch(url, { method: 'POST', ...delivery() })).status).toBe(200)
    await receiver.settled()
    expect(handled).toEqual(['evt_1'])
  })
})

describe('a receiver', () => {
  it('says that a body was parsed before it came', async () => {
    const { receiver, said } = open()
    const app = express()
    app.use(express.json())
    app.post('/hooks', receiver.node)
    const url = await listen(app)
    const answer = await fetch(url, { method: 'POST', ...delivery() })
    expect([answer.status, await answer.text()]).toEqual([500, 'body-parsed'])
    expect(said).toEqual([expect.stringMatching(/pass the bytes as they came/)])
  })

  it('answers before its handler is done, and handles one after another in order', async () => {
    const begun: string[] = []
    let release: (() => void) | undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const receiver = receive(
      async ({ id }) => {
        begun.push(id)
        if (id === 'evt_1') await gate
      },
      { secrets: SECRET },
    )
    for (const [at, id] of ['evt_1', 'evt_2', 'evt_3'].entries()) {
      const { body, headers } = delivery({ id, sequence: at + 1 })
      expect(await receiver.accept(body, headers)).toEqual({ status: 200, text: 'received' })
    }
    expect(begun).toEqual(['evt_1'])
    release?.()
    await receiver.settled()
    expect(begun).toEqual(['evt_1', 'evt_2', 'evt_3'])
  })

  it('tries a handler that fails again, then tells of it and goes on', async () => {
    const tries: string[] = []
    const failed: unknown[] = []
    const receiver = receive(
      ({ id }) => {
        tries.push(id)
        if (id === 'evt_1') throw new Error('no room')
      },
      { secrets: SECRET, retryAfterMs: [1, 1], onError: (error) => failed.push(error) },
    )
    for (const id of ['evt_1', 'evt_2']) {
      const { body, headers } = delivery({ id })
      await receiver.accept(body, headers)
    }
    await receiver.settled()
    expect(tries).toEqual(['evt_1', 'evt_1', 'evt_1', 'evt_2'])
    expect(failed).toEqual([new Error('no room')])
  })

  it.each<[string, Sent[], Partial<Gap>[]]>([
    ['nothing is missing', [{ sequence: 7 }, { sequence: 8 }, { sequence: 9 }], []],
    ['one is missing', [{ sequence: 1 }, { sequence: 3 }], [{ first: 2, last: 2, skipped: false }]],
    ['several are', [{ sequence: 1 }, { sequence: 9 }], [{ first: 2, last: 8, skipped: false }]],
    [
      'they were skipped',
      [{ sequence: 1 }, { sequence: 5, skipped: '2-4' }],
      [{ first: 2, last: 4, skipped: true }],
    ],
    [
      'some of them were',
      [{ sequence: 1 }, { sequence: 6, skipped: '4-5' }],
      [
        { first: 2, last: 3, skipped: false },
        { first: 4, last: 5, skipped: true },
      ],
    ],
    [
      'one came late',
      [{ sequence: 1 }, { sequence: 3 }, { sequence: 2 }, { sequence: 4 }],
      [{ first: 2, last: 2 }],
    ],
    [
      'an old one is sent again',
      [{ sequence: 5 }, { sequence: 2, again: true }, { sequence: 6 }],
      [],
    ],
    ['a test stands outside', [{ sequence: 5 }, {}, { sequence: 6 }], []],
  ])('tells of gaps in the order: %s', async (_case, sent, expected) => {
    const { receiver, gaps } = open()
    for (const [at, each] of sent.entries()) {
      const { body, headers } = delivery({ id: `evt_${at}`, ...each })
      await receiver.accept(body, headers)
    }
    expect(gaps).toMatchObject(expected)
    expect(gaps).toHaveLength(expected.length)
    for (const { message } of gaps) expect(message).toMatch(/Query\.events/)
  })

  it('handles after a restart what its store has kept', async () => {
    const kept = new Map<string, Parameters<ReturnType<typeof memoryStore>['add']>[0]>()
    const store = {
      add: (one: Parameters<ReturnType<typeof memoryStore>['add']>[0]) => {
        if (kept.has(one.id)) return false
        kept.set(one.id, one)
        return true
      },
      done: (id: string) => void kept.delete(id),
      pending: () => [...kept.values()],
    }
    const hangs = receive(() => new Promise(() => undefined), { secrets: SECRET, store })
    const { body, headers } = delivery({ id: 'evt_kept' })
    await hangs.accept(body, headers)
    const handled: string[] = []
    const restarted = receive(({ id }) => handled.push(id), { secrets: SECRET, store })
    await restarted.settled()
    expect(handled).toEqual(['evt_kept'])
    expect(kept.size).toBe(0)
  })

  it('forgets the oldest ids when there are too many', () => {
    const store = memoryStore(2)
    const add = (id: string) => store.add({ id } as Parameters<typeof store.add>[0])
    expect(['a', 'b', 'a', 'c', 'a'].map(add)).toEqual([true, true, false, true, true])
  })
})
