import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../../src/generated/client/index.ts'
import { endSchedules } from '../../../src/domains/sor/sweeps.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../../harness/app.ts'
import fixtures from '../../fixtures/sor-events.json' with { type: 'json' }
import {
  ArchiveSchedule,
  CreateSchedule,
  DAY_MS,
  DeleteSchedule,
  draftSchedule,
  eventsOf,
  fromNow,
  ImportItems,
  item,
  newLocation,
  newQuotation,
  newWorkOrder,
  publishedSchedule,
  PublishSchedule,
  ReadSchedule,
  RemoveItems,
  ReviseSchedule,
  UpdateSchedule,
  typesOf,
} from '../../harness/sor.ts'

let test: TestApp
let org: TestOrganization

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
})
afterAll(() => test[Symbol.asyncDispose]())

async function publish(id: string, credentials: Credentials = org.owner) {
  return (await ask(test.url, credentials, PublishSchedule, { input: { id } })).rateSchedulePublish
}

async function read(id: string, credentials: Credentials = org.owner) {
  return (await ask(test.url, credentials, ReadSchedule, { id })).rateSchedule
}

async function revise(id: string, input: { effectiveFrom?: string; effectiveTo?: string } = {}) {
  const { rateScheduleRevise } = await ask(test.url, org.owner, ReviseSchedule, {
    input: { id, ...input },
  })
  return rateScheduleRevise
}

async function newCompany(credentials: Credentials): Promise<string> {
  const { companyCreate } = await ask(
    test.url,
    credentials,
    graphql(`
      mutation CreateContractorCompany($input: CompanyCreateInput!) {
        companyCreate(input: $input) {
          company {
            id
          }
        }
      }
    `),
    { input: { name: 'Fixers Ltd', kind: 'CONTRACTOR' } },
  )
  return companyCreate.company?.id ?? ''
}

describe('import of items', () => {
  it('good items are kept, bad ones are told of one by one', async () => {
    const id = await draftSchedule(test, org.owner, [])
    const { rateScheduleImportItems: answer } = await ask(test.url, org.owner, ImportItems, {
      input: {
        id,
        items: [
          item('P-1', 4_500, { trade: 'Plumbing', unit: 'HOUR' }),
          item('', 100),
          item('P-2', -1),
          item('P-1', 9_999),
          item('x'.repeat(33), 1),
          item('P-3', 0),
        ],
      },
    })
    expect(answer.userErrors).toEqual([])
    expect(answer).toMatchObject({ createdCount: 2, updatedCount: 0, unchangedCount: 0 })
    expect(answer.rateSchedule).toMatchObject({ itemCount: 2, version: 2 })
    expect(answer.itemErrors.map(({ index, path }) => [index, path.at(-1)])).toEqual([
      [1, 'code'],
      [2, 'rateCents'],
      [3, 'code'],
      [4, 'code'],
    ])
    expect(answer.itemErrors[1]).toMatchObject({
      code: 'P-2',
      message: 'rateCents: must not be negative',
      path: ['input', 'items', '2', 'rateCents'],
    })
  })

  it('an item with a known code is changed, one that says the same is left alone', async () => {
    const id = await draftSchedule(test, org.owner, [item('A', 100), item('B', 200)])
    const again = { input: { id, items: [item('A', 150), item('B', 200), item('C', 300)] } }
    const { rateScheduleImportItems: first } = await ask(test.url, org.owner, ImportItems, again)
    expect(first).toMatchObject({ createdCount: 1, updatedCount: 1, unchangedCount: 1 })
    expect((await read(id))?.items.nodes.map((node) => [node.code, node.rateCents])).toEqual([
      ['A', 150],
      ['B', 200],
      ['C', 300],
    ])
    const { rateScheduleImportItems: second } = await ask(test.url, org.owner, ImportItems, again)
    expect(second).toMatchObject({ createdCount: 0, updatedCount: 0, unchangedCount: 3 })
    expect(second.rateSchedule?.version).toBe(first.rateSchedule?.version)
  })

  it('takes 1,000 items in one call and refuses 1,001', async () => {
    const id = await draftSchedule(test, org.owner, [])
    const items = Array.from({ length: 1_000 }, (_, n) => item(`I-${n}`, n))
    const { rateScheduleImportItems: full } = await ask(test.url, org.owner, ImportItems, {
      input: { id, items },
    })
    expect(full).toMatchObject({ createdCount: 1_000, itemErrors: [], userErrors: [] })
    const { rateScheduleImportItems: dearer } = await ask(test.url, org.owner, ImportItems, {
      input: { id, items: items.map((one) => ({ ...one, rateCents: one.rateCents + 1 })) },
    })
    expect(dearer).toMatchObject({ updatedCount: 1_000, createdCount: 0 })
    const { rateScheduleImportItems: over } = await ask(test.url, org.owner, ImportItems, {
      input: { id, items: [...items, item('one more', 1)] },
    })
    expect(over.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['input', 'items'] }])
  })

  it('rates are exact up to 2^53 - 1 and refused from there', async () => {
    const id = await draftSchedule(test, org.owner, [])
    const most = Number.MAX_SAFE_INTEGER
    const { rateScheduleImportItems: answer } = await ask(test.url, org.owner, ImportItems, {
      input: {
        id,
        // 2^53 as text: as a JSON number it would no longer be exact.
        items: [item('most', most), { ...item('over', 0), rateCents: '9007199254740992' as never }],
      },
    })
    expect(answer.itemErrors).toMatchObject([
      { index: 1, message: 'rateCents: must be below 2^53' },
    ])
    expect((await read(id))?.items.nodes.map((node) => node.rateCents)).toEqual([most])
  })

  it('removing names codes that are not there', async () => {
    const id = await draftSchedule(test, org.owner, [item('A', 1), item('B', 2)])
    const remove = async (codes: string[]) =>
      (await ask(test.url, org.owner, RemoveItems, { input: { id, codes } }))
        .rateScheduleRemoveItems
    expect((await remove(['A', 'Z'])).userErrors).toMatchObject([
      { code: 'VALIDATION', message: 'The schedule has no items Z', path: ['input', 'codes'] },
    ])
    expect((await remove(['A'])).rateSchedule?.itemCount).toBe(1)
  })
})

