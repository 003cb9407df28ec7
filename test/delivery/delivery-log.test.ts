import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import type { WebhookDeliveryWhere } from '../../src/generated/client/graphql.ts'
import { ask, startTestApp, type TestApp } from '../harness/app.ts'
import { until } from '../harness/process.ts'
import { startReceiver } from '../harness/receiver.ts'
import { noteStatements } from '../harness/statements.ts'
import {
  fillBacklog,
  setWebhookScene,
  titles,
  type WebhookScene,
} from '../harness/webhook-scene.ts'

const SearchDeliveries = graphql(`
  query SearchDeliveries($endpointId: ID!, $where: WebhookDeliveryWhere) {
    webhookDeliveries(endpointId: $endpointId, where: $where, first: 50) {
      totalCount
      nodes {
        id
        eventId
        eventType
        sequence
        status
        created
        nextAttemptAt
        lastStatusCode
        lastFailure
        attempts {
          startedAt
          succeeded
          failure
          error
          statusCode
          requestHeaders {
            name
            value
          }
          responseHeaders {
            name
            value
          }
          responseBody
          dnsMs
          connectMs
          tlsMs
          firstByteMs
          totalMs
        }
      }
    }
  }
`)

const ReadHealth = graphql(`
  query ReadHealth($id: ID!) {
    webhookEndpoint(id: $id) {
      health {
        status
        pendingDeliveries
        oldestPendingAt
        oldestPendingSeconds
        p50Ms
        p95Ms
        successRate
        drainSeconds
      }
    }
  }
`)

const ReadAllHealth = graphql(`
  query ReadAllHealth {
    webhookEndpoints(first: 20) {
      nodes {
        health {
          pendingDeliveries
          p95Ms
        }
      }
    }
  }
`)

let test: TestApp
beforeAll(async () => {
  test = await startTestApp({ WEBHOOK_RETRY_DELAYS: '50ms,10m' })
})
afterAll(() => test[Symbol.asyncDispose]())

const search = async (scene: WebhookScene, endpointId: string, where: WebhookDeliveryWhere = {}) =>
  (await ask(test.url, scene.org.owner, SearchDeliveries, { endpointId, where })).webhookDeliveries

const readHealth = async (scene: WebhookScene, id: string) => {
  const { webhookEndpoint } = await ask(test.url, scene.org.owner, ReadHealth, { id })
  if (webhookEndpoint == null) throw new Error('no endpoint')
  return webhookEndpoint.health
}

const ended = (scene: WebhookScene, id: string, count: number) =>
  until('the log', async () => {
    const statuses = await scene.statuses(id)
    return statuses.length === count && statuses.every((status) => status === 'SUCCEEDED')
  })

describe('deliveries are listed', () => {
  it('by status, type, time, HTTP status, failure and event id', async () => {
    const scene = await setWebhookScene(test)
    await using receiver = await startReceiver()
    receiver.answer = (request) => ({ status: titles([request])[0] === 'refused' ? 422 : 200 })
    const id = await scene.addEndpoint(receiver.url, { eventTypes: ['*'], ordering: 'OBJECT' })
    for (const title of ['one', 'refused', 'two']) await scene.addWorkOrder(title)
    await until('all of it', async () => {
      const { nodes } = await search(scene, id)
      return nodes.length === 3 && nodes.every((node) => node.lastStatusCode !== null)
    })
    const { nodes } = await search(scene, id)
    const sequences = async (where: WebhookDeliveryWhere) =>
      (await search(scene, id, where)).nodes.map((node) => node.sequence).toSorted()
    expect(await sequences({ status: ['PENDING'] })).toEqual([2])
    expect(await sequences({ status: ['SUCCEEDED'] })).toEqual([1, 3])
    expect(await sequences({ status: ['SUCCEEDED', 'PENDING'] })).toEqual([1, 2, 3])
    expect(await sequences({ lastStatusCode: 422 })).toEqual([2])
    expect(await sequences({ lastFailure: 'response.status' })).toEqual([2])
    expect(await sequences({ lastFailure: 'connect.refused' })).toEqual([])
    expect(await sequences({ types: ['workorder.created'] })).toEqual([1, 2, 3])
    expect(await sequences({ types: ['workorder.completed'] })).toEqual([])
    const third = nodes.find((node) => node.sequence === 3)
    expect(await sequences({ eventId: third?.eventId ?? '' })).toEqual([3])
    expect(await sequences({ created: { lt: third?.created ?? '' } })).not.toContain(3)
    expect(await sequences({ created: { gte: third?.created ?? '' } })).toContain(3)
    expect(await sequences({ status: ['SUCCEEDED'], lastStatusCode: 422 })).toEqual([])
    expect((await search(scene, id, { status: ['SUCCEEDED'] })).totalCount).toBe(2)
  })

  it('with requests, secrets hidden, answers, timings and the next attempt', async () => {
    const scene = await setWebhookScene(test)
    await using receiver = await startReceiver()
    let isDown = true
    receiver.answer = () => ({
      status: isDown ? 500 : 200,
      headers: { 'X-Trace': 'abc' },
      body: 'an answer',
    })
    const secret = 'Bearer not-for-the-log'
    const id = await scene.addEndpoint(receiver.url, {
      customHeaders: [{ name: 'Authorization', value: secret }],
    })
    await scene.addWorkOrder()
    await until('two attempts', async () => {
      const [delivery] = (await search(scene, id)).nodes
      return delivery?.attempts.length === 2
    })
    const [waiting] = (await search(scene, id)).nodes
    const leftMs = new Date(waiting?.nextAttemptAt ?? '').getTime() - Date.now()
    // Ten minutes, ± 20 %.
    expect(leftMs).toBeGreaterThan(7 * 60_000)
    expect(leftMs).toBeLessThan(13 * 60_000)
    for (const attempt of waiting?.attempts ?? []) {
      expect(attempt).toMatchObject({
        succeeded: false,
        failure: 'response.status',
        error: 'The endpoint answered 500',
        statusCode: 500,
        responseBody: 'an answer',
      })
      expect(attempt.responseHeaders).toContainEqual({ name: 'x-trace', value: 'abc' })
      expect(attempt.requestHeaders).toContainEqual({ name: 'Authorization', value: '(hidden)' })
      const names = attempt.requestHeaders.map((header) => header.name)
      expect(names).toEqual(
        expect.arrayContaining(['webhook-id', 'webhook-attempt', 'webhook-sequence']),
      )
      expect(attempt.firstByteMs).toBeGreaterThan(0)
      expect(attempt.totalMs).toBeGreaterThanOrEqual(attempt.firstByteMs ?? 0)
      expect(attempt.tlsMs).toBeNull()
    }
    expect(waiting?.attempts[0]?.connectMs).toBeGreaterThan(0)
    expect(JSON.stringify(waiting)).not.toContain('not-for-the-log')
    isDown = false
    await scene.pause(id)
    await scene.resume(id)
    await ended(scene, id, 1)
    expect((await search(scene, id)).nodes[0]?.nextAttemptAt).toBeNull()
  })
})

