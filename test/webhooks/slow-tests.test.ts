import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addOrganization, ask, send, startTestApp, type TestApp } from '../harness/app.ts'
import { CreateEndpoint } from '../harness/documents.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { startReceiver } from '../harness/receiver.ts'

const SendTest = graphql(`
  mutation SendSlowTest($input: WebhookEndpointTestInput!) {
    webhookEndpointTest(input: $input) {
      delivery {
        id
        status
      }
      attempt {
        id
      }
      userErrors {
        message
      }
    }
  }
`)

let test: TestApp
beforeAll(async () => {
  // The wait for the attempt would be 10 s: longer than the whole request may take.
  test = await startTestApp({ QUERY_TIMEOUT: '1500ms' })
})
afterAll(() => test[Symbol.asyncDispose]())

describe('a test send to a receiver that is slower than the request may be', () => {
  it('is answered with its delivery and without its attempt', async () => {
    const org = await addOrganization(test)
    await using receiver = await startReceiver()
    const answering = Promise.withResolvers<{ status: number }>()
    receiver.answer = () => answering.promise
    const { webhookEndpointCreate } = await ask(test.url, org.owner, CreateEndpoint, {
      input: { url: receiver.url, eventTypes: ['*'] },
    })
    const id = webhookEndpointCreate.endpoint?.id ?? ''
    const answer = await send(test.url, org.owner, SendTest, { input: { id } })
    answering.resolve({ status: 200 })
    expect(answer.errors).toEqual([])
    expect(answer.data.webhookEndpointTest).toMatchObject({
      delivery: { status: 'PENDING' },
      attempt: null,
    })
  })
})
