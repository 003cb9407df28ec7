import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../../src/generated/client/index.ts'
import { addOrganization, ask, startTestApp, type TestApp } from '../../harness/app.ts'
import { CreateEndpoint, CreateLocation } from '../../harness/documents.ts'
import { until } from '../../harness/process.ts'
import { startReceiver } from '../../harness/receiver.ts'
import { walkIn } from '../../harness/visitor-scene.ts'
import { CheckOut, EraseVisitor } from '../../harness/visitors.ts'

const ReadAnswers = graphql(`
  query ReadLateAnswers($endpointId: ID!) {
    webhookDeliveries(endpointId: $endpointId, first: 20) {
      nodes {
        eventType
        attempts {
          statusCode
          responseHeaders {
            name
          }
          responseBody
        }
      }
    }
  }
`)

const PauseThat = graphql(`
  mutation PauseThatAnswersLate($input: WebhookEndpointPauseInput!) {
    webhookEndpointPause(input: $input) {
      userErrors {
        code
      }
    }
  }
`)

const ResumeThat = graphql(`
  mutation ResumeThatAnswersLate($input: WebhookEndpointResumeInput!) {
    webhookEndpointResume(input: $input) {
      userErrors {
        code
      }
    }
  }
`)

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test[Symbol.asyncDispose]())

/** A statement that begins like this waits for a lock. */
const untilBlocked = (statement: string) =>
  until(`a blocked ${statement}`, async () => {
    const { rowCount } = await test.app.database.pool.query(
      `SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
          AND ltrim(query, E' \n') LIKE $1`,
      [`${statement}%`],
    )
    return rowCount !== 0
  })

/** Somebody came and went, and a receiver that quotes what it gets has not answered the second event yet. */
async function answerLate(status: number) {
  const { owner, ownerId } = await addOrganization(test)
  const receiver = await startReceiver()
  let goOn: (() => void) | undefined
  const held = new Promise<void>((resolve) => (goOn = resolve))
  receiver.answer = async ({ body }) => {
    const isFirst = receiver.received.length === 1
    if (!isFirst) await held
    return { status: isFirst ? 200 : status, headers: { 'x-guest': 'Walter' }, body }
  }
  const { locationCreate } = await ask(test.url, owner, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  const { webhookEndpointCreate } = await ask(test.url, owner, CreateEndpoint, {
    input: { url: receiver.url, eventTypes: ['visitor.*'], ordering: 'ENDPOINT' },
  })
  const endpointId = webhookEndpointCreate.endpoint?.id ?? ''
  const id = await walkIn(test.url, owner, ownerId, locationCreate.location?.id ?? '')
  await ask(test.url, owner, CheckOut, { input: { id } })
  const [first, underWay] = await receiver.waitFor(2)
  expect(underWay?.body).toContain('Walter')
  const attemptOf = async (type: string | undefined) => {
    const answer = await ask(test.url, owner, ReadAnswers, { endpointId })
    return answer.webhookDeliveries.nodes.find(({ eventType }) => eventType === type)?.attempts[0]
  }
  await until('the first in the log', async () => {
    return (await attemptOf(first?.event.type)) !== undefined
  })
  return {
    endpointId,
    lateType: underWay?.event.type,
    answer: () => goOn?.(),
    erase: () => ask(test.url, owner, EraseVisitor, { input: { id } }),
    async cancel() {
      await ask(test.url, owner, PauseThat, { input: { id: endpointId } })
      const input = { id: endpointId, skipBuffered: true }
      await ask(test.url, owner, ResumeThat, { input })
    },
    attemptOf,
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  }
}

async function expectRedacted(late: Awaited<ReturnType<typeof answerLate>>, statusCode: number) {
  const types = [late.lateType, 'visitor.erased']
  await until('both attempts', async () => {
    const both = await Promise.all(types.map(late.attemptOf))
    return both.every((attempt) => attempt !== undefined)
  })
  const bare = { statusCode, responseHeaders: [], responseBody: null }
  expect(await late.attemptOf(late.lateType)).toEqual(bare)
  // This one is about nobody.
  expect((await late.attemptOf('visitor.erased'))?.responseBody).toContain('"erased":true')
}

describe('an answer that quotes an erased person', () => {
  const WAYS = [
    { status: 200, delivery: 'one that waits', cancelled: false },
    { status: 500, delivery: 'one that was cancelled', cancelled: true },
  ]

  it.each(WAYS)('that comes after the erasure is not kept: $status to $delivery', async (way) => {
    await using late = await answerLate(way.status)
    if (way.cancelled) await late.cancel()
    await late.erase()
    late.answer()
    await expectRedacted(late, way.status)
  })

  it.each(WAYS)('nor one that comes at that moment: $status to $delivery', async (way) => {
    await using late = await answerLate(way.status)
    if (way.cancelled) await late.cancel()
    // What was answered first is the last that the erasure takes away.
    const holder = await test.app.database.pool.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT 1 FROM webhook_attempt WHERE endpoint_id = $1 FOR UPDATE', [
      late.endpointId,
    ])
    try {
      const erased = late.erase()
      await untilBlocked('UPDATE webhook_attempt')
      late.answer()
      await untilBlocked('WITH given AS')
      await holder.query('COMMIT')
      await erased
    } finally {
      holder.release(true)
    }
    await expectRedacted(late, way.status)
  })
})
