import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Client } from 'pg'
import { POSITIONS_CHANNEL } from '../../src/events/dispatch.ts'
import { createLogger } from '../../src/log.ts'
import { openRedisTransport } from '../../src/events/redis-transport.ts'
import { openStream, type EventStream } from '../../src/events/stream.ts'
import { addOrganization, ask, startTestApp, type TestApp } from '../harness/app.ts'
import { CreateLocation } from '../harness/documents.ts'

it('says what to do where the optional package is not installed', async () => {
  vi.doMock('ioredis', () => {
    throw new Error('Cannot find package')
  })
  const opened = openRedisTransport('redis://127.0.0.1:1', createLogger('silent'))
  await expect(opened).rejects.toThrow(/optional package ioredis .*npm install ioredis/)
  vi.doUnmock('ioredis')
})

const REDIS_URL = process.env['REDIS_URL'] ?? ''

describe.skipIf(REDIS_URL === '')('events over Redis (needs REDIS_URL)', () => {
  const PATIENT = { timeout: 10_000 }
  let test: TestApp
  let stream: EventStream
  const log = createLogger('silent')
  const stack = new AsyncDisposableStack()

  beforeAll(async () => {
    test = stack.use(await startTestApp({ REDIS_URL }))
    const transport = stack.use(await openRedisTransport(REDIS_URL, log))
    // Polling would hide a hint that never came.
    const { database } = test.app
    stream = stack.use(await openStream({ database, log, transport, pollMs: 60_000 }))
  })
  afterAll(() => stack.disposeAsync())

  it('arrive at once, and PostgreSQL is not asked to notify', async () => {
    const org = await addOrganization(test)
    const { organizationId } = org
    await using events = stream.subscribe({
      organizationId,
      after: 0n,
      heartbeatMs: 60_000,
      select: () => true,
    })
    await events.next()
    const ear = new Client({ connectionString: test.databaseUrl })
    const heard: unknown[] = []
    ear.on('notification', ({ payload }) => heard.push(payload))
    await ear.connect()
    await ear.query(`LISTEN ${POSITIONS_CHANNEL}`)
    for (let position = 1n; position <= 5n; position++) {
      await ask(test.url, org.owner, CreateLocation, { input: { name: 'Site', kind: 'LOCATION' } })
      expect(await events.next()).toMatchObject({ value: { event: { position } } })
    }
    // Notifications come before the answer to what is asked after them.
    await ear.query('SELECT 1')
    expect(heard).toEqual([])
    await ear.end()
  })

  it('arrive again after Redis has cut everybody off', async () => {
    const { Redis } = await import('ioredis')
    const admin = new Redis(REDIS_URL)
    const org = await addOrganization(test)
    await using events = stream.subscribe({
      organizationId: org.organizationId,
      after: 0n,
      heartbeatMs: 60_000,
      select: () => true,
    })
    await events.next()
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await expect.poll(() => stream.connected, PATIENT).toBe(false)
    await expect.poll(() => stream.connected, PATIENT).toBe(true)
    await ask(test.url, org.owner, CreateLocation, { input: { name: 'Site', kind: 'LOCATION' } })
    expect(await events.next()).toMatchObject({ value: { event: { position: 1n } } })
    admin.disconnect()
  })
})