describe('the health of an endpoint', () => {
  it('says how long changes take to be acknowledged, and what share of the attempts succeeds', async () => {
    const scene = await setWebhookScene(test)
    await using receiver = await startReceiver()
    const id = await scene.addEndpoint(receiver.url)
    expect(await readHealth(scene, id)).toEqual({
      status: 'UNKNOWN',
      pendingDeliveries: 0,
      oldestPendingAt: null,
      oldestPendingSeconds: null,
      p50Ms: null,
      p95Ms: null,
      successRate: null,
      drainSeconds: 0,
    })
    let refusals = 1
    receiver.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 60))
      return { status: refusals-- > 0 ? 503 : 200 }
    }
    for (let n = 0; n < 4; n++) {
      await scene.addWorkOrder()
      await ended(scene, id, n + 1)
    }
    const health = await readHealth(scene, id)
    expect(health).toMatchObject({ status: 'HEALTHY', pendingDeliveries: 0, drainSeconds: 0 })
    expect(health.p50Ms).toBeGreaterThanOrEqual(59)
    // The first one was tried twice, 50 ms apart.
    expect(health.p95Ms).toBeGreaterThan(health.p50Ms ?? 0)
    expect(health.p95Ms).toBeLessThan(30_000)
    expect(health.successRate).toBe(0.8)
  })

  it('says what waits, since when, and how long it will take', async () => {
    const scene = await setWebhookScene(test)
    await using receiver = await startReceiver()
    const id = await scene.addEndpoint(receiver.url)
    for (let n = 0; n < 3; n++) await scene.addWorkOrder()
    await ended(scene, id, 3)
    await scene.pause(id)
    const since = new Date(Date.now() - 90_000)
    await fillBacklog(test, id, 500, { created: since })
    const paused = await readHealth(scene, id)
    expect(paused).toMatchObject({
      pendingDeliveries: 500,
      oldestPendingAt: since.toISOString(),
      drainSeconds: null,
    })
    expect(paused.oldestPendingSeconds).toBeGreaterThanOrEqual(90)
    expect(paused.oldestPendingSeconds).toBeLessThan(120)
    // Behind a backlog the newest deliveries all wait: the others are measured all the same.
    expect(paused.p50Ms).toBeGreaterThan(0)
    receiver.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 10))
      return { status: 200 }
    }
    await scene.resume(id)
    await receiver.waitFor(103)
    const draining = await readHealth(scene, id)
    expect(draining.drainSeconds).toBeGreaterThan(0.5)
    expect(draining.drainSeconds).toBeLessThan(120)
    await receiver.waitFor(503)
  })

  it('costs one bounded statement for a page of endpoints, whatever waits for them', async () => {
    const scene = await setWebhookScene(test)
    await using receiver = await startReceiver()
    const id = await scene.addEndpoint(receiver.url)
    await scene.addEndpoint(receiver.url)
    await scene.addWorkOrder()
    await ended(scene, id, 1)
    await scene.pause(id)
    await fillBacklog(test, id, 30_000)
    // As autovacuum does within a minute of so many rows.
    await test.app.database.pool.query('ANALYZE webhook_delivery')
    using statements = noteStatements()
    const { webhookEndpoints } = await ask(test.url, scene.org.owner, ReadAllHealth)
    expect(webhookEndpoints.nodes.map(({ health }) => health.pendingDeliveries).toSorted()).toEqual(
      [0, 30_000],
    )
    // But for what the worker in this process may be at: it loads lanes, and writes.
    const reading = statements.texts.filter(
      (text) =>
        text.includes('webhook_delivery') &&
        /^\s*SELECT/.test(text) &&
        !text.includes('lane.number AS lane'),
    )
    expect(reading.length).toBe(1)
    const { rows } = await test.app.database.pool.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, COSTS OFF) ${(reading[0] ?? '')
        .replace('$1', `ARRAY['${id}']`)
        .replace('$2', `'${scene.org.organizationId}'`)}`,
    )
    const plan = rows.map((row) => row['QUERY PLAN'])
    const most = plan.map((line) => Number(/actual rows=(\d+)/.exec(line)?.[1] ?? 0))
    expect(Math.max(...most)).toBeLessThanOrEqual(1_001)
    expect(plan.join('\n')).not.toContain('Seq Scan on webhook_delivery')
  })
})
