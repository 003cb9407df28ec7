import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { QuotationLineInput } from '../../../src/generated/client/graphql.ts'
import { graphql } from '../../../src/generated/client/index.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../../harness/app.ts'
import { ChangeStatus, UpdateWorkOrder } from '../../harness/documents.ts'
import { AddCompany, UpdateUser } from '../../harness/identity-documents.ts'
import { storedEvents } from '../../harness/stored-events.ts'
import fixtures from '../../fixtures/sor-events.json' with { type: 'json' }
import {
  ArchiveSchedule,
  CreateQuotation,
  draftSchedule,
  eventsOf,
  fromNow,
  ImportItems,
  item,
  itemIdsOf,
  newLocation,
  newQuotation,
  newWorkOrder,
  publishedSchedule,
  PublishSchedule,
  ReadQuotation,
  step,
  type StepName,
  UpdateQuotation,
  typesOf,
} from '../../harness/sor.ts'

let test: TestApp
let org: TestOrganization
let contractor: { userId: string; credentials: Credentials }
let locationId: string
let companyId: string
let schedule: { id: string; itemIds: string[] }

const ITEMS = [
  item('A', 1_000),
  item('B', 333, { unit: 'M2', shortDescription: 'Paint a wall' }),
  item('C', 5, { enabled: false }),
  item('D', Number.MAX_SAFE_INTEGER),
]

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  companyId = await addCompany('Lifts Ltd')
  contractor = await addContractor(companyId)
  locationId = await newLocation(test, org.owner)
  schedule = await publishedSchedule(test, org.owner, ITEMS)
})
afterAll(() => test[Symbol.asyncDispose]())

async function addCompany(name: string): Promise<string> {
  const input = { name, kind: 'CONTRACTOR' as const }
  const { companyCreate } = await ask(test.url, org.owner, AddCompany, { input })
  return companyCreate.company?.id ?? ''
}

async function addContractor(company: string) {
  const user = await org.addUser('CONTRACTOR')
  const input = { id: user.userId, companyId: company }
  await ask(test.url, org.owner, UpdateUser, { input })
  return user
}

async function giveTo(workOrderId: string, company: string | null): Promise<void> {
  const input = { id: workOrderId, companyId: company }
  await ask(test.url, org.owner, UpdateWorkOrder, { input })
}

/** Work that the contractor's company is in charge of. */
async function workOrder(): Promise<string> {
  const id = await newWorkOrder(test, org.owner, locationId)
  await giveTo(id, companyId)
  return id
}
const itemId = (index: number) => schedule.itemIds[index] ?? ''
const line = (index: number, quantity: string): QuotationLineInput => ({
  itemId: itemId(index),
  quantity,
})

/** A draft of the contractor's with one line of 10.00, unless told otherwise. */
async function draft(
  input: {
    workOrderId?: string
    scheduleId?: string
    lines?: QuotationLineInput[]
    by?: Credentials
  } = {},
): Promise<string> {
  return newQuotation(test, input.by ?? contractor.credentials, {
    scheduleId: input.scheduleId ?? schedule.id,
    workOrderId: input.workOrderId ?? (await workOrder()),
    lines: input.lines ?? [line(0, '1')],
  })
}

async function submitted(input: Parameters<typeof draft>[0] = {}): Promise<string> {
  const id = await draft(input)
  const answer = await step(test, input.by ?? contractor.credentials, 'quotationSubmit', { id })
  if (answer.userErrors.length > 0) throw new Error(JSON.stringify(answer.userErrors))
  return id
}

const act = (name: StepName, id: string, by = org.owner, more: { reason?: string } = {}) =>
  step(test, by, name, { id, ...more })

async function read(id: string, by = org.owner) {
  return (await ask(test.url, by, ReadQuotation, { id })).quotation
}

async function update(id: string, input: object, by = contractor.credentials) {
  const { quotationUpdate } = await ask(test.url, by, UpdateQuotation, { input: { id, ...input } })
  return quotationUpdate
}

