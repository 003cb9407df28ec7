import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueAccessToken } from '../../src/identity/sessions/tokens.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { CreateLocation } from '../harness/documents.ts'
import {
  type LiveServer,
  openSession,
  openSocket,
  sendBytes,
  startLiveServer,
} from '../harness/live.ts'

// graphql-transport-ws by hand: enisdenjo/graphql-ws, PROTOCOL.md, and what Plantroom adds to it.

const LIMITS = {
  initTimeoutMs: 300,
  stallTimeoutMs: 1_000,
  pingIntervalMs: 60_000,
  maxOperations: 20,
  maxPerCaller: 5,
}

let test: TestApp
let org: TestOrganization
let server: LiveServer

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  server = await startLiveServer(test, LIMITS)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await test[Symbol.asyncDispose]()
})
// A caller of its own for every test, so that no test uses up another one's share of sockets.
const newKey = () => org.addApiKey(['locations:read', 'work-orders:read'])

const secretOf = (credentials: Credentials) => Object.values(credentials)[0] ?? ''

const EVENTS = 'subscription { events { __typename ... on EventEnvelope { type position } } }'
const subscribeTo = (id: string, query: string) => ({ type: 'subscribe', id, payload: { query } })
const createLocation = () =>
  ask(test.url, org.owner, CreateLocation, { input: { name: 'Site', kind: 'LOCATION' } })
const session = async () => openSession(server.socketUrl, await newKey())

describe('the handshake', () => {
  it('a socket without subprotocol is closed with 4406', async () => {
    using socket = await openSocket(server.socketUrl, '')
    expect((await socket.closed).code).toBe(4406)
  })

  it('the older subprotocol "graphql-ws" is not accepted', async () => {
    // The client itself gives up when none of its subprotocols is accepted.
    await expect(openSocket(server.socketUrl, 'graphql-ws')).rejects.toThrow('subprotocol')
  })

  it('another path is refused', async () => {
    await expect(openSocket(`${server.socketUrl}/other`)).rejects.toThrow('404')
  })

  it('connection_init with an API key is acknowledged', async () => {
    const credentials = await newKey()
    using socket = await openSocket(server.socketUrl)
    socket.send({ type: 'connection_init', payload: credentials })
    expect(await socket.receive()).toEqual({ type: 'connection_ack' })
  })

  it('connection_init with apiKey or authorization as names is acknowledged', async () => {
    const credentials = await newKey()
    using first = await openSocket(server.socketUrl)
    first.send({ type: 'connection_init', payload: { apiKey: secretOf(credentials) } })
    expect(await first.receive()).toEqual({ type: 'connection_ack' })
    using second = await openSocket(server.socketUrl)
    second.send({ type: 'connection_init', payload: { authorization: secretOf(org.owner) } })
    expect(await second.receive()).toEqual({ type: 'connection_ack' })
  })

  it.each([
    ['no payload', undefined],
    ['an unknown key', { apiKey: `idt_live_${'x'.repeat(32)}` }],
    ['a key of the wrong form', { apiKey: 'x' }],
    ['a token that is none', { authorization: 'Bearer x.y.z' }],
    ['both kinds at once', { apiKey: `idt_live_${'x'.repeat(32)}`, authorization: 'Bearer x' }],
    ['a key that is a number', { apiKey: 7 }],
  ])('connection_init with %s is closed with 4403', async (_what, payload) => {
    using socket = await openSocket(server.socketUrl)
    socket.send({ type: 'connection_init', ...(payload && { payload }) })
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' })
  })

  it('a socket that never initialises is closed with 4408', async () => {
    using socket = await openSocket(server.socketUrl)
    expect((await socket.closed).code).toBe(4408)
  })

  it('a second connection_init is closed with 4429', async () => {
    using socket = await session()
    socket.send({ type: 'connection_init' })
    expect((await socket.closed).code).toBe(4429)
  })

  it('a second connection_init before the answer to the first is closed with 4429', async () => {
    using socket = await openSocket(server.socketUrl)
    const payload = await newKey()
    socket.send({ type: 'connection_init', payload })
    socket.send({ type: 'connection_init', payload })
    expect((await socket.closed).code).toBe(4429)
  })
})

