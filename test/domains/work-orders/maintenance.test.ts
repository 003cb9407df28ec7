import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../../src/generated/client/index.ts'
import type { MaintenanceScheduleCreateInput } from '../../../src/generated/client/graphql.ts'
import { sweepMaintenance } from '../../../src/domains/work-orders/sweeps.ts'
import { addOrganization, ask, send } from '../../harness/app.ts'
import { openWorkPlace, type WorkPlace } from '../../harness/work-orders.ts'

const CreateMaintenancePlan = graphql(`
  mutation CreateMaintenancePlan($input: MaintenanceScheduleCreateInput!) {
    maintenanceScheduleCreate(input: $input) {
      maintenanceSchedule {
        id
        nextOccurrenceAt
        daysOfWeek
        version
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)

const UpdateMaintenancePlan = graphql(`
  mutation UpdateMaintenancePlan($input: MaintenanceScheduleUpdateInput!) {
    maintenanceScheduleUpdate(input: $input) {
      maintenanceSchedule {
        nextOccurrenceAt
        version
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const SkipNext = graphql(`
  mutation SkipNext($input: MaintenanceScheduleSkipNextInput!) {
    maintenanceScheduleSkipNext(input: $input) {
      maintenanceSchedule {
        nextOccurrenceAt
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const DeleteMaintenancePlan = graphql(`
  mutation DeleteMaintenancePlan($input: MaintenanceScheduleDeleteInput!) {
    maintenanceScheduleDelete(input: $input) {
      deletedId
      userErrors {
        code
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

const ReadMaintenancePlan = graphql(`
  query ReadMaintenancePlan($id: ID!, $ids: [ID!]) {
    node(id: $id) {
      ... on MaintenanceSchedule {
        nextOccurrenceAt
        occurrences {
          totalCount
          nodes {
            occurrenceAt
            outcome
            reason
            workOrderId
          }
        }
      }
    }
    workOrders(
      where: { maintenanceScheduleId: { in: $ids } }
      orderBy: [{ field: DUE_AT }]
      first: 30
    ) {
      nodes {
        id
        title
        type
        status
        dueAt
        occurrenceAt
        reportedBy {
          id
        }
        assignee {
          id
        }
        requiresSignature
        slaStatus
        slaResolutionDeadline
        checklist {
          text
          mandatory
        }
      }
    }
  }
`)

let place: WorkPlace
beforeAll(async () => {
  place = await openWorkPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

const DAY = 86_400_000
/** A day far enough ahead that nothing is due by itself while tests run. */
const START = Date.UTC(2030, 0, 31, 7)
const at = (days: number, extra = 0) => new Date(START + days * DAY + extra)
const short = (moment: unknown) => String(moment).slice(0, 16)

async function newSchedule(input: Partial<MaintenanceScheduleCreateInput> = {}) {
  const { maintenanceScheduleCreate } = await ask(
    place.test.url,
    place.org.owner,
    CreateMaintenancePlan,
    {
      input: {
        title: 'Check the pump',
        locationId: place.siteId,
        frequency: 'DAILY',
        startsAt: at(0).toISOString(),
        ...input,
      },
    },
  )
  if (maintenanceScheduleCreate.userErrors.length > 0) {
    throw new Error(JSON.stringify(maintenanceScheduleCreate.userErrors))
  }
  return maintenanceScheduleCreate.maintenanceSchedule?.id ?? ''
}

async function read(id: string) {
  const { node, workOrders } = await ask(place.test.url, place.org.owner, ReadMaintenancePlan, {
    id,
    ids: [id],
  })
  if (node === null || !('occurrences' in node)) throw new Error(`${id} is gone`)
  const { nextOccurrenceAt, occurrences } = node
  return { nextOccurrenceAt, occurrences, workOrders: workOrders.nodes }
}

const sweep = (now: Date) => sweepMaintenance(place.test.app, now)
const retire = (id: string) =>
  place.sql('UPDATE maintenance_schedule SET next_generate_at = NULL WHERE id = $1', [id])

describe('maintenance schedules', () => {
  it('make a work order when its time has come, and not before', async () => {
    const technician = await place.org.addUser('TECHNICIAN')
    const id = await newSchedule({
      aheadSeconds: 3_600,
      assigneeId: technician.userId,
      requiresSignature: true,
      checklist: [{ text: 'Read the gauge', mandatory: true }],
      priority: 'HIGH',
    })
    await sweep(at(0, -3_601_000))
    expect((await read(id)).workOrders).toEqual([])
    await sweep(at(0, -3_600_000))
    const { workOrders, occurrences, nextOccurrenceAt } = await read(id)
    expect(workOrders).toMatchObject([
      {
        title: 'Check the pump',
        type: 'PREVENTIVE',
        status: 'OPEN',
        dueAt: at(0).toISOString(),
        occurrenceAt: at(0).toISOString(),
        reportedBy: null,
        assignee: { id: technician.userId },
        requiresSignature: true,
        slaStatus: 'ON_TRACK',
        // Planned work is not late before its day has come.
        slaResolutionDeadline: at(0, 12 * 3_600_000).toISOString(),
        checklist: [{ text: 'Read the gauge', mandatory: true }],
      },
    ])
    expect(occurrences.nodes).toMatchObject([
      { outcome: 'GENERATED', workOrderId: workOrders[0]?.id, reason: null },
    ])
    expect(nextOccurrenceAt).toBe(at(1).toISOString())
    expect(await place.types(workOrders[0]?.id ?? '')).toEqual(['workorder.created'])
    await retire(id)
  })

  it('eight workers racing make one work order per occurrence', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => newSchedule()))
    for (const day of [0, 1, 2]) {
      await Promise.all(Array.from({ length: 8 }, () => sweep(at(day))))
    }
    for (const id of ids) {
      const { workOrders } = await read(id)
      expect(workOrders.map((order) => order.occurrenceAt)).toEqual(
        [0, 1, 2].map((day) => at(day).toISOString()),
      )
      await retire(id)
    }
  })

  it('the database itself refuses a second work order for an occurrence', async () => {
    const id = await newSchedule()
    await sweep(at(0))
    const { workOrders } = await read(id)
    await expect(
      place.sql(
        `INSERT INTO work_order (id, organization_id, title, location_id, maintenance_schedule_id, occurrence_at)
         SELECT 'wo-second', organization_id, title, location_id, maintenance_schedule_id, occurrence_at
           FROM work_order WHERE id = $1`,
        [workOrders[0]?.id],
      ),
    ).rejects.toThrow('duplicate key value')
    await retire(id)
  })

  it('occurrences missed while no worker ran are audited as skipped; the last one is made', async () => {
    const id = await newSchedule()
    await sweep(at(3, 3_600_000))
    const { workOrders, occurrences } = await read(id)
    expect(workOrders.map((order) => short(order.occurrenceAt))).toEqual([
      short(at(3).toISOString()),
    ])
    expect(occurrences.nodes.map((node) => node.outcome)).toEqual([
      'GENERATED',
      'SKIPPED',
      'SKIPPED',
      'SKIPPED',
    ])
    expect(occurrences.nodes[3]?.reason).toContain('Missed')
    await retire(id)
  })

  it('keep their hour on the wall when summer time begins, and the 31st clamps', async () => {
    const id = await newSchedule({ frequency: 'MONTHLY' })
    const seen: string[] = []
    for (let month = 0; month < 4; month++) {
      const next = (await read(id)).nextOccurrenceAt ?? ''
      seen.push(short(next))
      await sweep(new Date(next))
    }
    // 08:00 in Berlin throughout.
    expect(seen).toEqual([
      '2030-01-31T07:00',
      '2030-02-28T07:00',
      '2030-03-31T06:00',
      '2030-04-30T06:00',
    ])
    await retire(id)
  })

  it('counted from completion, the next one waits for it', async () => {
    const id = await newSchedule({ basedOn: 'COMPLETED_DATE', interval: 10 })
    await sweep(at(0))
    await sweep(at(50))
    const waiting = await read(id)
    expect(waiting.workOrders).toHaveLength(1)
    expect(waiting.nextOccurrenceAt).toBeNull()
    const workOrderId = waiting.workOrders[0]?.id ?? ''
    await place.move(workOrderId, 'IN_PROGRESS', 'COMPLETED')
    const next = new Date((await read(id)).nextOccurrenceAt ?? 0)
    const days = (next.getTime() - Date.now()) / DAY
    expect(days).toBeGreaterThan(9)
    expect(days).toBeLessThan(11)
    await retire(id)
  })

  it('skipping the next occurrence or its work order leaves a trace', async () => {
    const id = await newSchedule()
    const skip = async (occurrenceAt?: string) =>
      (
        await ask(place.test.url, place.org.owner, SkipNext, {
          input: {
            id,
            reason: 'Public holiday',
            ...(occurrenceAt === undefined ? {} : { occurrenceAt }),
          },
        })
      ).maintenanceScheduleSkipNext
    expect((await skip(at(1).toISOString())).userErrors).toMatchObject([
      { code: 'VALIDATION', path: ['input', 'occurrenceAt'] },
    ])
    expect((await skip(at(0).toISOString())).maintenanceSchedule?.nextOccurrenceAt).toBe(
      at(1).toISOString(),
    )
    await sweep(at(1))
    const { workOrders } = await read(id)
    await place.move(workOrders[0]?.id ?? '', 'SKIPPED')
    expect((await read(id)).occurrences.nodes).toMatchObject([
      { outcome: 'SKIPPED', reason: 'The work order was skipped' },
      { outcome: 'SKIPPED', reason: 'Public holiday', workOrderId: null },
    ])
    await retire(id)
  })

  it('an assignee who left does not stop the schedule', async () => {
    const technician = await place.org.addUser('TECHNICIAN')
    const id = await newSchedule({ assigneeId: technician.userId })
    await place.sql(`UPDATE app_user SET status = 'SUSPENDED' WHERE id = $1`, [technician.userId])
    await sweep(at(0))
    expect((await read(id)).workOrders).toMatchObject([{ assignee: null }])
    await retire(id)
  })

  it('inactive ones rest; changed ones count anew after what was dealt with', async () => {
    const id = await newSchedule()
    const update = async (changes: object) =>
      (
        await ask(place.test.url, place.org.owner, UpdateMaintenancePlan, {
          input: { id, ...changes },
        })
      ).maintenanceScheduleUpdate.maintenanceSchedule
    await update({ active: false })
    await sweep(at(2))
    expect((await read(id)).workOrders).toEqual([])
    const unchanged = await update({ active: false })
    expect(unchanged?.version).toBe(2)
    await update({ active: true })
    await sweep(at(0))
    const weekly = await update({ frequency: 'WEEKLY', daysOfWeek: ['MONDAY', 'FRIDAY'] })
    // 31 January 2030 is a Thursday and has its work order.
    expect(short(weekly?.nextOccurrenceAt)).toBe('2030-02-01T07:00')
    await retire(id)
  })

  it('one with work orders is not removed', async () => {
    const id = await newSchedule()
    const remove = async () =>
      (await ask(place.test.url, place.org.owner, DeleteMaintenancePlan, { input: { id } }))
        .maintenanceScheduleDelete
    await sweep(at(0))
    const { workOrders } = await read(id)
    expect((await remove()).userErrors).toMatchObject([
      { code: 'CONFLICT', ids: [workOrders[0]?.id] },
    ])
    await place.sql('DELETE FROM work_order WHERE id = $1', [workOrders[0]?.id])
    expect((await remove()).deletedId).toBe(id)
  })

  it.each<[string, Partial<MaintenanceScheduleCreateInput>, string]>([
    ['an interval of 0', { interval: 0 }, 'interval'],
    ['the 32nd', { frequency: 'MONTHLY', dayOfMonth: 32 }, 'dayOfMonth'],
    ['a day of the month for a daily one', { dayOfMonth: 3 }, 'dayOfMonth'],
    ['weekdays for a monthly one', { frequency: 'MONTHLY', daysOfWeek: ['MONDAY'] }, 'daysOfWeek'],
    ['an end before the start', { endsAt: at(-1).toISOString() }, 'endsAt'],
    ['an unknown time zone', { timezone: 'Mars/Olympus' }, 'timezone'],
    ['a place that does not exist', { locationId: 'loc-nowhere' }, 'locationId'],
  ])('%s is refused', async (_name, wrong, field) => {
    const { maintenanceScheduleCreate } = await ask(
      place.test.url,
      place.org.owner,
      CreateMaintenancePlan,
      {
        input: {
          title: 'Wrong',
          locationId: place.siteId,
          frequency: 'DAILY',
          startsAt: at(0).toISOString(),
          ...wrong,
        },
      },
    )
    expect(maintenanceScheduleCreate.userErrors).toMatchObject([{ path: ['input', field] }])
  })

  it('are for managers, of their own organization', async () => {
    const id = await newSchedule()
    const technician = await place.org.addUser('TECHNICIAN')
    const refused = await send(place.test.url, technician.credentials, UpdateMaintenancePlan, {
      input: { id, active: false },
    })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
    const stranger = await addOrganization(place.test)
    const foreign = await ask(place.test.url, stranger.owner, UpdateMaintenancePlan, {
      input: { id, active: false },
    })
    expect(foreign.maintenanceScheduleUpdate.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
    await retire(id)
  })
})