async function setLimit(id: string, approvalLimitCents: number | null, by = org.owner) {
  const answer = await send<
    { userSetApprovalLimit: { user: { approvalLimitCents: number | null; id: string } } },
    object
  >(
    test.url,
    by,
    `mutation ($input: UserSetApprovalLimitInput!) {
      userSetApprovalLimit(input: $input) { user { id approvalLimitCents } userErrors { code } }
    }`,
    { input: { id, approvalLimitCents } },
  )
  return answer
}

async function complete(id: string) {
  await ask(test.url, org.owner, ChangeStatus, { input: { id, status: 'IN_PROGRESS' } })
  const { workOrderChangeStatus } = await ask(test.url, org.owner, ChangeStatus, {
    input: { id, status: 'COMPLETED' },
  })
  return workOrderChangeStatus
}

describe('lines', () => {
  it('are priced by the schedule, halves rounded up, and summed here', async () => {
    const id = await draft({
      lines: [line(0, '1'), line(1, '2.5'), line(1, '0.001')],
    })
    const quotation = await read(id)
    expect(quotation?.lines.nodes).toMatchObject([
      { position: 1, code: 'A', quantity: '1', rateCents: 1_000, amountCents: 1_000 },
      // 2.5 × 333 = 832.5
      { position: 2, code: 'B', unit: 'M2', quantity: '2.5', amountCents: 833 },
      { position: 3, description: 'Paint a wall', quantity: '0.001', amountCents: 0 },
    ])
    expect(quotation).toMatchObject({ totalAmountCents: 1_833, lineItemCount: 3, status: 'DRAFT' })
  })

  it('of other work are flagged and need everything said, reason included', async () => {
    const full = {
      quantity: '1',
      description: 'Hire a crane',
      unit: 'DAY' as const,
      rateCents: 90_000,
      reason: 'No lifting gear in the schedule',
    }
    const quotation = await read(await draft({ lines: [full] }))
    expect(quotation?.lines.nodes).toMatchObject([
      { offSchedule: true, offScheduleReason: full.reason, amountCents: 90_000, code: null },
    ])
    const { quotationCreate } = await ask(test.url, contractor.credentials, CreateQuotation, {
      input: {
        scheduleId: schedule.id,
        workOrderId: await workOrder(),
        lines: [line(0, '1'), { quantity: '1', description: 'Something', unit: 'LOT' }],
      },
    })
    expect(quotationCreate.userErrors.map((error) => error.path)).toEqual([
      ['input', 'lines', '1', 'rateCents'],
      ['input', 'lines', '1', 'reason'],
    ])
  })

  it.each([
    ['a rate of its own', { rateCents: 1 }, 'rateCents', 'VALIDATION'],
    ['an item of another schedule', { itemId: 'sor-it-none' }, 'itemId', 'NOT_FOUND'],
    ['four places', { quantity: '1.0005' }, 'quantity', 'VALIDATION'],
    ['nothing', { quantity: '0' }, 'quantity', 'VALIDATION'],
    ['less than nothing', { quantity: '-2' }, 'quantity', 'VALIDATION'],
  ])('%s is refused with the path of the line', async (_name, wrong, field, code) => {
    const answer = await update(await draft(), {
      lines: [line(0, '1'), { ...line(0, '1'), ...wrong }],
    })
    expect(answer.userErrors).toMatchObject([{ code, path: ['input', 'lines', '1', field] }])
  })

  it('items that are not offered any more are refused', async () => {
    expect((await update(await draft(), { lines: [line(2, '1')] })).userErrors).toMatchObject([
      { code: 'VALIDATION', path: ['input', 'lines', '0', 'itemId'] },
    ])
  })

  it('amounts and totals from 2^53 on are refused', async () => {
    const id = await draft({ lines: [line(3, '1')] })
    expect((await read(id))?.totalAmountCents).toBe(Number.MAX_SAFE_INTEGER)
    expect((await update(id, { lines: [line(3, '1.001')] })).userErrors).toMatchObject([
      { path: ['input', 'lines', '0', 'quantity'] },
    ])
    expect((await update(id, { lines: [line(3, '1'), line(0, '1')] })).userErrors).toMatchObject([
      { path: ['input', 'lines'] },
    ])
  })

  it('the same again changes nothing; 201 are too many', async () => {
    const id = await draft({ lines: [line(0, '2'), line(1, '1')] })
    const same = await update(id, { lines: [line(0, '2.000'), line(1, '1')] })
    expect(same.quotation).toMatchObject({ version: 1, totalAmountCents: 2_333 })
    expect((await update(id, { note: 'With a note' })).quotation?.version).toBe(2)
    const many = Array.from({ length: 201 }, () => line(0, '1'))
    expect((await update(id, { lines: many })).userErrors).toMatchObject([
      { path: ['input', 'lines'] },
    ])
    expect((await update(id, { lines: many.slice(1) })).quotation).toMatchObject({
      lineItemCount: 200,
      totalAmountCents: 200_000,
    })
  })
})