describe('malformed input', () => {
  it.each([
    ['text that is not JSON', '{"type"'],
    ['an empty message', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['no type', '{"id":"1"}'],
    ['an unknown type', '{"type":"start"}'],
    ['a message that only servers send', '{"type":"next","id":"1","payload":{}}'],
    ['connection_ack', '{"type":"connection_ack"}'],
    ['a payload that is text', '{"type":"connection_init","payload":"x"}'],
    ['subscribe without id', '{"type":"subscribe","payload":{"query":"{a}"}}'],
    ['subscribe with an empty id', '{"type":"subscribe","id":"","payload":{"query":"{a}"}}'],
    ['subscribe with a number as id', '{"type":"subscribe","id":1,"payload":{"query":"{a}"}}'],
    ['subscribe without query', '{"type":"subscribe","id":"1","payload":{}}'],
    [
      'subscribe with variables as a list',
      '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}',
    ],
    ['complete without id', '{"type":"complete"}'],
  ])('%s is closed with 4400', async (_what, text) => {
    using socket = await session()
    socket.send(text)
    expect((await socket.closed).code).toBe(4400)
  })

  it('a binary frame is closed with 4400', async () => {
    using socket = await session()
    socket.send(Buffer.from('{"type":"ping"}'))
    expect((await socket.closed).code).toBe(4400)
  })

  it('a message of more than 1 MB is closed with 1009', async () => {
    using socket = await session()
    socket.send(subscribeTo('1', `{ __typename ${' '.repeat(1_100_000)} }`))
    expect((await socket.closed).code).toBe(1009)
  })

  it.each([
    ['reserved bits', Buffer.from([0xf1, 0x80, 0, 0, 0, 0]), 1002],
    ['an unknown opcode', Buffer.from([0x83, 0x80, 0, 0, 0, 0]), 1002],
    ['a frame without mask', Buffer.from([0x81, 0x02, 0x7b, 0x7d]), 1002],
    ['text that is not UTF-8', Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]), 1007],
    [
      'a length beyond all memory',
      Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
      1009,
    ],
  ])('%s is closed by the code of RFC 6455', async (_what, bytes, code) => {
    expect(await sendBytes(server.socketUrl, bytes)).toBe(code)
  })

  it('a malformed frame on a socket that is being refused harms nobody', async () => {
    const bytes = Buffer.from([0xf1, 0x80, 0, 0, 0, 0])
    expect(await sendBytes(server.socketUrl, bytes, '')).toBe(4406)
  })

  it('the server goes on serving others after all of this', async () => {
    using socket = await session()
    socket.send(subscribeTo('1', '{ __typename }'))
    expect(await socket.receive()).toMatchObject({ type: 'next' })
  })
})

describe('ping and pong', () => {
  it('a ping is answered before and after initialisation, with its payload', async () => {
    using socket = await openSocket(server.socketUrl)
    socket.send({ type: 'ping' })
    expect(await socket.receive()).toEqual({ type: 'pong' })
    socket.send({ type: 'connection_init', payload: await newKey() })
    await socket.receive()
    socket.send({ type: 'ping', payload: { at: 1 } })
    expect(await socket.receive()).toEqual({ type: 'pong', payload: { at: 1 } })
  })

  it('a pong without a ping is ignored', async () => {
    using socket = await session()
    socket.send({ type: 'pong' })
    socket.send({ type: 'ping' })
    expect(await socket.receive()).toEqual({ type: 'pong' })
  })
})

