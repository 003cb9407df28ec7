import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../../src/generated/client/index.ts'
import type { SlaPolicyCreateInput } from '../../../src/generated/client/graphql.ts'
import { sweepSlaClocks } from '../../../src/domains/work-orders/sweeps.ts'
import { addOrganization, ask, send } from '../../harness/app.ts'
import { UpdateWorkOrder } from '../../harness/documents.ts'
import { addPlace, openWorkPlace, ReadSla, type WorkPlace } from '../../harness/work-orders.ts'

const CreatePolicy = graphql(`
  mutation CreatePolicy($input: SlaPolicyCreateInput!) {
    slaPolicyCreate(input: $input) {
      slaPolicy {
        id
        version
        targets {
          priority
          responseMinutes
          resolutionMinutes
        }
        businessHours {
          day
          opens
          closes
        }
        holidays
      }
      userErrors {
        code
        message
        path
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

const UpdatePolicy = graphql(`
  mutation UpdatePolicy($input: SlaPolicyUpdateInput!) {
    slaPolicyUpdate(input: $input) {
      slaPolicy {
        version
        name
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const DeletePolicy = graphql(`
  mutation DeletePolicy($input: SlaPolicyDeleteInput!) {
    slaPolicyDelete(input: $input) {
      deletedId
      userErrors {
        code
      }
    }
  }
`)

const HOUR = 3_600_000
let place: WorkPlace
beforeAll(async () => {
  place = await openWorkPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

async function read(id: string) {
  const { workOrder } = await ask(place.test.url, place.org.owner, ReadSla, { id })
  if (workOrder === null) throw new Error(`${id} is gone`)
  return workOrder
}

const sweepAt = async (created: string, hours: number) =>
  sweepSlaClocks(place.test.app, new Date(new Date(created).getTime() + hours * HOUR))

const slaEvents = async (id: string) =>
  (await place.events(id))
    .filter((event) => event.type.startsWith('workorder.sla.'))
    .map((event) => `${event.type.slice(14)} ${String(event.object['slaClock'])}`)

/** Makes a work order older than it is, with everything that was counted from its creation. */
const age = (id: string, hours: number) =>
  place.sql(
    `UPDATE work_order SET created = created - $2::interval, ${[
      'sla_response_at_risk_at',
      'sla_response_critical_at',
      'sla_response_deadline',
      'sla_resolution_at_risk_at',
      'sla_resolution_critical_at',
      'sla_resolution_deadline',
      'sla_next_at',
      'sla_paused_at',
      'responded_at',
      'completed_at',
    ]
      .map((column) => `${column} = ${column} - $2::interval`)
      .join(', ')} WHERE id = $1`,
    [id, `${hours} hours`],
  )

describe('SLA clocks', () => {
  it('pass from on track over at risk and critical to breached, each told once', async () => {
    const id = await place.create({ priority: 'HIGH' })
    const { created } = await read(id)
    expect(await read(id)).toMatchObject({ slaStatus: 'ON_TRACK', slaResponseStatus: 'ON_TRACK' })
    await sweepAt(created, 1.4)
    expect((await read(id)).slaStatus).toBe('ON_TRACK')
    await sweepAt(created, 1.5)
    expect((await read(id)).slaStatus).toBe('AT_RISK')
    await sweepAt(created, 1.8)
    expect((await read(id)).slaStatus).toBe('CRITICAL')
    await sweepAt(created, 2)
    await sweepAt(created, 2)
    expect(await read(id)).toMatchObject({
      slaStatus: 'BREACHED',
      slaResponseStatus: 'BREACHED',
      slaResolutionStatus: 'ON_TRACK',
    })
    await sweepAt(created, 100)
    await sweepAt(created, 200)
    expect(await slaEvents(id)).toEqual([
      'at_risk Response',
      'breached Response',
      'at_risk Resolution',
      'breached Resolution',
    ])
    const told = (await place.events(id)).filter((event) => event.type.includes('sla'))
    expect(told.map((event) => event.previous)).toEqual([
      { slaStatus: 'OnTrack', slaResponseStatus: 'OnTrack' },
      { slaStatus: 'Critical', slaResponseStatus: 'Critical' },
      { slaResolutionStatus: 'OnTrack' },
      { slaResolutionStatus: 'AtRisk' },
    ])
    // Critical has no event of its own, yet the payload changed.
    expect(await place.types(id)).toEqual([
      'workorder.created',
      'workorder.sla.at_risk',
      'workorder.updated',
      'workorder.sla.breached',
      'workorder.sla.at_risk',
      'workorder.sla.breached',
    ])
  })

  it('eight sweeps at once tell of 60 work orders exactly once each', async () => {
    const ids: string[] = []
    for (let n = 0; n < 60; n++) ids.push(await place.create({ priority: 'CRITICAL' }))
    const later = new Date(Date.now() + 5 * HOUR)
    await Promise.all(Array.from({ length: 8 }, () => sweepSlaClocks(place.test.app, later)))
    for (const id of ids) {
      expect(await slaEvents(id)).toEqual([
        'at_risk Response',
        'breached Response',
        'at_risk Resolution',
        'breached Resolution',
      ])
    }
    expect(await sweepSlaClocks(place.test.app, later)).toBe(0)
  })

  it('an answer in time stops the response clock; completion in time is met', async () => {
    const id = await place.create({ priority: 'HIGH' })
    await place.move(id, 'ACCEPTED')
    expect(await read(id)).toMatchObject({ slaResponseStatus: 'MET', slaStatus: 'ON_TRACK' })
    await place.move(id, 'IN_PROGRESS', 'COMPLETED')
    expect(await read(id)).toMatchObject({ slaResolutionStatus: 'MET', slaStatus: 'MET' })
    await sweepSlaClocks(place.test.app, new Date(Date.now() + 1_000 * HOUR))
    expect(await slaEvents(id)).toEqual([])
  })

  it('a late change tells of the breach itself, before any sweep, and the sweep does not repeat it', async () => {
    const id = await place.create({ priority: 'HIGH' })
    await age(id, 3)
    await place.move(id, 'IN_PROGRESS')
    expect(await place.types(id)).toEqual([
      'workorder.created',
      'workorder.sla.at_risk',
      'workorder.sla.breached',
      'workorder.status.changed',
    ])
    await sweepSlaClocks(place.test.app, new Date())
    expect(await slaEvents(id)).toEqual(['at_risk Response', 'breached Response'])
    expect((await read(id)).slaResponseStatus).toBe('BREACHED')
  })

  it('a hold pauses the resolution, not the response; ending it moves the deadline by its length', async () => {
    const id = await place.create({ priority: 'HIGH' })
    await place.move(id, ['ON_HOLD', 'Waiting for the tenant'])
    const held = await read(id)
    expect(held.slaPausedAt).not.toBeNull()
    await sweepAt(held.created, 20)
    expect(await read(id)).toMatchObject({
      slaResponseStatus: 'BREACHED',
      slaResolutionStatus: 'ON_TRACK',
    })
    await age(id, 5)
    const before = await read(id)
    await place.move(id, 'IN_PROGRESS')
    const after = await read(id)
    const moved =
      (new Date(after.slaResolutionDeadline ?? 0).getTime() -
        new Date(before.slaResolutionDeadline ?? 0).getTime()) /
      1_000
    expect(moved).toBe(after.slaPausedSeconds)
    expect(Math.abs(after.slaPausedSeconds - 5 * 3_600)).toBeLessThan(30)
    expect(after.slaPausedAt).toBeNull()
    expect(after.slaResponseDeadline).toBe(before.slaResponseDeadline)
  })

  it('pausing again and again never tells the same twice', async () => {
    const id = await place.create({ priority: 'HIGH', assigneeId: place.org.ownerId })
    await age(id, 10)
    await place.move(id, 'IN_PROGRESS')
    await sweepSlaClocks(place.test.app, new Date())
    for (let n = 0; n < 3; n++) {
      await place.move(id, ['ON_HOLD', 'Waiting'], 'IN_PROGRESS')
      await sweepSlaClocks(place.test.app, new Date())
    }
    expect((await slaEvents(id)).filter((event) => event.includes('Resolution'))).toEqual([
      'at_risk Resolution',
    ])
  })

  it('reopening goes on where completion stopped the clock', async () => {
    const id = await place.create({ priority: 'HIGH' })
    await place.move(id, 'IN_PROGRESS', 'COMPLETED')
    await age(id, 100)
    await place.move(id, ['REOPENED', 'Leaks again'])
    const order = await read(id)
    expect(order.slaResolutionStatus).toBe('ON_TRACK')
    const left = new Date(order.slaResolutionDeadline ?? 0).getTime() - Date.now()
    expect(Math.abs(left / HOUR - 12)).toBeLessThan(0.01)
  })

  it('a higher priority that is late already is told at once; a lower one takes it back', async () => {
    const id = await place.create({ priority: 'LOW' })
    await age(id, 5)
    const update = (priority: 'CRITICAL' | 'LOW') =>
      ask(place.test.url, place.org.owner, UpdateWorkOrder, { input: { id, priority } })
    await update('CRITICAL')
    expect((await read(id)).slaStatus).toBe('BREACHED')
    expect(await place.types(id)).toEqual([
      'workorder.created',
      'workorder.updated',
      'workorder.sla.at_risk',
      'workorder.sla.breached',
      'workorder.sla.at_risk',
      'workorder.sla.breached',
    ])
    await update('LOW')
    expect((await read(id)).slaStatus).toBe('ON_TRACK')
    await sweepSlaClocks(place.test.app, new Date(Date.now() + 2 * HOUR))
    expect((await slaEvents(id)).slice(4)).toEqual(['at_risk Response'])
  })

  it('cancelled work has no clock', async () => {
    const id = await place.create({ priority: 'HIGH' })
    await place.move(id, 'CANCELLED')
    await sweepSlaClocks(place.test.app, new Date(Date.now() + 1_000 * HOUR))
    expect((await read(id)).slaStatus).toBe('NONE')
    expect(await slaEvents(id)).toEqual([])
  })
})

describe('SLA policies', () => {
  const MONDAY_TO_FRIDAY = (['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'] as const).map(
    (day) => ({ day, opens: '08:00', closes: '17:00' }),
  )

  const create = async (input: SlaPolicyCreateInput, url = place.test.url) =>
    (await ask(url, place.org.owner, CreatePolicy, { input })).slaPolicyCreate

  it('the nearest policy above a place holds; one of the organization holds elsewhere', async () => {
    const { test, org } = place
    const at = (name: string, kind: 'LOCATION' | 'SUB_LOCATION' | 'ZONE', parentId?: string) =>
      addPlace(test, org.owner, { name, kind, ...(parentId === undefined ? {} : { parentId }) })
    const siteId = await at('Clinic', 'LOCATION')
    const floorId = await at('Theatres', 'SUB_LOCATION', siteId)
    const zoneId = await at('Theatre 1', 'ZONE', floorId)
    const elsewhereId = await at('Garage', 'LOCATION')
    const targets = (minutes: number) => [
      { priority: 'HIGH' as const, responseMinutes: minutes, resolutionMinutes: minutes * 2 },
    ]
    const everywhere = await create({ name: 'Everywhere', targets: targets(60) })
    await create({ name: 'Clinic', locationId: siteId, targets: targets(30) })
    const theatres = await create({ name: 'Theatres', locationId: floorId, targets: targets(10) })
    const minutes = async (locationId: string) => {
      const order = await read(await place.create({ locationId, priority: 'HIGH' }))
      return (+new Date(order.slaResponseDeadline ?? 0) - +new Date(order.created)) / 60_000
    }
    expect(await minutes(zoneId)).toBe(10)
    expect(await minutes(siteId)).toBe(30)
    expect(await minutes(elsewhereId)).toBe(60)

    // Moving a work order to where another policy holds counts anew; elsewhere it does not.
    const id = await place.create({ locationId: elsewhereId, priority: 'HIGH' })
    await ask(test.url, org.owner, UpdateWorkOrder, { input: { id, locationId: zoneId } })
    const moved = await read(id)
    expect(+new Date(moved.slaResponseDeadline ?? 0) - +new Date(moved.created)).toBe(600_000)

    const again = await create({ name: 'Twice', locationId: floorId, targets: [] })
    expect(again.userErrors).toMatchObject([
      { code: 'CONFLICT', ids: [theatres.slaPolicy?.id], path: ['input', 'locationId'] },
    ])
    for (const policy of [theatres, everywhere]) {
      const { slaPolicyDelete } = await ask(test.url, org.owner, DeletePolicy, {
        input: { id: policy.slaPolicy?.id ?? '' },
      })
      expect(slaPolicyDelete.deletedId).toBe(policy.slaPolicy?.id)
    }
    expect(await minutes(zoneId)).toBe(30)
    expect(await minutes(elsewhereId)).toBe(120)
  })

  it('business hours run on the wall clock of the place', async () => {
    const siteId = await addPlace(place.test, place.org.owner, {
      name: 'Office',
      kind: 'LOCATION',
      timezone: 'America/New_York',
    })
    await create({
      name: 'Office hours',
      locationId: siteId,
      targets: [{ priority: 'HIGH', responseMinutes: 540, resolutionMinutes: 5_400 }],
      businessHours: MONDAY_TO_FRIDAY,
    })
    const order = await read(await place.create({ locationId: siteId, priority: 'HIGH' }))
    const wall = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'America/New_York',
      weekday: 'short',
      hour: '2-digit',
      hourCycle: 'h23',
    })
    // A day of working time ends within business hours, never at night or on a weekend.
    for (const moment of [order.slaResponseDeadline, order.slaResolutionDeadline]) {
      const parts = Object.fromEntries(
        wall.formatToParts(new Date(moment ?? 0)).map((part) => [part.type, part.value]),
      )
      expect(['Sat', 'Sun']).not.toContain(parts['weekday'])
      expect(Number(parts['hour'])).toBeGreaterThanOrEqual(8)
      expect(Number(parts['hour'])).toBeLessThanOrEqual(17)
    }
    const days =
      (+new Date(order.slaResolutionDeadline ?? 0) - +new Date(order.created)) / (24 * HOUR)
    expect(days).toBeGreaterThanOrEqual(13)
    expect(days).toBeLessThanOrEqual(16)
  })

  it.each<[string, Partial<SlaPolicyCreateInput>, string[]]>([
    ['a priority twice', { targets: [{ priority: 'HIGH' }, { priority: 'HIGH' }] }, ['targets']],
    ['a promise for NONE', { targets: [{ priority: 'NONE' }] }, ['targets', '0', 'priority']],
    [
      'an end before the begin',
      { businessHours: [{ day: 'MONDAY', opens: '09:00', closes: '08:00' }] },
      ['businessHours'],
    ],
    [
      'an hour that does not exist',
      { businessHours: [{ day: 'MONDAY', opens: '09:00', closes: '25:00' }] },
      ['businessHours'],
    ],
    [
      'times that overlap',
      {
        businessHours: [
          { day: 'MONDAY', opens: '08:00', closes: '12:00' },
          { day: 'MONDAY', opens: '11:00', closes: '17:00' },
        ],
      },
      ['businessHours'],
    ],
    ['a holiday that does not exist', { holidays: ['2026-02-30'] }, ['holidays', '0']],
    ['an unknown time zone', { timezone: 'Europe/Atlantis' }, ['timezone']],
    ['critical before at risk', { atRiskPercent: 90, criticalPercent: 80 }, ['criticalPercent']],
  ])('%s is refused', async (_name, wrong, path) => {
    const { slaPolicy, userErrors } = await create({ name: 'Wrong', targets: [], ...wrong })
    expect(slaPolicy).toBeNull()
    expect(userErrors).toMatchObject([{ code: 'VALIDATION', path: ['input', ...path] }])
  })

  it('are changed by managers only; no change keeps the version', async () => {
    const siteId = await addPlace(place.test, place.org.owner, { name: 'Annex', kind: 'LOCATION' })
    const { slaPolicy } = await create({ name: 'Annex', locationId: siteId, targets: [] })
    const id = slaPolicy?.id ?? ''
    const technician = await place.org.addUser('TECHNICIAN')
    const refused = await send(place.test.url, technician.credentials, UpdatePolicy, {
      input: { id, name: 'Mine' },
    })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
    const manager = await place.org.addUser('MANAGER')
    const update = async (name: string) =>
      (await ask(place.test.url, manager.credentials, UpdatePolicy, { input: { id, name } }))
        .slaPolicyUpdate
    expect((await update('Annex')).slaPolicy?.version).toBe(1)
    expect((await update('Annex 2')).slaPolicy?.version).toBe(2)
    const stranger = await addOrganization(place.test)
    const foreign = await ask(place.test.url, stranger.owner, UpdatePolicy, {
      input: { id, name: 'Theirs' },
    })
    expect(foreign.slaPolicyUpdate.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
  })
})
