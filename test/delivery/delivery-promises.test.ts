import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import {
  addOrganization,
  ask,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import {
  CreateEndpoint,
  CreateLocation,
  CreateWorkOrder,
  UpdateWorkOrder,
} from '../harness/documents.ts'
import { holdAnswers } from '../harness/fault-scene.ts'
import { ChangePlan } from '../harness/identity-documents.ts'
import { type Received, startReceiver } from '../harness/receiver.ts'

const ReadStatus = graphql(`
  query ReadStatus($id: ID!) {
    webhookEndpoint(id: $id) {
      status
      disabledReason
    }
  }
`)

let test: TestApp
let org: TestOrganization
let locationId: string

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  const { locationCreate } = await ask(test.url, org.owner, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  locationId = locationCreate.location?.id ?? ''
})
afterAll(() => test[Symbol.asyncDispose]())

async function addEndpoint(url: string, more: object = {}): Promise<string> {
  const { webhookEndpointCreate } = await ask(test.url, org.owner, CreateEndpoint, {
    input: { url, eventTypes: ['workorder.*'], ...more },
  })
  expect(webhookEndpointCreate.userErrors).toEqual([])
  return webhookEndpointCreate.endpoint?.id ?? ''
}

async function addWorkOrder(title: string): Promise<string> {
  const { workOrderCreate } = await ask(test.url, org.owner, CreateWorkOrder, {
    input: { title, locationId },
  })
  return workOrderCreate.workOrder?.id ?? ''
}

const change = (id: string, fields: object) =>
  ask(test.url, org.owner, UpdateWorkOrder, { input: { id, ...fields } })

const titles = (received: readonly Received[]) =>
  received.map((request) => request.event.data.object['title'])

describe('an endpoint', () => {
  it('with changedFields gets only those changes, and everything that is no change', async () => {
    await using receiver = await startReceiver()
    await addEndpoint(receiver.url, { changedFields: ['priority'] })
    const id = await addWorkOrder('made')
    await change(id, { title: 'renamed' })
    await change(id, { priority: 'CRITICAL', title: 'renamed, urgent' })
    await addWorkOrder('last')
    await receiver.waitFor(3)
    expect(titles(receiver.received)).toEqual(['made', 'renamed, urgent', 'last'])
  })

  it('without order is sent everything at once, about one record too, up to maxInFlight', async () => {
    await using receiver = await startReceiver()
    await addEndpoint(receiver.url, { ordering: 'NONE', maxInFlight: 2 })
    const answer = holdAnswers(receiver)
    const id = await addWorkOrder('first')
    await change(id, { title: 'second' })
    await change(id, { title: 'third' })
    // None of them is answered: the second did not wait for the first, the third waits for room.
    await receiver.waitFor(2)
    await expect(receiver.waitFor(3, 300)).rejects.toThrow('waited in vain')
    answer()
    await receiver.waitFor(3)
    expect(titles(receiver.received).toSorted()).toEqual(['first', 'second', 'third'])
  })

  it('pauses with a plan that has no webhooks, keeps what happens, and goes on with one that has', async () => {
    await using receiver = await startReceiver()
    const id = await addEndpoint(receiver.url)
    const changePlan = async (plan: 'BASIC' | 'PROFESSIONAL') => {
      const { organizationChangePlan } = await ask(test.url, org.owner, ChangePlan, {
        input: { plan },
      })
      expect(organizationChangePlan.userErrors).toEqual([])
    }
    await changePlan('BASIC')
    await addWorkOrder('meanwhile')
    await changePlan('PROFESSIONAL')
    const { webhookEndpoint } = await ask(test.url, org.owner, ReadStatus, { id })
    expect(webhookEndpoint?.status).toBe('ACTIVE')
    await receiver.waitUntil((all) => titles(all).includes('meanwhile'))
  })
})

describe('docs/delivery.md', () => {
  it('names only tests that exist', async () => {
    const text = await readFile(path.resolve(import.meta.dirname, '../../docs/delivery.md'), 'utf8')
    const rows = text.split('\n').filter((line) => line.includes('.test.ts'))
    expect(rows.length).toBeGreaterThan(40)
    const missing: string[] = []
    for (const row of rows) {
      const [, file = '', names = ''] = /`([\w/-]+\.test\.ts)`: (.*?) \|$/.exec(row) ?? []
      const source = await readFile(path.join(import.meta.dirname, '..', file), 'utf8').catch(
        () => '',
      )
      const named = names.split(' · ').filter((name) => name !== '')
      if (named.length === 0) missing.push(row)
      missing.push(...named.filter((name) => !source.includes(name)))
    }
    expect(missing).toEqual([])
  })
})