describe('publishing', () => {
  it('records who and when; the payload has every key of the catalogue with its type', async () => {
    const id = await draftSchedule(test, org.owner)
    expect(await eventsOf(test, id)).toEqual([])
    const { rateSchedule, eventCursor } = await publish(id)
    expect(rateSchedule).toMatchObject({ status: 'PUBLISHED', publishedBy: { id: org.ownerId } })
    expect(eventCursor).not.toBeNull()
    const events = await eventsOf(test, id)
    expect(events.map((event) => event.type)).toEqual(['sor.schedule.published'])
    const [event] = events
    expect(typesOf(event?.data.object)).toMatchObject(
      typesOf(fixtures['sor.schedule.published'].object),
    )
    expect(event?.data.object).toMatchObject({ id, status: 'Published', itemCount: 1 })
    expect(event?.data.previousAttributes).toEqual({
      status: 'Draft',
      publishedBy: null,
      publishedAt: null,
    })
    // In force for whoever works for the organization.
    expect(event?.facets).toEqual({ schedule: [id], party: [org.organizationId] })
  })

  it('needs an item, a period with a length, and an end that lies ahead', async () => {
    expect((await publish(await draftSchedule(test, org.owner, []))).userErrors).toMatchObject([
      { code: 'VALIDATION', message: 'A schedule needs at least one item' },
    ])
    const past = await draftSchedule(test, org.owner, [item('A', 1)], {
      effectiveFrom: fromNow(-10),
      effectiveTo: fromNow(-1),
    })
    expect((await publish(past)).userErrors).toMatchObject([
      { code: 'VALIDATION', message: 'The period of the schedule is over' },
    ])
    const day = fromNow(1)
    const { rateScheduleCreate } = await ask(test.url, org.owner, CreateSchedule, {
      input: { name: 'No time', effectiveFrom: day, effectiveTo: day },
    })
    expect(rateScheduleCreate.userErrors).toMatchObject([{ path: ['input', 'effectiveTo'] }])
  })

  it('fixes everything: no edit, no import, no removal, no deletion', async () => {
    const { id } = await publishedSchedule(test, org.owner)
    const version = (await read(id))?.version
    const refusals = [
      (await ask(test.url, org.owner, UpdateSchedule, { input: { id, name: 'Other' } }))
        .rateScheduleUpdate,
      (await ask(test.url, org.owner, ImportItems, { input: { id, items: [item('N', 1)] } }))
        .rateScheduleImportItems,
      (await ask(test.url, org.owner, RemoveItems, { input: { id, codes: ['A-1'] } }))
        .rateScheduleRemoveItems,
      (await ask(test.url, org.owner, DeleteSchedule, { input: { id } })).rateScheduleDelete,
    ]
    for (const { userErrors } of refusals) {
      expect(userErrors).toMatchObject([{ code: 'INVALID_TRANSITION' }])
    }
    expect(await read(id)).toMatchObject({ version, itemCount: 1 })
  })

  it('again changes nothing', async () => {
    const { id } = await publishedSchedule(test, org.owner)
    expect(await publish(id)).toMatchObject({ eventCursor: null, userErrors: [] })
    expect(await eventsOf(test, id)).toHaveLength(1)
  })

  it('two of one name must not overlap, case aside; side by side, other companies and names may', async () => {
    const period = { effectiveFrom: fromNow(-5), effectiveTo: fromNow(5) }
    const { id } = await publishedSchedule(test, org.owner, undefined, {
      name: 'Yearly',
      ...period,
    })
    const make = (more: object) => draftSchedule(test, org.owner, undefined, { ...period, ...more })
    const refused = await publish(await make({ name: 'yearly' }))
    expect(refused.userErrors).toMatchObject([{ code: 'CONFLICT', ids: [id] }])
    const next = { effectiveFrom: period.effectiveTo, effectiveTo: fromNow(30) }
    expect((await publish(await make({ name: 'Yearly', ...next }))).userErrors).toEqual([])
    expect(
      (await publish(await make({ name: 'Yearly', companyId: await newCompany(org.owner) })))
        .userErrors,
    ).toEqual([])
    expect((await publish(await make({ name: 'Yearly_' }))).userErrors).toEqual([])
  })

  it.each(Array.from({ length: 20 }, (_, n) => n + 1))(
    'of 8 overlapping drafts published at once exactly one wins, run %d',
    async (run) => {
      const drafts = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          draftSchedule(test, org.owner, undefined, {
            name: `Race ${run}`,
            effectiveFrom: fromNow(n),
            effectiveTo: fromNow(20 + n),
          }),
        ),
      )
      const answers = await Promise.all(drafts.map((id) => publish(id)))
      const won = answers.filter((answer) => answer.userErrors.length === 0)
      expect(won.length).toBe(1)
      for (const { userErrors } of answers.filter((answer) => answer !== won[0])) {
        expect(userErrors).toMatchObject([{ code: 'CONFLICT', ids: [won[0]?.rateSchedule?.id] }])
      }
    },
  )

  it('the database itself refuses an overlap that no command would have let through', async () => {
    const period = { effectiveFrom: fromNow(-5), effectiveTo: fromNow(5) }
    const name = 'Past the service'
    await publishedSchedule(test, org.owner, undefined, { name, ...period })
    const draft = await draftSchedule(test, org.owner, undefined, { name, ...period })
    await expect(
      test.app.database.pool.query(`UPDATE rate_schedule SET status = 'PUBLISHED' WHERE id = $1`, [
        draft,
      ]),
    ).rejects.toThrow('rate_schedule_overlap_partial')
  })
})