describe('operations', () => {
  it('subscribe before connection_ack is closed with 4401', async () => {
    using socket = await openSocket(server.socketUrl)
    socket.send({ type: 'connection_init', payload: await newKey() })
    socket.send(subscribeTo('1', '{ __typename }'))
    expect((await socket.closed).code).toBe(4401)
  })

  it('a query gives one next and complete', async () => {
    using socket = await session()
    socket.send(subscribeTo('a', '{ __typename }'))
    expect(await socket.receive()).toEqual({
      type: 'next',
      id: 'a',
      payload: { data: { __typename: 'Query' }, extensions: { cost: expect.anything() } },
    })
    expect(await socket.receive()).toEqual({ type: 'complete', id: 'a' })
  })

  it.each([
    ['a syntax error', '{'],
    ['an unknown field', '{ nothing }'],
    ['no operation', 'fragment A on Query { __typename }'],
    [
      'too deep a query',
      `{ locations ${'{ nodes { children '.repeat(12)}{ totalCount } ${'} }'.repeat(12)} }`,
    ],
  ])('%s gives an error message with a code, and the socket lives on', async (_what, query) => {
    using socket = await session()
    socket.send(subscribeTo('a', query))
    const answer = await socket.receive()
    const payload =
      answer.type === 'next' ? Reflect.get(Object(answer.payload), 'errors') : answer.payload
    expect(payload).toMatchObject([
      { extensions: { code: expect.stringMatching(/BAD_USER_INPUT|QUERY_TOO_COMPLEX/) } },
    ])
    expect(JSON.stringify(payload)).not.toContain('"http"')
    socket.send({ type: 'ping' })
    let next = await socket.receive()
    if (next.type === 'complete') next = await socket.receive()
    expect(next).toEqual({ type: 'pong' })
  })

  it('an id that is in use is closed with 4409', async () => {
    using socket = await session()
    socket.send(subscribeTo('a', EVENTS))
    socket.send(subscribeTo('a', EVENTS))
    expect(await socket.closed).toEqual({ code: 4409, reason: 'Subscriber for a already exists' })
  })

  it('an id too long for a close frame is closed with 4409 all the same', async () => {
    using socket = await session()
    socket.send(subscribeTo('ü'.repeat(100), EVENTS))
    socket.send(subscribeTo('ü'.repeat(100), EVENTS))
    expect(await socket.closed).toEqual({ code: 4409, reason: '' })
  })

  it('complete of an unknown id is ignored', async () => {
    using socket = await session()
    socket.send({ type: 'complete', id: 'nobody' })
    socket.send({ type: 'ping' })
    expect(await socket.receive()).toEqual({ type: 'pong' })
  })

  it('after complete nothing more comes of an operation, and it is let go', async () => {
    using socket = await session()
    const before = server.stream.subscribers
    socket.send(subscribeTo('a', EVENTS))
    await socket.receive()
    expect(server.stream.subscribers).toBe(before + 1)
    socket.send({ type: 'complete', id: 'a' })
    socket.send(subscribeTo('b', EVENTS))
    await socket.receive()
    await createLocation()
    expect(await socket.receive()).toMatchObject({ id: 'b', type: 'next' })
    expect(socket.unread).toEqual([])
    expect(server.stream.subscribers).toBe(before + 1)
  })

  it('an id may be used again at once after complete, and the new operation lives', async () => {
    using socket = await session()
    for (let round = 0; round < 50; round++) {
      socket.send(subscribeTo('a', EVENTS))
      expect(await socket.receive()).toMatchObject({ id: 'a', type: 'next' })
      socket.send({ type: 'complete', id: 'a' })
    }
    socket.send(subscribeTo('a', EVENTS))
    await socket.receive()
    await createLocation()
    expect(await socket.receive()).toMatchObject({
      id: 'a',
      payload: { data: { events: { type: 'location.created' } } },
    })
  })

  it('complete while an operation is only beginning leaves nothing behind', async () => {
    using socket = await session()
    const before = server.stream.subscribers
    for (let round = 0; round < 50; round++) {
      socket.send(subscribeTo('a', EVENTS))
      socket.send({ type: 'complete', id: 'a' })
    }
    socket.send(subscribeTo('last', EVENTS))
    expect(await socket.receive()).toMatchObject({ id: 'last' })
    expect(server.stream.subscribers).toBe(before + 1)
  })

  it('answers of every length arrive whole, where the form of a frame changes too', async () => {
    using socket = await session()
    // A frame says its length in one byte, in three or in nine: below 126, below 65,536 and above.
    for (const from of [1, 65_350]) {
      for (let length = from; length < from + 150; length++) {
        const name = 'x'.repeat(length)
        socket.send(subscribeTo('a', `{ ${name}: __typename }`))
        const { payload } = await socket.receive()
        expect(Reflect.get(Object(payload), 'data')).toEqual({ [name]: 'Query' })
        expect(await socket.receive()).toEqual({ id: 'a', type: 'complete' })
      }
    }
    const name = 'ü'.repeat(40)
    socket.send(subscribeTo(name, '{ __typename }'))
    expect(await socket.receive()).toMatchObject({ id: name, type: 'next' })
  })

  it('thousands of operations run one after another on one socket', async () => {
    using socket = await session()
    for (let count = 0; count < 3_000; count++) {
      socket.send(subscribeTo(String(count), '{ __typename }'))
      expect(await socket.receive()).toMatchObject({ id: String(count), type: 'next' })
      expect(await socket.receive()).toEqual({ id: String(count), type: 'complete' })
    }
  })

  it('one operation too many gives an error message with RATE_LIMITED', async () => {
    using socket = await session()
    for (let count = 0; count < LIMITS.maxOperations; count++) {
      socket.send(subscribeTo(String(count), EVENTS))
    }
    socket.send(subscribeTo('more', EVENTS))
    expect(await socket.receive()).toMatchObject({
      id: 'more',
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED' } }],
    })
    socket.send({ type: 'complete', id: '0' })
    socket.send(subscribeTo('again', '{ __typename }'))
    for (;;) {
      const message = await socket.receive()
      if (message.id !== 'again') continue
      expect(message.type).toBe('next')
      break
    }
  })

  it('one socket too many for a caller is closed with 4429, and a closed one makes room', async () => {
    const key = await newKey()
    using first = await openSession(server.socketUrl, key)
    const others = await Promise.all(
      Array.from({ length: LIMITS.maxPerCaller - 1 }, () => openSession(server.socketUrl, key)),
    )
    using refused = await openSocket(server.socketUrl)
    refused.send({ type: 'connection_init', payload: key })
    expect((await refused.closed).code).toBe(4429)
    for (const socket of others) socket[Symbol.dispose]()
    await expect
      .poll(async () => {
        using socket = await openSocket(server.socketUrl)
        socket.send({ type: 'connection_init', payload: key })
        return await Promise.race([socket.receive().then(({ type }) => type), socket.closed])
      })
      .toBe('connection_ack')
    expect(first.isOpen).toBe(true)
  })
})

