import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../../src/generated/client/index.ts'
import { addOrganization, ask, send } from '../../harness/app.ts'
import { UpdateWorkOrder } from '../../harness/documents.ts'
import { openWorkPlace, type WorkPlace } from '../../harness/work-orders.ts'
import { mismatches, specShape } from '../../harness/spec.ts'

const BulkCreate = graphql(`
  mutation BulkCreate($input: WorkOrderBulkCreateInput!) {
    workOrderBulkCreate(input: $input) {
      results {
        index
        workOrder {
          id
          title
          slaStatus
        }
        userErrors {
          code
          path
        }
      }
      eventCursor
      userErrors {
        code
        path
      }
    }
  }
`)

const BulkChangeStatus = graphql(`
  mutation BulkChangeStatus($input: WorkOrderBulkChangeStatusInput!) {
    workOrderBulkChangeStatus(input: $input) {
      results {
        index
        workOrder {
          id
          status
          version
        }
        userErrors {
          code
          path
          ... on StateTransitionError {
            from
          }
        }
      }
      userErrors {
        code
        path
      }
    }
  }
`)

let place: WorkPlace
beforeAll(async () => {
  place = await openWorkPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

const bulkCreate = async (titles: readonly string[]) =>
  (
    await ask(place.test.url, place.org.owner, BulkCreate, {
      input: { items: titles.map((title) => ({ title, locationId: place.siteId })) },
    })
  ).workOrderBulkCreate

const bulkChange = async (
  items: { id: string; status: 'IN_PROGRESS' | 'COMPLETED' | 'CLOSED' }[],
) =>
  (await ask(place.test.url, place.org.owner, BulkChangeStatus, { input: { items } }))
    .workOrderBulkChangeStatus

describe('bulk mutations', () => {
  it('open and move 200 work orders with an event each', async () => {
    const created = await bulkCreate(Array.from({ length: 200 }, (_, n) => `Order ${n}`))
    expect(created.userErrors).toEqual([])
    expect(created.eventCursor).not.toBeNull()
    expect(created.results.map((result) => result.workOrder?.title)).toEqual(
      Array.from({ length: 200 }, (_, n) => `Order ${n}`),
    )
    const ids = created.results.map((result) => result.workOrder?.id ?? '')
    const moved = await bulkChange(ids.map((id) => ({ id, status: 'IN_PROGRESS' })))
    expect(moved.results.every((result) => result.workOrder?.status === 'IN_PROGRESS')).toBe(true)
    const done = await bulkChange(ids.map((id) => ({ id, status: 'COMPLETED' })))
    expect(done.results.every((result) => result.workOrder?.version === 3)).toBe(true)
    for (const id of [ids[0], ids[199]]) {
      expect(await place.types(id ?? '')).toEqual([
        'workorder.created',
        'workorder.status.changed',
        'workorder.status.changed',
        'workorder.completed',
      ])
    }
  })

  it('a refused item says why at its place and does not undo the others', async () => {
    const stranger = await addOrganization(place.test)
    const fine = await place.create()
    const closed = await place.create()
    await place.move(closed, 'CANCELLED')
    const { results } = await bulkChange([
      { id: 'wo-nothing', status: 'IN_PROGRESS' },
      { id: fine, status: 'IN_PROGRESS' },
      { id: closed, status: 'IN_PROGRESS' },
      { id: fine, status: 'CLOSED' },
      { id: fine, status: 'COMPLETED' },
    ])
    expect(results).toMatchObject([
      { userErrors: [{ code: 'NOT_FOUND', path: ['input', 'items', '0', 'id'] }] },
      { workOrder: { status: 'IN_PROGRESS', version: 2 }, userErrors: [] },
      { userErrors: [{ code: 'INVALID_TRANSITION', from: 'CANCELLED' }] },
      { userErrors: [{ code: 'INVALID_TRANSITION', from: 'IN_PROGRESS' }] },
      { workOrder: { status: 'COMPLETED', version: 3 }, userErrors: [] },
    ])
    const created = await bulkCreate(['Fine', '  ', 'x'.repeat(201), 'Fine too'])
    expect(created.results.map((result) => result.userErrors[0]?.path)).toEqual([
      undefined,
      ['input', 'items', '1', 'title'],
      ['input', 'items', '2', 'title'],
      undefined,
    ])
    const foreign = await ask(place.test.url, stranger.owner, BulkChangeStatus, {
      input: { items: [{ id: fine, status: 'CLOSED' }] },
    })
    expect(foreign.workOrderBulkChangeStatus.results).toMatchObject([
      { workOrder: null, userErrors: [{ code: 'NOT_FOUND' }] },
    ])
  })

  it('more than 200 items or none are refused as a whole', async () => {
    for (const titles of [[], Array.from({ length: 201 }, () => 'One')]) {
      const { results, userErrors } = await bulkCreate(titles)
      expect(results).toEqual([])
      expect(userErrors).toMatchObject([{ code: 'VALIDATION', path: ['input', 'items'] }])
    }
  })

  it('two that move the same work orders in opposite order do not block each other', async () => {
    const { results } = await bulkCreate(Array.from({ length: 40 }, (_, n) => `Order ${n}`))
    const ids = results.map((result) => result.workOrder?.id ?? '')
    const forth = ids.map((id) => ({ id, status: 'IN_PROGRESS' as const }))
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => bulkChange(n % 2 === 0 ? forth : forth.toReversed())),
    )
    for (const answer of answers) {
      expect(answer.results.every((result) => result.workOrder?.version === 2)).toBe(true)
    }
    expect((await place.types(ids[0] ?? '')).length).toBe(2)
  })

  it('a technician is refused as a whole by one that is not theirs', async () => {
    const technician = await place.org.addUser('TECHNICIAN')
    const own = await place.create({ assigneeId: technician.userId })
    const other = await place.create()
    const items = [own, other].map((id) => ({ id, status: 'IN_PROGRESS' as const }))
    const refused = await send(place.test.url, technician.credentials, BulkChangeStatus, {
      input: { items },
    })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
    expect(await place.types(own)).toEqual(['workorder.created'])
  })
})

describe('events as the catalogue documents them', () => {
  it('carry every documented key with its JSON type', async () => {
    const technician = await place.org.addUser('TECHNICIAN')
    const other = await place.org.addUser('TECHNICIAN')
    const id = await place.create({
      description: 'Water on the floor',
      priority: 'HIGH',
      assigneeId: technician.userId,
    })
    await ask(place.test.url, place.org.owner, UpdateWorkOrder, {
      input: { id, priority: 'CRITICAL', assigneeId: other.userId },
    })
    await place.move(id, 'IN_PROGRESS', 'COMPLETED')
    const events = await place.events(id)
    for (const type of [
      'workorder.created',
      'workorder.updated',
      'workorder.status.changed',
      'workorder.completed',
    ]) {
      const event = events.find((candidate) => candidate.type === type)
      const data = { object: event?.object, previousAttributes: event?.previous }
      const { data: documented = {} } = specShape(type)
      expect(typeof documented === 'string' ? [documented] : mismatches(data, documented)).toEqual(
        [],
      )
    }
    expect(events[0]?.previous).toBeUndefined()
    const updated = events.find((event) => event.type === 'workorder.updated')
    expect(updated?.previous).toMatchObject({ priority: 'High', assigneeId: technician.userId })
    const changed = events.find((event) => event.type === 'workorder.status.changed')
    expect(changed).toMatchObject({
      object: { status: 'InProgress' },
      previous: { status: 'Open' },
    })
  })
})
