import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../src/generated/client/index.ts'
import {
  addOrganization,
  ask,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import {
  ChangeStatus,
  CreateLocation,
  CreateWorkOrder,
  ReadEvents,
  UpdateWorkOrder,
} from '../harness/documents.ts'
import { until } from '../harness/process.ts'
import { mismatches, specShape } from '../harness/spec.ts'

const EventTypes = graphql(`
  query EventTypes {
    eventTypes {
      name
      description
      scopes
      jsonSchema
      example
    }
  }
`)

let test: TestApp
let org: TestOrganization
let locationId: string

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  locationId = await newLocation()
})
afterAll(() => test[Symbol.asyncDispose]())

async function newLocation(): Promise<string> {
  const { locationCreate } = await ask(test.url, org.owner, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  return locationCreate.location?.id ?? ''
}

async function newWorkOrder(title = 'Fix it') {
  const { userId } = await org.addUser('TECHNICIAN')
  const { workOrderCreate } = await ask(test.url, org.owner, CreateWorkOrder, {
    input: {
      title,
      description: 'Water on the floor',
      priority: 'HIGH',
      locationId,
      assigneeId: userId,
    },
  })
  return {
    id: workOrderCreate.workOrder?.id ?? '',
    assigneeId: userId,
    cursor: workOrderCreate.eventCursor,
  }
}

async function eventsOf(id: string, count: number) {
  const read = async () =>
    (await ask(test.url, org.owner, ReadEvents, { first: 100, where: { subjectIds: [id] } })).events
      .nodes
  await until(`${count} events of ${id}`, async () => (await read()).length >= count)
  return read()
}

describe('work order events', () => {
  it('carry every key of the documented examples with the same JSON type', async () => {
    const { id } = await newWorkOrder()
    const { userId } = await org.addUser('TECHNICIAN')
    await ask(test.url, org.owner, UpdateWorkOrder, {
      input: { id, priority: 'CRITICAL', assigneeId: userId },
    })
    await ask(test.url, org.owner, ChangeStatus, { input: { id, status: 'IN_PROGRESS' } })
    await ask(test.url, org.owner, ChangeStatus, { input: { id, status: 'COMPLETED' } })
    const events = await eventsOf(id, 5)
    expect(events.map((event) => event.type)).toEqual([
      'workorder.created',
      'workorder.updated',
      'workorder.status.changed',
      'workorder.status.changed',
      'workorder.completed',
    ])
    const { eventTypes } = await ask(test.url, org.owner, EventTypes)
    const stored = await test.app.database.pool.query<{ type: string; body: string }>(
      'SELECT type, body FROM event WHERE subject_id = $1 ORDER BY position',
      [id],
    )
    for (const { type, body } of stored.rows) {
      const envelope: unknown = JSON.parse(body)
      expect(mismatches(envelope, specShape(type)), type).toEqual([])
      const schema = eventTypes.find((known) => known.name === type)?.jsonSchema ?? false
      const ajv = new Ajv2020({ strict: false })
      expect(ajv.validate(schema, envelope), ajv.errorsText()).toBe(true)
    }
  })

  it('name exactly the changed fields with their old values', async () => {
    const { id, assigneeId } = await newWorkOrder('Old title')
    await ask(test.url, org.owner, UpdateWorkOrder, {
      input: { id, title: 'New title', assigneeId: null, description: 'Water on the floor' },
    })
    const [, updated] = await eventsOf(id, 2)
    expect(updated?.data['previousAttributes']).toEqual({ title: 'Old title', assigneeId })
    expect(updated?.changedFields.toSorted()).toEqual(['assigneeId', 'title'])
    expect(updated?.data['object']).not.toHaveProperty('assigneeId')
    expect(updated?.actor).toEqual({ type: 'USER', actorId: org.ownerId })
  })

  it('a change that changes nothing emits nothing', async () => {
    const { id } = await newWorkOrder('Same')
    await ask(test.url, org.owner, UpdateWorkOrder, { input: { id, title: 'Same' } })
    await ask(test.url, org.owner, ChangeStatus, { input: { id, status: 'OPEN' } })
    const refused = await ask(test.url, org.owner, ChangeStatus, {
      input: { id, status: 'CLOSED' },
    })
    expect(refused.workOrderChangeStatus.userErrors.length).toBe(1)
    await ask(test.url, org.owner, UpdateWorkOrder, { input: { id, title: 'Marker' } })
    const events = await eventsOf(id, 2)
    expect(events.map((event) => event.type)).toEqual(['workorder.created', 'workorder.updated'])
  })

  it("a mutation's cursor stands before its own events", async () => {
    const { id, cursor } = await newWorkOrder()
    const after = async () =>
      (await ask(test.url, org.owner, ReadEvents, { after: cursor ?? '', first: 100 })).events.nodes
    await until('the event', async () =>
      (await after()).some((event) => event.type === 'workorder.created'),
    )
    expect((await after()).map((event) => subjectOf(event.data))).toContain(id)
  })
})

describe('the log', () => {
  it('has positions 1, 2, 3, … without gap under 8 competing writers', async () => {
    const other = await addOrganization(test)
    const { locationCreate } = await ask(test.url, other.owner, CreateLocation, {
      input: { name: 'Site', kind: 'LOCATION' },
    })
    const place = locationCreate.location?.id ?? ''
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let n = 0; n < 10; n++) {
          await ask(test.url, other.owner, CreateWorkOrder, {
            input: { title: 'Many', locationId: place },
          })
        }
      }),
    )
    const read = async () =>
      (await ask(test.url, other.owner, ReadEvents, { first: 100 })).events.nodes
    await until('all events', async () => (await read()).length === 81)
    expect((await read()).map((event) => event.position)).toEqual(
      Array.from({ length: 81 }, (_, n) => n + 1),
    )
  })

  it('is read page by page, filtered by type and place', async () => {
    const events = await ask(test.url, org.owner, ReadEvents, { first: 2, types: ['workorder.*'] })
    expect(events.events.nodes.length).toBe(2)
    expect(events.events.pageInfo.hasNextPage).toBe(true)
    const next = await ask(test.url, org.owner, ReadEvents, {
      first: 2,
      types: ['workorder.*'],
      after: events.events.pageInfo.endCursor ?? '',
    })
    expect(next.events.nodes[0]?.position).toBeGreaterThan(events.events.nodes[1]?.position ?? 0)
    const nowhere = await ask(test.url, org.owner, ReadEvents, {
      where: { locationIds: ['loc-other'] },
    })
    expect(nowhere.events.nodes).toEqual([])
    const here = await ask(test.url, org.owner, ReadEvents, {
      first: 100,
      where: { locationIds: [locationId], siteIds: [locationId] },
    })
    expect(here.events.nodes.length).toBeGreaterThan(5)
  })

  it('shows a key only what its scopes allow', async () => {
    const key = await org.addApiKey(['locations:read'])
    const { events } = await ask(test.url, key, ReadEvents, { first: 100 })
    expect(new Set(events.nodes.map((event) => event.type.split('.')[0]))).toEqual(
      new Set(['location']),
    )
  })

  it('refuses a cursor that is none', async () => {
    const refused = await send(test.url, org.owner, ReadEvents, { after: 'not-a-cursor' })
    expect(refused.status).toBe(400)
    expect(refused.errors[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })
})

describe('the catalogue', () => {
  it('describes every type with an example that fits its own schema', async () => {
    const { eventTypes } = await ask(test.url, org.owner, EventTypes)
    expect(eventTypes.map((type) => type.name)).toEqual(
      expect.arrayContaining([
        'workorder.created',
        'workorder.completed',
        'location.created',
        'webhook.test',
      ]),
    )
    for (const { name, description, jsonSchema, example } of eventTypes) {
      expect(description.length, name).toBeGreaterThan(10)
      const ajv = new Ajv2020({ strict: false })
      expect(ajv.validate(jsonSchema, example), `${name}: ${ajv.errorsText()}`).toBe(true)
    }
  })
})

function subjectOf(data: Record<string, unknown>): unknown {
  const object = data['object']
  return typeof object === 'object' && object !== null && 'id' in object ? object.id : undefined
}