describe('handing in', () => {
  it('records the event with every key of the catalogue', async () => {
    const workOrderId = await workOrder()
    const id = await submitted({ workOrderId })
    const events = await eventsOf(test, id)
    expect(events.map((event) => event.type)).toEqual(['sor.quotation.submitted'])
    const [event] = events
    expect(typesOf(event?.data.object)).toMatchObject(
      typesOf(fixtures['sor.quotation.submitted'].object),
    )
    expect(event?.data.object).toMatchObject({
      id,
      status: 'Submitted',
      submittedBy: contractor.userId,
      totalAmountCents: 1_000,
      lineItemCount: 1,
      lines: [{ quantity: '1', unit: 'Each', amountCents: 1_000, offSchedule: false }],
    })
    expect(event?.data.previousAttributes).toEqual({
      status: 'Draft',
      submittedBy: null,
      submittedAt: null,
    })
    expect(event?.facets).toEqual({
      location: [locationId],
      site: [locationId],
      workOrder: [workOrderId],
      schedule: [schedule.id],
      quotation: [id],
      party: [contractor.userId, companyId],
    })
  })

  it('copies the rates of that moment, and keeps them', async () => {
    const scheduleId = await draftSchedule(test, org.owner, [item('R', 1_000)])
    const [only = ''] = await itemIdsOf(test, org.owner, scheduleId)
    const id = await draft({
      by: org.owner,
      scheduleId,
      lines: [{ itemId: only, quantity: '2' }],
    })
    expect((await act('quotationSubmit', id)).userErrors).toMatchObject([
      { code: 'VALIDATION', message: 'The schedule of the quotation is DRAFT' },
    ])
    await ask(test.url, org.owner, ImportItems, {
      input: { id: scheduleId, items: [item('R', 1_250)] },
    })
    await ask(test.url, org.owner, PublishSchedule, { input: { id: scheduleId } })
    expect((await read(id))?.totalAmountCents).toBe(2_000)
    expect((await act('quotationSubmit', id)).quotation?.totalAmountCents).toBe(2_500)
    const [event] = await eventsOf(test, id)
    expect(event?.data.previousAttributes).toMatchObject({
      status: 'Draft',
      totalAmountCents: 2_000,
      lines: [{ rateCents: 1_000 }],
    })
    await ask(test.url, org.owner, ArchiveSchedule, { input: { id: scheduleId } })
    expect(await read(id)).toMatchObject({ totalAmountCents: 2_500, status: 'SUBMITTED' })
  })

  it('needs a line, a schedule in force and a work order that is not over', async () => {
    const empty = await draft({ lines: [] })
    expect((await act('quotationSubmit', empty)).userErrors).toMatchObject([
      { code: 'VALIDATION', message: 'A quotation needs at least one line' },
    ])
    const later = await publishedSchedule(test, org.owner, undefined, {
      effectiveFrom: fromNow(1),
      effectiveTo: fromNow(2),
    })
    const early = await draft({
      scheduleId: later.id,
      lines: [{ itemId: later.itemIds[0], quantity: '1' }],
    })
    expect((await act('quotationSubmit', early)).userErrors).toMatchObject([
      { code: 'VALIDATION', message: 'The schedule of the quotation is not in force now' },
    ])
    const workOrderId = await workOrder()
    const late = await draft({ workOrderId })
    await ask(test.url, org.owner, ChangeStatus, {
      input: { id: workOrderId, status: 'CANCELLED' },
    })
    expect((await act('quotationSubmit', late)).userErrors).toMatchObject([{ code: 'VALIDATION' }])
    expect(await eventsOf(test, late)).toEqual([])
  })

  it('what was handed in is read-only until it is taken back', async () => {
    const id = await submitted()
    expect((await update(id, { note: 'Cheaper' })).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION' },
    ])
    const again = await act('quotationSubmit', id)
    expect(again).toMatchObject({ eventCursor: null, userErrors: [] })
    const back = await act('quotationWithdraw', id, contractor.credentials)
    expect(back.quotation).toMatchObject({ status: 'DRAFT', revision: 1 })
    expect((await read(id))?.submittedById).toBeNull()
    expect((await update(id, { note: 'Cheaper' })).userErrors).toEqual([])
    expect((await act('quotationSubmit', id)).userErrors).toEqual([])
    expect((await eventsOf(test, id)).map((event) => event.type)).toEqual([
      'sor.quotation.submitted',
      'sor.quotation.withdrawn',
      'sor.quotation.submitted',
    ])
  })

  it.each(Array.from({ length: 20 }, (_, n) => n + 1))(
    'of 8 quotations for one work order handed in at once exactly one waits, run %d',
    async () => {
      const workOrderId = await workOrder()
      const ids = await Promise.all(Array.from({ length: 8 }, () => draft({ workOrderId })))
      const answers = await Promise.all(
        ids.map((id) => act('quotationSubmit', id, contractor.credentials)),
      )
      const won = answers.filter((answer) => answer.userErrors.length === 0)
      expect(won.length).toBe(1)
      for (const { userErrors } of answers.filter((answer) => answer !== won[0])) {
        expect(userErrors).toMatchObject([{ code: 'CONFLICT', ids: [won[0]?.quotation?.id] }])
      }
    },
  )

  it('the database itself refuses a second one', async () => {
    const workOrderId = await workOrder()
    await submitted({ workOrderId })
    const second = await draft({ workOrderId })
    await expect(
      test.app.database.pool.query(`UPDATE quotation SET status = 'SUBMITTED' WHERE id = $1`, [
        second,
      ]),
    ).rejects.toThrow('quotation_submitted_partial')
  })
})