describe('revisions', () => {
  it('a revision copies the items to a draft and supersedes its source when published', async () => {
    const { id } = await publishedSchedule(test, org.owner, [item('A', 100), item('B', 200)])
    const { rateSchedule: draft } = await revise(id)
    expect(draft).toMatchObject({
      status: 'DRAFT',
      revision: 2,
      itemCount: 2,
      supersedes: { id },
    })
    const draftId = draft?.id ?? ''
    await ask(test.url, org.owner, ImportItems, {
      input: { id: draftId, items: [item('B', 250)] },
    })
    expect((await read(id))?.items.nodes.map((node) => node.rateCents)).toEqual([100, 200])
    expect((await publish(draftId)).userErrors).toEqual([])
    expect(await read(id)).toMatchObject({ status: 'SUPERSEDED', inForce: false })
    expect(await read(draftId)).toMatchObject({ status: 'PUBLISHED', inForce: true })
    const events = await eventsOf(test, id)
    expect(events.map((event) => event.type)).toEqual([
      'sor.schedule.published',
      'sor.schedule.superseded',
    ])
    expect(events[1]?.data.previousAttributes).toEqual({ status: 'Published', supersededAt: null })
  })

  it('one that begins later leaves its source in force until then', async () => {
    const { id } = await publishedSchedule(test, org.owner)
    const later = { effectiveFrom: fromNow(30), effectiveTo: fromNow(400) }
    const { rateSchedule: draft } = await revise(id, later)
    expect((await publish(draft?.id ?? '')).userErrors).toEqual([])
    expect(await read(id)).toMatchObject({
      status: 'PUBLISHED',
      inForce: true,
      supersededAt: later.effectiveFrom,
    })
    expect(await read(draft?.id ?? '')).toMatchObject({ status: 'PUBLISHED', inForce: false })
    await endSchedules(test.app, new Date(Date.now() + 31 * DAY_MS))
    expect(await read(id)).toMatchObject({ status: 'SUPERSEDED' })
    expect((await eventsOf(test, id)).at(-1)?.type).toBe('sor.schedule.superseded')
  })

  it('of two revisions of one source the second finds the first in its way', async () => {
    const { id } = await publishedSchedule(test, org.owner)
    const [first, second] = [await revise(id), await revise(id)]
    expect((await publish(first.rateSchedule?.id ?? '')).userErrors).toEqual([])
    expect((await publish(second.rateSchedule?.id ?? '')).userErrors).toMatchObject([
      { code: 'CONFLICT', ids: [first.rateSchedule?.id] },
    ])
  })

  it('keeps the name of its source; a draft is changed as it is', async () => {
    const { id } = await publishedSchedule(test, org.owner)
    const { rateSchedule: draft } = await revise(id)
    const { rateScheduleUpdate } = await ask(test.url, org.owner, UpdateSchedule, {
      input: { id: draft?.id ?? '', name: 'Another' },
    })
    expect(rateScheduleUpdate.userErrors).toMatchObject([{ path: ['input', 'name'] }])
    expect((await revise(draft?.id ?? '')).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION' },
    ])
  })
})

