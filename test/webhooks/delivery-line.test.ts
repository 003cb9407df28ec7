import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import type { WebhookOrdering } from '../../src/generated/client/graphql.ts'
import { ask, startTestApp, type TestApp } from '../harness/app.ts'
import { until } from '../harness/process.ts'
import { type Receiver, startReceiver } from '../harness/receiver.ts'
import { noteStatements } from '../harness/statements.ts'
import { setWebhookScene, titles, type WebhookScene } from '../harness/webhook-scene.ts'

const ReadLine = graphql(`
  query ReadLine($endpointId: ID!) {
    webhookEndpoint(id: $endpointId) {
      statusSince
    }
    webhookDeliveries(endpointId: $endpointId) {
      nodes {
        id
        sequence
        created
        attemptCount
        status
        nextAttemptAt
        body
        payload
        waitingFor {
          reason
          behind {
            id
          }
          since
          nextAttemptAt
          disabledAt
        }
        before {
          id
        }
        after {
          id
        }
      }
    }
  }
`)

const ReadBodies = graphql(`
  query ReadBodies {
    events(types: ["workorder.created"]) {
      nodes {
        id
        body
      }
    }
  }
`)

let test: TestApp
let scene: WebhookScene
beforeAll(async () => {
  test = await startTestApp({ WEBHOOK_RETRY_DELAYS: '1h' })
  scene = await setWebhookScene(test)
})
afterAll(() => test[Symbol.asyncDispose]())

/** In the order of their sequence. */
async function read(endpointId: string) {
  const answer = await ask(test.url, scene.org.owner, ReadLine, { endpointId })
  const line = answer.webhookDeliveries.nodes.toSorted(
    (a, b) => Number(a.sequence) - Number(b.sequence),
  )
  return { line, statusSince: answer.webhookEndpoint?.statusSince }
}

/** Three events, the first of which is refused and tried again in an hour. */
async function refuseTheFirst(receiver: Receiver, ordering: WebhookOrdering) {
  const endpointId = await scene.addEndpoint(receiver.url, { ordering })
  receiver.answer = ({ event }) => ({
    status: event.data.object['title'] === `${ordering} 1` ? 500 : 200,
  })
  for (const n of [1, 2, 3]) await scene.addWorkOrder(`${ordering} ${n}`)
  await scene.settle()
  const settled = ordering === 'ENDPOINT' ? 0 : 2
  await until('the first to be refused', async () => {
    const { line } = await read(endpointId)
    const done = line.filter(({ status }) => status === 'SUCCEEDED').length
    return line.length === 3 && line[0]?.attemptCount === 1 && done === settled
  })
  return endpointId
}

describe('why a delivery has not arrived', () => {
  it('with ordering ENDPOINT: the first waits for its retry, the others are held back by it', async () => {
    await using receiver = await startReceiver()
    const endpointId = await refuseTheFirst(receiver, 'ENDPOINT')
    const [first, second, third] = (await read(endpointId)).line
    expect(first?.waitingFor).toMatchObject({
      reason: 'RETRY',
      behind: null,
      nextAttemptAt: first?.nextAttemptAt,
    })
    expect(first?.nextAttemptAt).not.toBeNull()
    expect(Date.parse(first?.waitingFor?.disabledAt ?? '')).toBeGreaterThan(Date.now())
    for (const held of [second, third]) {
      expect(held?.waitingFor).toMatchObject({
        reason: 'HELD_BACK',
        behind: { id: first?.id },
        since: held?.created,
        nextAttemptAt: first?.nextAttemptAt,
      })
    }
    expect([first?.before, second?.before, third?.before]).toEqual([
      [],
      [{ id: first?.id }],
      [{ id: second?.id }, { id: first?.id }],
    ])
    expect(first?.after).toEqual([{ id: second?.id }, { id: third?.id }])

    await scene.pause(endpointId)
    const paused = await read(endpointId)
    for (const { waitingFor } of paused.line) {
      expect(waitingFor).toMatchObject({
        reason: 'ENDPOINT_PAUSED',
        since: paused.statusSince,
        nextAttemptAt: null,
      })
    }
    receiver.answer = () => ({ status: 200 })
    await scene.resume(endpointId)
    await until('all to arrive', async () =>
      (await read(endpointId)).line.every(({ status }) => status === 'SUCCEEDED'),
    )
    const { line } = await read(endpointId)
    expect(line.map(({ waitingFor }) => waitingFor)).toEqual([null, null, null])
  })

  it('with ordering OBJECT: only those of the same record are held back', async () => {
    await using receiver = await startReceiver()
    const endpointId = await refuseTheFirst(receiver, 'OBJECT')
    // One more of the first record, and one behind that.
    await test.app.database.pool.query(
      `UPDATE webhook_delivery SET status = 'PENDING', attempt_count = 0, completed_at = NULL,
              next_attempt_at = now() + interval '1 hour',
              subject_id = (SELECT subject_id FROM webhook_delivery WHERE endpoint_id = $1 AND sequence = 1)
        WHERE endpoint_id = $1 AND sequence = 3`,
      [endpointId],
    )
    const [first, second, third] = (await read(endpointId)).line
    expect(first?.waitingFor?.reason).toBe('RETRY')
    expect(second?.waitingFor).toBeNull()
    expect(third?.waitingFor).toMatchObject({ reason: 'HELD_BACK', behind: { id: first?.id } })
    expect([second?.before, second?.after]).toEqual([[], []])
    expect([third?.before, first?.after]).toEqual([[{ id: first?.id }], [{ id: third?.id }]])
  })

  it('with ordering NONE: none is held back, nothing stands before or behind another', async () => {
    await using receiver = await startReceiver()
    const endpointId = await refuseTheFirst(receiver, 'NONE')
    const { line } = await read(endpointId)
    expect(line.map(({ waitingFor }) => waitingFor?.reason)).toEqual([
      'RETRY',
      undefined,
      undefined,
    ])
    expect(line.flatMap(({ before, after }) => before.concat(after))).toEqual([])
  })

  it('takes as many statements for three as for one', async () => {
    await using receiver = await startReceiver()
    const three = await refuseTheFirst(receiver, 'ENDPOINT')
    using statements = noteStatements()
    expect((await read(three)).line.length).toBe(3)
    // Of what the worker reads meanwhile nothing has these columns.
    for (const column of ['behind_id', 'AS before']) {
      expect(statements.texts.filter((text) => text.includes(column)).length, column).toBe(1)
    }
  })
})

describe('the bytes of an event', () => {
  it('are read as they were signed and sent', async () => {
    await using receiver = await startReceiver()
    const endpointId = await scene.addEndpoint(receiver.url)
    await scene.addWorkOrder('Blattgröße "½" \u2028 <b>')
    await receiver.waitUntil((all) => titles(all).includes('Blattgröße "½" \u2028 <b>'))
    const sent = receiver.received.find(
      (request) => titles([request])[0] === 'Blattgröße "½" \u2028 <b>',
    )
    await until('its end', async () => (await scene.statuses(endpointId)).includes('SUCCEEDED'))
    const { line } = await read(endpointId)
    const delivery = line.find(({ body }) => body === sent?.body)
    expect(delivery?.payload).toEqual(JSON.parse(sent?.body ?? ''))
    const { events } = await ask(test.url, scene.org.owner, ReadBodies)
    expect(events.nodes.find(({ id }) => id === sent?.event.id)?.body).toBe(sent?.body)
  })
})