describe('the decision', () => {
  it('approval records the event with every key of the catalogue', async () => {
    const id = await submitted()
    expect((await act('quotationApprove', id)).quotation?.status).toBe('APPROVED')
    const event = (await eventsOf(test, id)).at(-1)
    expect(event?.type).toBe('sor.quotation.approved')
    expect(typesOf(event?.data.object)).toMatchObject(
      typesOf(fixtures['sor.quotation.approved'].object),
    )
    expect(event?.data.object).toMatchObject({ status: 'Approved', approvedBy: org.ownerId })
    expect(event?.data.previousAttributes).toEqual({
      status: 'Submitted',
      approvedBy: null,
      approvedAt: null,
    })
  })

  it('whoever handed it in cannot approve it, and is told who may', async () => {
    const manager = await org.addUser('MANAGER')
    const id = await submitted({ by: manager.credentials })
    const refused = await act('quotationApprove', id, manager.credentials)
    expect(refused.userErrors).toMatchObject([{ code: 'APPROVAL_REQUIRED' }])
    expect(refused.userErrors[0]?.approverIds).toContain(org.ownerId)
    expect(refused.userErrors[0]?.approverIds).not.toContain(manager.userId)
    expect((await read(id))?.status).toBe('SUBMITTED')
    expect((await act('quotationApprove', id)).quotation?.status).toBe('APPROVED')
  })

  it('nor with a key of theirs before: the maker of a key answers for it', async () => {
    const key = await org.addApiKey(['sor:write', 'users:read'])
    const id = await submitted({ by: key })
    expect((await read(id))?.submittedById).toBe(org.ownerId)
    expect((await act('quotationApprove', id)).userErrors).toMatchObject([
      { code: 'APPROVAL_REQUIRED' },
    ])
    expect((await act('quotationApprove', id, key)).refused).toBe('FORBIDDEN')
  })

  it('a limit covers totals up to itself; above it somebody else must', async () => {
    const manager = await org.addUser('MANAGER')
    expect((await setLimit(manager.userId, 1_000)).data.userSetApprovalLimit.user).toEqual({
      id: manager.userId,
      approvalLimitCents: 1_000,
    })
    const equal = await submitted({ lines: [line(0, '1')] })
    expect((await act('quotationApprove', equal, manager.credentials)).userErrors).toEqual([])
    const above = await submitted({ lines: [line(0, '1.001')] })
    expect((await read(above))?.totalAmountCents).toBe(1_001)
    const refused = await act('quotationApprove', above, manager.credentials)
    expect(refused.userErrors).toMatchObject([{ code: 'APPROVAL_REQUIRED' }])
    expect(refused.userErrors[0]?.approverIds).toContain(org.ownerId)
    await setLimit(manager.userId, null)
    await setLimit(manager.userId, null)
    expect((await act('quotationApprove', above, manager.credentials)).userErrors).toEqual([])
    const told = await storedEvents(test, org.organizationId, manager.userId)
    expect(told.map(({ type, data }) => [type, data.previousAttributes])).toEqual([
      ['user.updated', { approvalLimitCents: null }],
      ['user.updated', { approvalLimitCents: 1_000 }],
    ])
    expect(told[0]?.data.object).toMatchObject({ id: manager.userId, approvalLimitCents: 1_000 })
  })

  it('limits are set by those who manage users, but not by an admin for themselves', async () => {
    const admin = await org.addUser('ADMIN')
    const manager = await org.addUser('MANAGER')
    expect((await setLimit(manager.userId, 5, admin.credentials)).errors).toEqual([])
    expect((await setLimit(admin.userId, 5, admin.credentials)).errors[0]?.extensions.code).toBe(
      'FORBIDDEN',
    )
    expect(
      (await setLimit(manager.userId, 5, manager.credentials)).errors[0]?.extensions.code,
    ).toBe('FORBIDDEN')
    const stranger = await addOrganization(test)
    const foreign = await setLimit(manager.userId, 5, stranger.owner)
    expect(foreign.data).toMatchObject({
      userSetApprovalLimit: { user: null, userErrors: [{ code: 'NOT_FOUND' }] },
    })
  })

  it('a rejection needs a reason, and a revision takes it up again', async () => {
    const id = await submitted()
    const rejected = await act('quotationReject', id, org.owner, { reason: 'Too dear' })
    expect(rejected.quotation?.status).toBe('REJECTED')
    const event = (await eventsOf(test, id)).at(-1)
    expect(event).toMatchObject({
      type: 'sor.quotation.rejected',
      data: {
        object: { status: 'Rejected', rejectedBy: org.ownerId, rejectionReason: 'Too dear' },
        previousAttributes: { status: 'Submitted', rejectionReason: null },
      },
    })
    const revised = await act('quotationRevise', id, contractor.credentials)
    expect(revised.quotation).toMatchObject({ status: 'DRAFT', revision: 2 })
    expect((await read(id))?.rejectionReason).toBe('Too dear')
    await act('quotationSubmit', id, contractor.credentials)
    expect(await read(id)).toMatchObject({ status: 'SUBMITTED', rejectionReason: null })
  })

  it('steps that do not lead from where it stands say what does', async () => {
    const id = await draft()
    expect((await act('quotationApprove', id)).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', from: 'DRAFT', allowed: ['SUBMITTED', 'CANCELLED'] },
    ])
    expect((await act('quotationRevise', id)).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', from: 'DRAFT' },
    ])
    expect((await act('quotationCancel', id)).quotation?.status).toBe('CANCELLED')
    expect((await act('quotationSubmit', id)).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', from: 'CANCELLED', allowed: [] },
    ])
    expect(await eventsOf(test, id)).toEqual([])
    const waiting = await submitted()
    expect((await act('quotationRevise', waiting)).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', from: 'SUBMITTED' },
    ])
  })

  it.each(Array.from({ length: 20 }, (_, n) => n + 1))(
    'of approval, rejection and withdrawal at once exactly one happens, run %d',
    async () => {
      const id = await submitted()
      const answers = await Promise.all([
        act('quotationApprove', id),
        act('quotationReject', id, org.owner, { reason: 'No' }),
        act('quotationWithdraw', id, contractor.credentials),
        act('quotationApprove', id),
      ])
      expect(answers.filter((answer) => answer.quotation !== null).length).toBe(1)
      expect(await eventsOf(test, id)).toHaveLength(2)
    },
  )
})