describe('the end of a schedule', () => {
  it('archiving takes it out of use, once', async () => {
    const { id } = await publishedSchedule(test, org.owner)
    const archive = async () =>
      (await ask(test.url, org.owner, ArchiveSchedule, { input: { id } })).rateScheduleArchive
    expect((await archive()).rateSchedule?.status).toBe('ARCHIVED')
    expect(await archive()).toMatchObject({ eventCursor: null, userErrors: [] })
    const events = await eventsOf(test, id)
    expect(events.map((event) => event.type)).toEqual([
      'sor.schedule.published',
      'sor.schedule.archived',
    ])
    expect(events[1]?.data.previousAttributes).toEqual({ status: 'Published', archivedAt: null })
    expect((await publish(id)).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', from: 'ARCHIVED', allowed: [] },
    ])
    const draft = await draftSchedule(test, org.owner)
    const { rateScheduleArchive } = await ask(test.url, org.owner, ArchiveSchedule, {
      input: { id: draft },
    })
    expect(rateScheduleArchive.userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', from: 'DRAFT', allowed: ['PUBLISHED'] },
    ])
  })

  it('a period that is over ends it exactly once, however many workers look', async () => {
    const other = await addOrganization(test)
    const ids = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const made = await publishedSchedule(test, other.owner, undefined, {
          effectiveFrom: fromNow(-2),
          effectiveTo: fromNow(2),
        })
        return made.id
      }),
    )
    const at = new Date(Date.now() + 2 * DAY_MS + 60_000)
    await Promise.all(Array.from({ length: 5 }, () => endSchedules(test.app, at)))
    // A row that one worker held was skipped by the others; nothing may be left for a later round.
    expect(await endSchedules(test.app, at)).toBe(0)
    for (const id of ids) {
      expect(await read(id, other.owner)).toMatchObject({ status: 'EXPIRED' })
      expect((await eventsOf(test, id)).map((event) => event.type)).toEqual([
        'sor.schedule.published',
        'sor.schedule.expired',
      ])
    }
  })
})