describe('the end of rights', () => {
  it('a token that runs out closes its sockets with 4403', async () => {
    const auth = { ...test.config.auth, accessTokenTtlMs: 2_000 }
    const { token } = await issueAccessToken(auth, org.ownerId)
    using socket = await openSession(server.socketUrl, { Authorization: `Bearer ${token}` })
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Token expired' })
  })

  it('a revoked key closes its sockets with 4403', async () => {
    const credentials = await newKey()
    using socket = await openSession(server.socketUrl, credentials)
    using other = await session()
    await test.app.database.unscoped.apiKey.updateMany({
      where: { lastFour: secretOf(credentials).slice(-4) },
      data: { revokedAt: new Date() },
    })
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' })
    expect(other.isOpen).toBe(true)
  })

  it('another role closes the sockets of a person with 4403', async () => {
    const { userId, credentials } = await org.addUser('MANAGER')
    using socket = await openSession(server.socketUrl, credentials)
    await test.app.database.unscoped.user.update({
      where: { id: userId },
      data: { role: 'REQUESTER' },
    })
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Rights have changed' })
  })

  it('a server that stops closes its sockets with 1001', async () => {
    const stopping = await startLiveServer(test)
    using socket = await openSession(stopping.socketUrl, await newKey())
    socket.send(subscribeTo('a', EVENTS))
    await socket.receive()
    await stopping[Symbol.asyncDispose]()
    expect(await socket.closed).toEqual({ code: 1001, reason: 'Server is restarting' })
    expect(socket.unread).toEqual([])
  })
})