describe('the work order', () => {
  it('is not completed while a quotation for it waits', async () => {
    const workOrderId = await workOrder()
    const id = await submitted({ workOrderId })
    const refused = await complete(workOrderId)
    expect(refused.userErrors).toMatchObject([{ code: 'CONFLICT', path: ['input', 'status'] }])
    await act('quotationApprove', id)
    expect((await complete(workOrderId)).workOrder?.status).toBe('COMPLETED')
  })

  it.each(Array.from({ length: 20 }, (_, n) => n + 1))(
    'handing in and completing at once go one after the other, run %d',
    async () => {
      const workOrderId = await workOrder()
      await ask(test.url, org.owner, ChangeStatus, {
        input: { id: workOrderId, status: 'IN_PROGRESS' },
      })
      const id = await draft({ workOrderId })
      const [handedIn, { workOrderChangeStatus: completed }] = await Promise.all([
        act('quotationSubmit', id, contractor.credentials),
        ask(test.url, org.owner, ChangeStatus, {
          input: { id: workOrderId, status: 'COMPLETED' },
        }),
      ])
      expect(handedIn.userErrors).toEqual([])
      const { rows } = await test.app.database.pool.query<{ type: string }>(
        'SELECT type FROM event WHERE subject_id = ANY($1) ORDER BY ordinal DESC LIMIT 2',
        [[workOrderId, id]],
      )
      const outcome = [rows[0]?.type, ...completed.userErrors.map((error) => error.code)]
      // Refused while it waits; or done first, for what is done may still be quoted for.
      expect([
        ['sor.quotation.submitted', 'CONFLICT'],
        ['sor.quotation.submitted', rows[1]?.type],
      ]).toContainEqual(
        completed.workOrder === null ? outcome : [...outcome, 'workorder.completed'],
      )
    },
  )
})