describe('who may', () => {
  it('a contractor reads what is published, and writes no rates', async () => {
    const { credentials } = await org.addUser('CONTRACTOR')
    const draft = await draftSchedule(test, org.owner)
    const { id, itemIds } = await publishedSchedule(test, org.owner)
    expect((await read(id, credentials))?.items.nodes.length).toBe(1)
    expect(await read(draft, credentials)).toBeNull()
    const companyId = await newCompany(org.owner)
    const agreed = await draftSchedule(test, org.owner, undefined, { companyId })
    await ask(test.url, org.owner, PublishSchedule, { input: { id: agreed } })
    // What another company is paid is no business of theirs.
    expect(await read(agreed)).not.toBeNull()
    expect(await read(agreed, credentials)).toBeNull()
    const draftItem = (await read(draft))?.items.nodes[0]?.id ?? ''
    const { data } = await send<{ nodes: ({ id: string } | null)[] }, object>(
      test.url,
      credentials,
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      { ids: [draft, draftItem, id, itemIds[0]] },
    )
    expect(data.nodes).toEqual([null, null, { id }, { id: itemIds[0] }])
    for (const [document, input] of [
      [PublishSchedule, { id: draft }],
      [ArchiveSchedule, { id }],
      [ImportItems, { id: draft, items: [item('N', 1)] }],
    ] as const) {
      const refused = await send(test.url, credentials, document as never, { input } as never)
      expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
    }
  })

  it('a company is one of the organization, and stays while rates were agreed with it', async () => {
    const stranger = await addOrganization(test)
    const companyId = await newCompany(stranger.owner)
    await expect(draftSchedule(test, org.owner, undefined, { companyId })).rejects.toThrow(
      'NOT_FOUND',
    )
    const id = await draftSchedule(test, stranger.owner, undefined, { companyId })
    const { data } = await send<{ companyDelete: unknown }, object>(
      test.url,
      stranger.owner,
      `mutation ($input: CompanyDeleteInput!) {
        companyDelete(input: $input) { userErrors { code ... on ConflictError { ids } } }
      }`,
      { input: { id: companyId } },
    )
    expect(data.companyDelete).toEqual({ userErrors: [{ code: 'CONFLICT', ids: [id] }] })
  })

  it("another organization's ids answer exactly as ids that do not exist", async () => {
    const stranger = await addOrganization(test)
    const { id, itemIds } = await publishedSchedule(test, org.owner)
    const missing = 'sor-sch-000000000000000000000'
    expect(await read(id, stranger.owner)).toBeNull()
    const messages = await Promise.all(
      [id, missing].map(async (wanted) => {
        const { userErrors } = await publish(wanted, stranger.owner)
        expect(userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
        return userErrors[0]?.message.replace(wanted, '')
      }),
    )
    expect(messages[0]).toBe(messages[1])
    const workOrderId = await newWorkOrder(
      test,
      stranger.owner,
      await newLocation(test, stranger.owner),
    )
    const own = await publishedSchedule(test, stranger.owner)
    await expect(
      newQuotation(test, stranger.owner, {
        scheduleId: own.id,
        workOrderId,
        lines: [{ itemId: itemIds[0], quantity: '1' }],
      }),
    ).rejects.toThrow('NOT_FOUND')
    await expect(
      newQuotation(test, stranger.owner, { scheduleId: id, workOrderId }),
    ).rejects.toThrow('NOT_FOUND')
  })

  it('a draft goes with its items, unless quotations were drawn up with it', async () => {
    const draft = await draftSchedule(test, org.owner)
    const workOrderId = await newWorkOrder(test, org.owner, await newLocation(test, org.owner))
    const itemId = (await read(draft))?.items.nodes[0]?.id
    const quotation = await newQuotation(test, org.owner, {
      scheduleId: draft,
      workOrderId,
      lines: [{ itemId, quantity: '1' }],
    })
    const remove = async (id: string) =>
      (await ask(test.url, org.owner, DeleteSchedule, { input: { id } })).rateScheduleDelete
    expect((await remove(draft)).userErrors).toMatchObject([{ code: 'CONFLICT', ids: [quotation] }])
    const { rateScheduleRemoveItems } = await ask(test.url, org.owner, RemoveItems, {
      input: { id: draft, codes: ['A-1'] },
    })
    expect(rateScheduleRemoveItems.userErrors).toMatchObject([
      { code: 'CONFLICT', ids: [quotation] },
    ])
    const free = await draftSchedule(test, org.owner)
    expect(await remove(free)).toMatchObject({ deletedId: free, userErrors: [] })
    expect(await read(free)).toBeNull()
  })
})
