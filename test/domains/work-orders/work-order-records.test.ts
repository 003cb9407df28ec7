import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../../src/generated/client/index.ts'
import { addOrganization, ask, send, type Credentials } from '../../harness/app.ts'
import { ChangeStatus } from '../../harness/documents.ts'
import { openWorkPlace, type WorkPlace } from '../../harness/work-orders.ts'

const LaborStart = graphql(`
  mutation LaborStart($input: LaborStartInput!) {
    laborStart(input: $input) {
      labor {
        id
        hourlyRateCents
        endedAt
      }
      userErrors {
        code
        path
        ... on ConflictError {
          ids
        }
        ... on StateTransitionError {
          from
        }
      }
    }
  }
`)

const LaborStop = graphql(`
  mutation LaborStop($input: LaborStopInput!) {
    laborStop(input: $input) {
      labor {
        seconds
        costCents
        endedAt
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const LaborAdd = graphql(`
  mutation LaborAdd($input: LaborAddInput!) {
    laborAdd(input: $input) {
      labor {
        id
        seconds
        costCents
        hourlyRateCents
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const LaborDelete = graphql(`
  mutation LaborDelete($input: LaborDeleteInput!) {
    laborDelete(input: $input) {
      deletedId
      userErrors {
        code
      }
    }
  }
`)

const LaborRateSet = graphql(`
  mutation LaborRateSet($input: LaborRateSetInput!) {
    laborRateSet(input: $input) {
      laborRate {
        hourlyRateCents
        user {
          id
        }
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const PartCreate = graphql(`
  mutation PartCreate($input: PartCreateInput!) {
    partCreate(input: $input) {
      part {
        id
        stock
      }
      userErrors {
        code
        path
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

const PartUpdate = graphql(`
  mutation PartUpdate($input: PartUpdateInput!) {
    partUpdate(input: $input) {
      part {
        version
        unitCostCents
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const PartStockAdjust = graphql(`
  mutation PartStockAdjust($input: PartStockAdjustInput!) {
    partStockAdjust(input: $input) {
      part {
        stock
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const PartDelete = graphql(`
  mutation PartDelete($input: PartDeleteInput!) {
    partDelete(input: $input) {
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

const PartUseCreate = graphql(`
  mutation PartUseCreate($input: PartUseCreateInput!) {
    partUseCreate(input: $input) {
      partUse {
        id
        unitCostCents
      }
      userErrors {
        code
        path
        message
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

const PartUseDelete = graphql(`
  mutation PartUseDelete($input: PartUseDeleteInput!) {
    partUseDelete(input: $input) {
      deletedId
      userErrors {
        code
      }
    }
  }
`)

const ReadPart = graphql(`
  query ReadPart($id: ID!) {
    node(id: $id) {
      ... on Part {
        stock
        version
      }
    }
  }
`)

const ReadRecords = graphql(`
  query ReadRecords($id: ID!) {
    workOrder(id: $id) {
      status
      laborSeconds
      laborCostCents
      partsCostCents
      version
      checklist {
        id
        text
        mandatory
        doneAt
        doneById
      }
      attachments {
        id
        name
        url
        addedById
      }
      signedBy
      signedAt
      labor {
        totalCount
        nodes {
          id
          endedAt
        }
      }
      partUses {
        nodes {
          quantity
        }
      }
      comments {
        nodes {
          id
          text
          author {
            id
          }
        }
      }
    }
  }
`)

const ItemAdd = graphql(`
  mutation ItemAdd($input: ChecklistItemAddInput!) {
    checklistItemAdd(input: $input) {
      workOrder {
        checklist {
          id
        }
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const ItemCheck = graphql(`
  mutation ItemCheck($input: ChecklistItemCheckInput!) {
    checklistItemCheck(input: $input) {
      workOrder {
        version
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const ItemRemove = graphql(`
  mutation ItemRemove($input: ChecklistItemRemoveInput!) {
    checklistItemRemove(input: $input) {
      workOrder {
        version
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const AttachmentAdd = graphql(`
  mutation AttachmentAdd($input: AttachmentAddInput!) {
    attachmentAdd(input: $input) {
      workOrder {
        attachments {
          id
        }
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const AttachmentRemove = graphql(`
  mutation AttachmentRemove($input: AttachmentRemoveInput!) {
    attachmentRemove(input: $input) {
      workOrder {
        attachments {
          id
        }
      }
      userErrors {
        code
      }
    }
  }
`)

const Sign = graphql(`
  mutation Sign($input: WorkOrderSignInput!) {
    workOrderSign(input: $input) {
      workOrder {
        signedBy
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const CommentAdd = graphql(`
  mutation CommentAdd($input: WorkOrderCommentAddInput!) {
    workOrderCommentAdd(input: $input) {
      comment {
        id
        text
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const CommentDelete = graphql(`
  mutation CommentDelete($input: WorkOrderCommentDeleteInput!) {
    workOrderCommentDelete(input: $input) {
      deletedId
      userErrors {
        code
      }
    }
  }
`)

const Delete = graphql(`
  mutation Delete($input: WorkOrderDeleteInput!) {
    workOrderDelete(input: $input) {
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

let place: WorkPlace
let url: string
let owner: Credentials
beforeAll(async () => {
  place = await openWorkPlace()
  url = place.test.url
  owner = place.org.owner
})
afterAll(() => place[Symbol.asyncDispose]())

const read = async (id: string) => (await ask(url, owner, ReadRecords, { id })).workOrder
const started = async () => {
  const id = await place.create()
  await place.move(id, 'IN_PROGRESS')
  return id
}
const newPart = async (stock: number, unitCostCents = 250) => {
  const { partCreate } = await ask(url, owner, PartCreate, {
    input: { name: 'Filter', stock, unitCostCents },
  })
  return partCreate.part?.id ?? ''
}
const stockOf = async (id: string) => {
  const { node } = await ask(url, owner, ReadPart, { id })
  return node !== null && 'stock' in node ? node.stock : undefined
}
const usePart = async (workOrderId: string, partId: string, quantity: number) =>
  (await ask(url, owner, PartUseCreate, { input: { workOrderId, partId, quantity } })).partUseCreate

describe('labor', () => {
  it('a timer counts at the rate of its start, and its work order keeps the sums', async () => {
    const technician = await place.org.addUser('TECHNICIAN')
    const setRate = (hourlyRateCents: number) =>
      ask(url, owner, LaborRateSet, { input: { userId: technician.userId, hourlyRateCents } })
    await setRate(3_000)
    await setRate(6_000)
    const id = await place.create({ assigneeId: technician.userId })
    await place.move(id, 'IN_PROGRESS')
    const { laborStart } = await ask(url, technician.credentials, LaborStart, {
      input: { workOrderId: id },
    })
    expect(laborStart.labor).toMatchObject({ hourlyRateCents: 6_000, endedAt: null })
    const laborId = laborStart.labor?.id ?? ''
    await setRate(9_000)
    await place.sql(
      `UPDATE labor SET started_at = started_at - interval '30 minutes' WHERE id = $1`,
      [laborId],
    )
    const { laborStop } = await ask(url, technician.credentials, LaborStop, {
      input: { id: laborId },
    })
    const seconds = laborStop.labor?.seconds ?? 0
    expect(seconds).toBeGreaterThanOrEqual(1_800)
    expect(seconds).toBeLessThan(1_830)
    expect(laborStop.labor?.costCents).toBe(Math.floor((seconds * 6_000 + 1_800) / 3_600))
    expect(await read(id)).toMatchObject({
      laborSeconds: seconds,
      laborCostCents: laborStop.labor?.costCents,
    })
    const [last] = (await place.events(id)).slice(-1)
    expect(last).toMatchObject({
      type: 'workorder.updated',
      previous: { laborSeconds: 0, laborCostCents: 0 },
    })
    const again = await ask(url, technician.credentials, LaborStop, { input: { id: laborId } })
    expect(again.laborStop.userErrors).toMatchObject([{ code: 'VALIDATION' }])
  })

  it('one timer per person: of 20 starts on 20 work orders one wins, the rest are told which', async () => {
    const technician = await place.org.addUser('TECHNICIAN')
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const id = await place.create({ assigneeId: technician.userId })
        await place.move(id, 'IN_PROGRESS')
        return id
      }),
    )
    const answers = await Promise.all(
      ids.map((workOrderId) =>
        ask(url, technician.credentials, LaborStart, { input: { workOrderId } }),
      ),
    )
    const won = answers.flatMap(({ laborStart }) => laborStart.labor ?? [])
    expect(won).toHaveLength(1)
    const errors = answers.flatMap(({ laborStart }) => laborStart.userErrors)
    expect(errors).toHaveLength(19)
    for (const error of errors) expect(error).toMatchObject({ code: 'CONFLICT', ids: [won[0]?.id] })
  })

  it('timers run on work in progress only, and stop when it is left', async () => {
    const technician = await place.org.addUser('TECHNICIAN')
    const id = await place.create({ assigneeId: technician.userId })
    const start = async () =>
      (await ask(url, technician.credentials, LaborStart, { input: { workOrderId: id } }))
        .laborStart
    expect((await start()).userErrors).toMatchObject([{ code: 'INVALID_TRANSITION', from: 'OPEN' }])
    await place.move(id, 'IN_PROGRESS')
    await start()
    await place.move(id, ['ON_HOLD', 'Lunch'])
    expect((await read(id))?.labor.nodes.map((node) => node.endedAt !== null)).toEqual([true])
  })

  it('a technician records own work at the own rate only', async () => {
    const technician = await place.org.addUser('TECHNICIAN')
    const other = await place.org.addUser('TECHNICIAN')
    const id = await place.create({ assigneeId: technician.userId })
    const span = { startedAt: '2026-01-05T08:00:00Z', endedAt: '2026-01-05T09:00:00Z' }
    for (const wrong of [{ userId: other.userId }, { hourlyRateCents: 99_000 }]) {
      const refused = await send(url, technician.credentials, LaborAdd, {
        input: { workOrderId: id, ...span, ...wrong },
      })
      expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
    }
    const manager = await place.org.addUser('MANAGER')
    const { laborAdd } = await ask(url, manager.credentials, LaborAdd, {
      input: { workOrderId: id, userId: other.userId, hourlyRateCents: 4_500, ...span },
    })
    expect(laborAdd.labor).toMatchObject({ seconds: 3_600, costCents: 4_500 })
    expect(await read(id)).toMatchObject({ laborSeconds: 3_600, laborCostCents: 4_500 })
    await ask(url, manager.credentials, LaborDelete, { input: { id: laborAdd.labor?.id ?? '' } })
    expect(await read(id)).toMatchObject({ laborSeconds: 0, laborCostCents: 0 })
  })

  it.each([
    ['ends before it starts', '2026-01-05T08:00:00Z', '2026-01-05T07:00:00Z'],
    ['is longer than a day', '2026-01-05T08:00:00Z', '2026-01-06T09:00:00Z'],
    ['lies in the future', '2099-01-05T08:00:00Z', '2099-01-05T09:00:00Z'],
  ])('labor that %s is refused', async (_name, startedAt, endedAt) => {
    const { laborAdd } = await ask(url, owner, LaborAdd, {
      input: { workOrderId: await place.create(), startedAt, endedAt },
    })
    expect(laborAdd.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['input', 'endedAt'] }])
  })
})

describe('parts', () => {
  it('50 clients racing for 20 parts: 20 win, the stock ends at 0', async () => {
    const partId = await newPart(20)
    const ids = await Promise.all(Array.from({ length: 50 }, () => place.create()))
    const answers = await Promise.all(ids.map((id) => usePart(id, partId, 1)))
    expect(answers.filter((answer) => answer.partUse !== null)).toHaveLength(20)
    const refused = answers.flatMap((answer) => answer.userErrors)
    expect(refused).toHaveLength(30)
    for (const error of refused) expect(error).toMatchObject({ code: 'CONFLICT', ids: [partId] })
    expect(await stockOf(partId)).toBe(0)
    expect(
      (await Promise.all(ids.map(read))).filter((o) => o?.partsCostCents === 250),
    ).toHaveLength(20)
  })

  it('the same race on one work order', async () => {
    const partId = await newPart(20)
    const id = await place.create()
    const answers = await Promise.all(Array.from({ length: 50 }, () => usePart(id, partId, 3)))
    expect(answers.filter((answer) => answer.partUse !== null)).toHaveLength(6)
    expect(await stockOf(partId)).toBe(2)
    expect((await read(id))?.partsCostCents).toBe(6 * 3 * 250)
  })

  it('are priced when taken, and go back once however often that is asked', async () => {
    const partId = await newPart(10, 100)
    const id = await place.create()
    const { partUse } = await usePart(id, partId, 4)
    await ask(url, owner, PartUpdate, { input: { id: partId, unitCostCents: 900 } })
    expect(await read(id)).toMatchObject({ partsCostCents: 400 })
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        ask(url, owner, PartUseDelete, { input: { id: partUse?.id ?? '' } }),
      ),
    )
    expect(answers.filter((a) => a.partUseDelete.deletedId !== null)).toHaveLength(1)
    expect(await stockOf(partId)).toBe(10)
    expect(await read(id)).toMatchObject({ partsCostCents: 0, partUses: { nodes: [] } })
  })

  it('a number is taken once, also by two who claim it at once', async () => {
    const partNumber = `B-${Date.now()}`
    const claims = await Promise.all(
      Array.from({ length: 5 }, () =>
        ask(url, owner, PartCreate, { input: { name: 'Belt', partNumber } }),
      ),
    )
    const won = claims.flatMap(({ partCreate }) => partCreate.part ?? [])
    expect(won).toHaveLength(1)
    expect(claims.flatMap(({ partCreate }) => partCreate.userErrors)).toMatchObject(
      Array.from({ length: 4 }, () => ({ code: 'CONFLICT', ids: [won[0]?.id] })),
    )
  })

  it('stock is never adjusted below zero, and a used part is not removed', async () => {
    const partId = await newPart(3)
    const adjust = async (by: number) =>
      (await ask(url, owner, PartStockAdjust, { input: { id: partId, by } })).partStockAdjust
    expect((await adjust(-4)).userErrors).toMatchObject([{ path: ['input', 'by'] }])
    expect((await adjust(5)).part?.stock).toBe(8)
    const { partUse } = await usePart(await place.create(), partId, 1)
    const refused = await ask(url, owner, PartDelete, { input: { id: partId } })
    expect(refused.partDelete.userErrors).toMatchObject([{ code: 'CONFLICT', ids: [partUse?.id] }])
    const unused = await newPart(0)
    const removed = await ask(url, owner, PartDelete, { input: { id: unused } })
    expect(removed.partDelete.deletedId).toBe(unused)
    const technician = await place.org.addUser('TECHNICIAN')
    const forbidden = await send(url, technician.credentials, PartStockAdjust, {
      input: { id: partId, by: 1 },
    })
    expect(forbidden.errors[0]?.extensions.code).toBe('FORBIDDEN')
  })

  it("another organization's part answers like a missing one", async () => {
    const stranger = await addOrganization(place.test)
    const { partCreate } = await ask(url, stranger.owner, PartCreate, {
      input: { name: 'Theirs', stock: 5 },
    })
    for (const partId of [partCreate.part?.id ?? '', 'prt-0000000000000000000000']) {
      const { userErrors } = await usePart(await place.create(), partId, 1)
      expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'partId'] }])
      expect((await ask(url, owner, ReadPart, { id: partId })).node).toBeNull()
    }
  })
})

describe('checklist and signature', () => {
  it('mandatory items and a required signature block completion, named all at once', async () => {
    const id = await place.create({
      requiresSignature: true,
      checklist: [
        { text: 'Isolate the supply', mandatory: true },
        { text: 'Take a photo' },
        { text: 'Test the alarm', mandatory: true },
      ],
    })
    await place.move(id, 'IN_PROGRESS')
    const complete = async () =>
      (await ask(url, owner, ChangeStatus, { input: { id, status: 'COMPLETED' } }))
        .workOrderChangeStatus.userErrors
    expect((await complete()).map((error) => error.message)).toEqual([
      'Still to be done: Isolate the supply',
      'Still to be done: Test the alarm',
      'A signature is required before completion',
    ])
    const items = (await read(id))?.checklist ?? []
    for (const item of items.filter(({ mandatory }) => mandatory)) {
      await ask(url, owner, ItemCheck, {
        input: { workOrderId: id, itemId: item.id, done: true },
      })
    }
    expect(await complete()).toMatchObject([{ code: 'VALIDATION', path: ['input', 'status'] }])
    await ask(url, owner, Sign, { input: { id, name: 'Pat Tenant' } })
    expect(await complete()).toEqual([])
    const done = await read(id)
    expect(done).toMatchObject({ status: 'COMPLETED', signedBy: 'Pat Tenant' })
    expect(done?.checklist[0]?.doneById).toBe(place.org.ownerId)
    await place.move(id, ['REOPENED', 'Alarm rings'])
    expect(await read(id)).toMatchObject({ signedBy: null, signedAt: null })
  })

  it('checking twice changes nothing; unknown items are not found', async () => {
    const id = await place.create({ checklist: [{ text: 'Oil the hinge' }] })
    const itemId = (await read(id))?.checklist[0]?.id ?? ''
    const check = async (done: boolean, item = itemId) =>
      (await ask(url, owner, ItemCheck, { input: { workOrderId: id, itemId: item, done } }))
        .checklistItemCheck
    expect((await check(false)).workOrder?.version).toBe(1)
    expect((await check(true)).workOrder?.version).toBe(2)
    expect((await check(true)).workOrder?.version).toBe(2)
    expect((await check(false)).workOrder?.version).toBe(3)
    expect((await check(true, 'chk-nothing')).userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['input', 'itemId'] },
    ])
    const { checklistItemRemove } = await ask(url, owner, ItemRemove, {
      input: { workOrderId: id, id: itemId },
    })
    expect(checklistItemRemove.workOrder?.version).toBe(4)
  })

  it('20 people adding items at once lose none', async () => {
    const id = await place.create()
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        ask(url, owner, ItemAdd, { input: { workOrderId: id, text: `Step ${n}` } }),
      ),
    )
    const texts = (await read(id))?.checklist.map((item) => item.text)
    expect(new Set(texts).size).toBe(20)
  })
})

describe('attachments and comments', () => {
  it('attachments are addresses that a browser opens', async () => {
    const id = await place.create()
    const add = async (address: string) =>
      (
        await ask(url, owner, AttachmentAdd, {
          input: { workOrderId: id, name: 'Photo', url: address },
        })
      ).attachmentAdd
    for (const wrong of ['javascript:alert(1)', 'ftp://a/b', 'https://', 'photo.jpg']) {
      expect((await add(wrong)).userErrors).toMatchObject([{ path: ['input', 'url'] }])
    }
    const added = await add('https://files.example.com/a.jpg')
    expect((await read(id))?.attachments).toMatchObject([
      { url: 'https://files.example.com/a.jpg', addedById: place.org.ownerId },
    ])
    const attachmentId = added.workOrder?.attachments[0]?.id ?? ''
    await ask(url, owner, AttachmentRemove, { input: { workOrderId: id, id: attachmentId } })
    expect((await read(id))?.attachments).toEqual([])
  })

  it('a finished work order takes comments and nothing else', async () => {
    const id = await place.create()
    await place.move(id, 'CANCELLED')
    const { workOrderCommentAdd } = await ask(url, owner, CommentAdd, {
      input: { workOrderId: id, text: 'Was a false alarm' },
    })
    expect(workOrderCommentAdd.comment?.text).toBe('Was a false alarm')
    const { checklistItemAdd } = await ask(url, owner, ItemAdd, {
      input: { workOrderId: id, text: 'Too late' },
    })
    expect(checklistItemAdd.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION' }])
    const partId = await newPart(1)
    expect((await usePart(id, partId, 1)).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION' },
    ])
    expect(await stockOf(partId)).toBe(1)
  })

  it('a comment is removed by its author or a manager', async () => {
    const technician = await place.org.addUser('TECHNICIAN')
    const id = await place.create({ assigneeId: technician.userId })
    const say = async (by: Credentials) =>
      (await ask(url, by, CommentAdd, { input: { workOrderId: id, text: 'Hello' } }))
        .workOrderCommentAdd.comment?.id ?? ''
    const [own, others] = [await say(technician.credentials), await say(owner)]
    const refused = await send(url, technician.credentials, CommentDelete, {
      input: { id: others },
    })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
    await ask(url, technician.credentials, CommentDelete, { input: { id: own } })
    expect((await read(id))?.comments.nodes).toMatchObject([
      { id: others, author: { id: place.org.ownerId } },
    ])
  })
})

describe('completion', () => {
  it('stops running timers and tells of final labor, parts and costs', async () => {
    const technician = await place.org.addUser('TECHNICIAN')
    await ask(url, owner, LaborRateSet, {
      input: { userId: technician.userId, hourlyRateCents: 3_600 },
    })
    const id = await place.create({ assigneeId: technician.userId })
    await place.move(id, 'IN_PROGRESS')
    await ask(url, technician.credentials, LaborStart, { input: { workOrderId: id } })
    await place.sql(
      `UPDATE labor SET started_at = started_at - interval '90 minutes' WHERE work_order_id = $1`,
      [id],
    )
    const partId = await newPart(5, 1_190)
    await usePart(id, partId, 2)
    await place.move(id, 'COMPLETED')
    const [changed, completed] = (await place.events(id)).slice(-2)
    expect([changed?.type, completed?.type]).toEqual([
      'workorder.status.changed',
      'workorder.completed',
    ])
    const object = completed?.object ?? {}
    const seconds = Number(object['laborSeconds'])
    expect(seconds).toBeGreaterThanOrEqual(5_400)
    expect(object).toMatchObject({
      status: 'Completed',
      labor: [
        {
          userId: technician.userId,
          seconds,
          hourlyRateCents: 3_600,
          costCents: seconds,
          endedAt: object['completedAt'],
        },
      ],
      parts: [{ partId, name: 'Filter', quantity: 2, unitCostCents: 1_190, costCents: 2_380 }],
      laborCostCents: seconds,
      partsCostCents: 2_380,
      totalCostCents: seconds + 2_380,
      laborHours: Math.round(seconds / 36) / 100,
      currency: 'USD',
    })
    expect(completed?.previous).toMatchObject({ status: 'InProgress', laborSeconds: 0 })
    expect((await read(id))?.labor).toMatchObject({ totalCount: 1 })
  })
})

describe('deletion', () => {
  it('removes a work order with its comments and tells of it', async () => {
    const id = await place.create()
    await ask(url, owner, CommentAdd, { input: { workOrderId: id, text: 'A test' } })
    const { workOrderDelete } = await ask(url, owner, Delete, { input: { id } })
    expect(workOrderDelete.deletedId).toBe(id)
    expect(await read(id)).toBeNull()
    const [last] = (await place.events(id)).slice(-1)
    expect(last).toEqual({
      type: 'workorder.deleted',
      object: { id, deleted: true },
      previous: undefined,
    })
    const again = await ask(url, owner, Delete, { input: { id } })
    expect(again.workOrderDelete.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
  })

  it('is refused while labor or parts speak of it, naming them', async () => {
    const id = await started()
    const { partUse } = await usePart(id, await newPart(1), 1)
    const { workOrderDelete } = await ask(url, owner, Delete, { input: { id } })
    expect(workOrderDelete.userErrors).toMatchObject([{ code: 'CONFLICT', ids: [partUse?.id] }])
    expect((await read(id))?.status).toBe('IN_PROGRESS')
  })

  it('is not for technicians', async () => {
    const technician = await place.org.addUser('TECHNICIAN')
    const id = await place.create({ assigneeId: technician.userId })
    const refused = await send(url, technician.credentials, Delete, { input: { id } })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
  })
})