describe('contractors', () => {
  it("see and change their company's quotations only", async () => {
    const otherCompany = await addCompany('Roofs Ltd')
    const other = await addContractor(otherCompany)
    const colleague = await addContractor(companyId)
    const workOrderId = await workOrder()
    const mine = await draft({ workOrderId })
    const input = { scheduleId: schedule.id, workOrderId }
    const refused = await ask(test.url, other.credentials, CreateQuotation, { input })
    expect(refused.quotationCreate.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
    // The work went from one company to the other: each keeps what it has quoted.
    await giveTo(workOrderId, otherCompany)
    const theirs = await draft({ workOrderId, by: other.credentials })
    const withWork = 'query ($id: ID!) { quotation(id: $id) { id workOrder { id } } }'
    expect((await send(test.url, colleague.credentials, withWork, { id: mine })).data).toEqual({
      quotation: { id: mine, workOrder: null },
    })
    expect((await send(test.url, other.credentials, withWork, { id: theirs })).data).toEqual({
      quotation: { id: theirs, workOrder: { id: workOrderId } },
    })
    await giveTo(workOrderId, companyId)
    const list = graphql(`
      query ListQuotations($where: QuotationWhere, $orderBy: [QuotationOrder!]) {
        quotations(where: $where, orderBy: $orderBy) {
          totalCount
          nodes {
            id
            totalAmountCents
          }
        }
      }
    `)
    const where = { workOrderId: { in: [workOrderId] } }
    const seen = async (by: Credentials, more: object = {}) =>
      (await ask(test.url, by, list, { where: { ...where, ...more } })).quotations
    expect((await seen(contractor.credentials)).nodes.map((node) => node.id)).toEqual([mine])
    expect((await seen(contractor.credentials)).totalCount).toBe(1)
    expect(
      (await seen(contractor.credentials, { createdById: { in: [other.userId] } })).nodes,
    ).toEqual([])
    expect((await seen(org.owner)).totalCount).toBe(2)
    expect(await read(theirs, other.credentials)).not.toBeNull()
    const bare = 'query ($id: ID!) { quotation(id: $id) { id } node(id: $id) { id } }'
    expect((await send(test.url, contractor.credentials, bare, { id: theirs })).data).toEqual({
      quotation: null,
      node: null,
    })
    const lineId = (await read(theirs))?.lines.nodes[0]?.id
    const node = 'query ($id: ID!) { node(id: $id) { id } }'
    expect((await send(test.url, contractor.credentials, node, { id: lineId })).data).toEqual({
      node: null,
    })
    const nested = `query ($id: ID!) { workOrder(id: $id) { quotations { nodes { id } } } }`
    const readNested = () =>
      send<{ workOrder: unknown }, object>(test.url, contractor.credentials, nested, {
        id: workOrderId,
      })
    expect((await readNested()).data).toEqual({
      workOrder: { quotations: { nodes: [{ id: mine }] } },
    })
    for (const name of ['quotationSubmit', 'quotationCancel'] as const) {
      expect((await act(name, theirs, contractor.credentials)).userErrors).toMatchObject([
        { code: 'NOT_FOUND' },
      ])
    }
    expect((await update(theirs, { note: 'x' })).userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
  })

  it('decide nothing', async () => {
    const id = await submitted()
    expect((await act('quotationApprove', id, contractor.credentials)).refused).toBe('FORBIDDEN')
    const reason = 'Mine'
    expect((await act('quotationReject', id, contractor.credentials, { reason })).refused).toBe(
      'FORBIDDEN',
    )
  })
})

describe('lists', () => {
  it('are filtered and ordered, and take the same statements for 1 row and for 50', async () => {
    const other = await addOrganization(test)
    const place = await newLocation(test, other.owner)
    const rates = await publishedSchedule(test, other.owner)
    const make = async (quantity: string) => {
      const workOrderId = await newWorkOrder(test, other.owner, place)
      const lines = [{ itemId: rates.itemIds[0], quantity }]
      return newQuotation(test, other.owner, { scheduleId: rates.id, workOrderId, lines })
    }
    for (let n = 1; n <= 50; n++) await make(String(n))
    const query = graphql(`
      query BusyQuotations($first: Int, $where: QuotationWhere, $orderBy: [QuotationOrder!]) {
        quotations(first: $first, where: $where, orderBy: $orderBy) {
          totalCount
          nodes {
            totalAmountCents
            schedule {
              name
            }
            workOrder {
              title
            }
            createdBy {
              name
            }
            lines(first: 1) {
              nodes {
                amountCents
                item {
                  code
                }
              }
            }
          }
        }
      }
    `)
    const some = await ask(test.url, other.owner, query, {
      first: 3,
      where: { totalAmountCents: { gte: 10_000, lte: 20_000 }, siteId: place, statuses: ['DRAFT'] },
      orderBy: [{ field: 'TOTAL_AMOUNT', direction: 'DESC' }],
    })
    expect(some.quotations.totalCount).toBe(11)
    expect(some.quotations.nodes.map((node) => node.totalAmountCents)).toEqual([
      20_000, 19_000, 18_000,
    ])
    const one = await countStatements(() => ask(test.url, other.owner, query, { first: 1 }))
    const fifty = await countStatements(() => ask(test.url, other.owner, query, { first: 50 }))
    expect(one).toBeGreaterThan(1)
    expect(fifty).toBe(one)
  })
})

/** Statements that Prisma sends meanwhile; jobs in the background use other clients' words. */
async function countStatements(use: () => Promise<unknown>): Promise<number> {
  const spy = vi.spyOn(Client.prototype, 'query')
  try {
    await use()
    return spy.mock.calls.filter((call) => JSON.stringify(call[0] ?? '').includes('public')).length
  } finally {
    spy.mockRestore()
  }
}
