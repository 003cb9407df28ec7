import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../../src/generated/client/index.ts'
import type { AssetCreateInput, AssetUpdateInput } from '../../../src/generated/client/graphql.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../../harness/app.ts'
import { ChangeStatus, CreateLocation, CreateWorkOrder } from '../../harness/documents.ts'
import {
  countStatements,
  expectShape,
  readShapes,
  storedEvents,
  typesOf,
} from '../../harness/events.ts'

const CreateAssetType = graphql(`
  mutation CreateAssetType($input: AssetTypeCreateInput!) {
    assetTypeCreate(input: $input) {
      assetType {
        id
        name
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const DeleteAssetType = graphql(`
  mutation DeleteAssetType($input: AssetTypeDeleteInput!) {
    assetTypeDelete(input: $input) {
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

const CreateAsset = graphql(`
  mutation CreateAsset($input: AssetCreateInput!) {
    assetCreate(input: $input) {
      asset {
        id
        status
        version
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

const UpdateAsset = graphql(`
  mutation UpdateAsset($input: AssetUpdateInput!) {
    assetUpdate(input: $input) {
      asset {
        id
        name
        status
        version
        archivedAt
      }
      eventCursor
      userErrors {
        code
        message
        path
        ... on VersionConflictError {
          currentVersion
        }
      }
    }
  }
`)

const ChangeAssetStatus = graphql(`
  mutation ChangeAssetStatus($input: AssetChangeStatusInput!) {
    assetChangeStatus(input: $input) {
      asset {
        status
        version
      }
      eventCursor
      userErrors {
        code
        path
        ... on StateTransitionError {
          from
          allowed
        }
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

const DeleteAsset = graphql(`
  mutation DeleteAsset($input: AssetDeleteInput!) {
    assetDelete(input: $input) {
      deletedId
      userErrors {
        code
        message
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

const ReadAsset = graphql(`
  query ReadAsset($id: ID!) {
    asset(id: $id) {
      id
      name
      status
      allowedStatuses
      metadata
      purchaseCostCents
      externalId
      version
      healthScore
      health {
        score
        downtimeShare
        urgentWorkOrders
        maintenanceOverdue
        staleSensors
      }
      parent {
        id
      }
      children {
        nodes {
          id
        }
      }
      location {
        id
      }
      assetType {
        id
      }
    }
  }
`)

const ReadNode = graphql(`
  query ReadNode($id: ID!) {
    node(id: $id) {
      id
    }
  }
`)

const ListAssets = graphql(`
  query ListAssets($where: AssetWhere, $orderBy: [AssetOrder!], $first: Int) {
    assets(where: $where, orderBy: $orderBy, first: $first) {
      totalCount
      nodes {
        id
        name
        healthScore
        parent {
          name
        }
        location {
          name
        }
        assetType {
          name
        }
      }
    }
  }
`)

const Metrics = graphql(`
  query AssetMetrics($groupBy: AssetMetricsGrouping, $siteId: ID) {
    assetMetrics(groupBy: $groupBy, siteId: $siteId) {
      groupId
      groupName
      assetCount
      onlineCount
      offlineCount
      maintenanceCount
      averageHealthScore
      poorHealthCount
      availability
    }
  }
`)

const WorkOrderAsset = graphql(`
  query WorkOrderAsset($id: ID!) {
    workOrder(id: $id) {
      status
      asset {
        id
        name
        deletedAt
      }
    }
  }
`)

let test: TestApp
let org: TestOrganization
let place: string
let type: string

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  place = await newLocation(org.owner)
  type = await newType(org.owner, 'Chillers')
})
afterAll(() => test[Symbol.asyncDispose]())

async function newLocation(credentials: Credentials): Promise<string> {
  const { locationCreate } = await ask(test.url, credentials, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  return locationCreate.location?.id ?? ''
}

async function newType(credentials: Credentials, name: string): Promise<string> {
  const { assetTypeCreate } = await ask(test.url, credentials, CreateAssetType, { input: { name } })
  return assetTypeCreate.assetType?.id ?? ''
}

async function create(input: Partial<AssetCreateInput> = {}) {
  const { assetCreate } = await ask(test.url, org.owner, CreateAsset, {
    input: { name: 'Chiller', assetTypeId: type, locationId: place, ...input },
  })
  return assetCreate
}

const newAsset = async (input: Partial<AssetCreateInput> = {}) =>
  (await create(input)).asset?.id ?? ''

const update = async (input: AssetUpdateInput) =>
  (await ask(test.url, org.owner, UpdateAsset, { input })).assetUpdate

async function changeStatus(
  id: string,
  status: 'ONLINE' | 'OFFLINE' | 'MAINTENANCE' | 'DECOMMISSIONED',
  credentials = org.owner,
) {
  const answer = await ask(test.url, credentials, ChangeAssetStatus, { input: { id, status } })
  return answer.assetChangeStatus
}

const remove = async (id: string, force?: boolean) =>
  (
    await ask(test.url, org.owner, DeleteAsset, {
      input: { id, ...(force === undefined ? {} : { force }) },
    })
  ).assetDelete

const read = async (id: string, credentials = org.owner) =>
  (await ask(test.url, credentials, ReadAsset, { id })).asset

async function newWorkOrder(
  assetId: string,
  input: { priority?: 'HIGH' | 'LOW'; type?: 'PREVENTIVE'; dueAt?: string } = {},
) {
  const { workOrderCreate } = await ask(test.url, org.owner, CreateWorkOrder, {
    input: { title: 'Fix it', locationId: place, assetId, ...input },
  })
  return workOrderCreate
}

const nest = async (levels: number, top?: string): Promise<string[]> => {
  const ids: string[] = []
  for (let level = 0; level < levels; level++) {
    const parentId = ids.at(-1) ?? top
    ids.push(await newAsset(parentId === undefined ? {} : { parentId }))
  }
  return ids
}

describe('assets', () => {
  it('a new asset is online and keeps what was given', async () => {
    const id = await newAsset({
      metadata: { manufacturer: 'Northwind', model: 'CH-400', floors: 3, rented: false },
      purchaseCostCents: 900_719_925_474_0991,
      externalId: 'ERP-1',
    })
    expect(await read(id)).toMatchObject({
      status: 'ONLINE',
      allowedStatuses: ['OFFLINE', 'MAINTENANCE', 'DECOMMISSIONED'],
      metadata: { manufacturer: 'Northwind', model: 'CH-400', floors: 3, rented: false },
      purchaseCostCents: 9_007_199_254_740_991,
      externalId: 'ERP-1',
      version: 1,
      healthScore: 100,
    })
  })

  it.each([
    ['an empty name', { name: ' ' }, ['input', 'name']],
    ['a name of 201 characters', { name: 'x'.repeat(201) }, ['input', 'name']],
    ['a place that does not exist', { locationId: 'loc-nowhere' }, ['input', 'locationId']],
    ['a type that does not exist', { assetTypeId: 'at-nothing' }, ['input', 'assetTypeId']],
    ['a parent that does not exist', { parentId: 'ast-nothing' }, ['input', 'parentId']],
    ['nested metadata', { metadata: { size: { width: 1 } } }, ['input', 'metadata', 'size']],
    ['a negative price', { purchaseCostCents: -1 }, ['input', 'purchaseCostCents']],
  ] as const)('%s is a user error that names the field', async (_name, wrong, path) => {
    const { asset, userErrors } = await create(wrong)
    expect(asset).toBeNull()
    expect(userErrors).toMatchObject([{ path }])
  })

  it('an external id belongs to one asset, also when many ask for it at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => create({ externalId: 'X-7' })),
    )
    const winner = answers.find((answer) => answer.asset !== null)?.asset?.id ?? ''
    const lost = answers.filter((answer) => answer.asset === null)
    expect(lost.length).toBe(7)
    for (const { userErrors } of lost) {
      expect(userErrors).toMatchObject([{ code: 'CONFLICT', path: ['input', 'externalId'] }])
    }
    expect((await create({ externalId: 'X-7' })).userErrors).toMatchObject([{ ids: [winner] }])
    await remove(winner)
    expect((await create({ externalId: 'X-7' })).userErrors).toEqual([])
  })

  it('a change that changes nothing writes nothing', async () => {
    const id = await newAsset({ metadata: { a: 1 } })
    expect(await update({ id, name: 'Chiller', metadata: { a: 1 } })).toMatchObject({
      asset: { version: 1 },
      eventCursor: null,
    })
    expect(await changeStatus(id, 'ONLINE')).toMatchObject({
      asset: { version: 1 },
      eventCursor: null,
    })
    expect(typesOf(await storedEvents(test, org.organizationId, id))).toEqual(['asset.created'])
  })

  it('of 10 competing changes from version 1 exactly one wins', async () => {
    const id = await newAsset()
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => update({ id, name: `Name ${n}`, expectedVersion: 1 })),
    )
    expect(answers.filter((answer) => answer.userErrors.length === 0).length).toBe(1)
    expect(answers.flatMap((answer) => answer.userErrors)).toHaveLength(9)
    expect((await read(id))?.version).toBe(2)
  })

  it('archived ones are left out of lists unless asked for', async () => {
    const id = await newAsset({ name: 'Archived one' })
    await update({ id, archived: true })
    const list = async (includeArchived: boolean) =>
      (
        await ask(test.url, org.owner, ListAssets, {
          where: { search: 'archived', includeArchived },
        })
      ).assets.nodes
    expect(await list(false)).toEqual([])
    expect((await list(true)).map((node) => node.id)).toEqual([id])
    expect((await update({ id, archived: false })).asset?.archivedAt).toBeNull()
  })
})

describe('trees of assets', () => {
  it('have at most 8 levels, whether built or moved', async () => {
    const chain = await nest(8)
    expect((await create({ parentId: chain[7] })).userErrors).toMatchObject([
      { code: 'VALIDATION', path: ['input', 'parentId'] },
    ])
    const [short = ''] = await nest(2)
    expect((await update({ id: short, parentId: chain[6] ?? '' })).userErrors).toHaveLength(1)
    expect((await update({ id: short, parentId: chain[5] ?? '' })).userErrors).toEqual([])
    expect((await read(short))?.parent?.id).toBe(chain[5])
  })

  it('have no cycles', async () => {
    const [top = '', , bottom = ''] = await nest(3)
    for (const parentId of [top, bottom]) {
      expect((await update({ id: top, parentId })).userErrors).toMatchObject([
        { code: 'VALIDATION', path: ['input', 'parentId'] },
      ])
    }
  })

  it('two moves that would make a cycle together: one of them is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const [a, b] = [await newAsset(), await newAsset()]
      const answers = await Promise.all([
        update({ id: a, parentId: b }),
        update({ id: b, parentId: a }),
      ])
      expect(answers.filter((answer) => answer.userErrors.length === 0)).toHaveLength(1)
    }
  })

  it('a parent is not removed from under its parts', async () => {
    const [top = '', part = ''] = await nest(2)
    expect((await remove(top, true)).userErrors).toMatchObject([{ code: 'CONFLICT', ids: [part] }])
    await update({ id: part, parentId: null })
    expect((await remove(top)).deletedId).toBe(top)
  })

  it('a part is not added to a parent that is being removed', async () => {
    for (let round = 0; round < 5; round++) {
      const top = await newAsset()
      const [removed, added] = await Promise.all([remove(top), create({ parentId: top })])
      expect([removed.deletedId, added.asset].filter((won) => won !== null)).toHaveLength(1)
    }
  })
})

describe('asset statuses', () => {
  it('an asset with open work orders is not decommissioned', async () => {
    const id = await newAsset()
    const order = (await newWorkOrder(id)).workOrder?.id ?? ''
    expect((await changeStatus(id, 'DECOMMISSIONED')).userErrors).toMatchObject([
      { code: 'CONFLICT', ids: [order] },
    ])
    await ask(test.url, org.owner, ChangeStatus, { input: { id: order, status: 'CANCELLED' } })
    expect((await changeStatus(id, 'DECOMMISSIONED')).asset?.status).toBe('DECOMMISSIONED')
    expect((await newWorkOrder(id)).userErrors).toMatchObject([
      { code: 'VALIDATION', path: ['input', 'assetId'] },
    ])
  })

  it('decommissioning races with new work: never both', async () => {
    for (let round = 0; round < 5; round++) {
      const id = await newAsset()
      const [status, order] = await Promise.all([
        changeStatus(id, 'DECOMMISSIONED'),
        newWorkOrder(id),
      ])
      expect([status.asset, order.workOrder].filter((won) => won !== null)).toHaveLength(1)
    }
  })

  it('only an Owner or Admin brings a decommissioned asset back', async () => {
    const id = await newAsset()
    await changeStatus(id, 'DECOMMISSIONED')
    const technician = await org.addUser('TECHNICIAN')
    expect((await changeStatus(id, 'ONLINE', technician.credentials)).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', from: 'DECOMMISSIONED', allowed: [] },
    ])
    expect((await read(id, technician.credentials))?.allowedStatuses).toEqual([])
    expect((await changeStatus(id, 'OFFLINE')).asset?.status).toBe('OFFLINE')
  })
})

describe('deleting an asset', () => {
  it('is refused while work orders are open, unless forced; they keep naming it', async () => {
    const id = await newAsset({ name: 'Old boiler' })
    const order = (await newWorkOrder(id)).workOrder?.id ?? ''
    expect((await remove(id)).userErrors).toMatchObject([{ code: 'CONFLICT', ids: [order] }])
    expect((await remove(id, true)).deletedId).toBe(id)
    expect(await read(id)).toBeNull()
    expect((await ask(test.url, org.owner, ReadNode, { id })).node).toBeNull()
    const list = await ask(test.url, org.owner, ListAssets, { where: { search: 'old boiler' } })
    expect(list.assets.totalCount).toBe(0)
    const { workOrder } = await ask(test.url, org.owner, WorkOrderAsset, { id: order })
    expect(workOrder).toMatchObject({ status: 'OPEN', asset: { id, name: 'Old boiler' } })
    expect(workOrder?.asset?.deletedAt).not.toBeNull()
    expect((await update({ id, name: 'Back' })).userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
  })

  it('a type or a place is kept while assets need it', async () => {
    const spare = await newType(org.owner, 'Spare')
    const id = await newAsset({ assetTypeId: spare })
    const removeType = async () =>
      (await ask(test.url, org.owner, DeleteAssetType, { input: { id: spare } })).assetTypeDelete
    expect((await removeType()).userErrors).toMatchObject([{ code: 'CONFLICT', ids: [id] }])
    await remove(id)
    expect((await removeType()).deletedId).toBe(spare)
  })
})

describe('health', () => {
  it('falls with urgent work, overdue maintenance and time out of service', async () => {
    const id = await newAsset()
    await newWorkOrder(id, { priority: 'HIGH' })
    await newWorkOrder(id, { priority: 'LOW' })
    expect((await read(id))?.health).toEqual({
      score: 90,
      downtimeShare: 0,
      urgentWorkOrders: 1,
      maintenanceOverdue: false,
      staleSensors: 0,
    })
    for (let n = 0; n < 4; n++) await newWorkOrder(id, { priority: 'HIGH' })
    expect((await read(id))?.healthScore).toBe(70)
    await newWorkOrder(id, { priority: 'LOW', type: 'PREVENTIVE', dueAt: '2026-01-01T00:00:00Z' })
    expect((await read(id))?.healthScore).toBe(50)
    // Half of the last 30 days out of service, as its history would have it.
    await test.app.database.pool.query(
      `INSERT INTO asset_status_span (organization_id, asset_id, status, started_at, ended_at)
       VALUES ($1, $2, 'OFFLINE', now() - interval '60 days', now() - interval '15 days')`,
      [org.organizationId, id],
    )
    expect(await read(id)).toMatchObject({
      healthScore: 30,
      health: { downtimeShare: expect.closeTo(0.5, 3), urgentWorkOrders: 5 },
    })
  })

  it('a decommissioned asset has none', async () => {
    const id = await newAsset()
    await changeStatus(id, 'DECOMMISSIONED')
    expect((await read(id))?.healthScore).toBeNull()
  })
})

describe('metrics', () => {
  it('count and average the assets in service, by site, by kind and as a whole', async () => {
    const other = await addOrganization(test)
    const sites = [await newLocation(other.owner), await newLocation(other.owner)]
    const types = [await newType(other.owner, 'Lifts'), await newType(other.owner, 'Pumps')]
    const ids: string[] = []
    for (const n of [0, 0, 1, 1]) {
      const { assetCreate } = await ask(test.url, other.owner, CreateAsset, {
        input: { name: 'A', locationId: sites[n] ?? '', assetTypeId: types[ids.length % 2] ?? '' },
      })
      ids.push(assetCreate.asset?.id ?? '')
    }
    for (let n = 0; n < 3; n++) {
      await ask(test.url, other.owner, CreateWorkOrder, {
        input: { title: 'X', locationId: sites[0] ?? '', assetId: ids[0] ?? '', priority: 'HIGH' },
      })
    }
    await changeStatus(ids[2] ?? '', 'DECOMMISSIONED', other.owner)
    await changeStatus(ids[3] ?? '', 'OFFLINE', other.owner)
    const metrics = async (variables: { groupBy?: 'SITE' | 'ASSET_TYPE'; siteId?: string }) =>
      (await ask(test.url, other.owner, Metrics, variables)).assetMetrics
    expect(await metrics({})).toMatchObject([
      { groupId: null, groupName: null, assetCount: 3, averageHealthScore: 90, onlineCount: 2 },
    ])
    expect(await metrics({ groupBy: 'SITE' })).toMatchObject([
      { groupId: sites[0], groupName: 'Site', assetCount: 2, averageHealthScore: 85 },
      { groupId: sites[1], assetCount: 1, offlineCount: 1, averageHealthScore: 100 },
    ])
    expect(await metrics({ groupBy: 'ASSET_TYPE', siteId: sites[1] ?? '' })).toMatchObject([
      { groupId: types[1], groupName: 'Pumps', assetCount: 1, poorHealthCount: 0 },
    ])
    expect((await metrics({}))[0]?.availability).toBeCloseTo(1, 3)
    const stranger = await addOrganization(test)
    const none = await ask(test.url, stranger.owner, Metrics, { siteId: sites[0] ?? '' })
    expect(none.assetMetrics).toEqual([])
  })
})

describe('asset events', () => {
  const shapes = readShapes('assets-events.json')

  it('each carries what its documentation promises', async () => {
    const id = await newAsset({
      metadata: { manufacturer: 'Northwind', model: 'CH-400', serialNumber: 'NW-1' },
    })
    await update({ id, name: 'Chiller (roof)' })
    await changeStatus(id, 'OFFLINE')
    await update({ id, name: 'Chiller 9', status: 'ONLINE', description: 'New' })
    await remove(id)
    const events = await storedEvents(test, org.organizationId, id)
    expect(typesOf(events)).toEqual([
      'asset.created',
      'asset.updated',
      'asset.status.changed',
      'asset.updated',
      'asset.status.changed',
      'asset.deleted',
    ])
    for (const [index, event] of events.entries()) {
      // The fourth changed other fields than the example's.
      if (index !== 3) expectShape(event.data, shapes[event.type])
      expect(event.facets).toEqual({
        asset: [id],
        assetType: [type],
        location: [place],
        site: [place],
      })
    }
    expect(events.map((event) => event.data.previousAttributes)).toEqual([
      undefined,
      { name: 'Chiller' },
      { status: 'Online' },
      { name: 'Chiller (roof)', description: null },
      { status: 'Offline' },
      undefined,
    ])
    expect(events.at(-1)?.data).toEqual({ object: { id, deleted: true } })
  })

  it('events of work orders name their asset', async () => {
    const id = await newAsset()
    const order = (await newWorkOrder(id)).workOrder?.id ?? ''
    const [event] = await storedEvents(test, org.organizationId, order)
    expect(event?.data.object['assetId']).toBe(id)
    expect(event?.facets['asset']).toEqual([id])
  })
})

describe('reading assets', () => {
  it('finds beginnings of words in name, external id and metadata', async () => {
    const id = await newAsset({
      name: 'LUFTKÜHLER Ägypten Süd',
      externalId: 'SAP/4711-B',
      metadata: { serialNumber: 'QX-99-ZULU', rented: true },
    })
    const find = async (search: string) =>
      (await ask(test.url, org.owner, ListAssets, { where: { search } })).assets.nodes.map(
        (node) => node.id,
      )
    for (const text of ['luftkü', 'Äg', '4711', 'qx-99', 'zulu süd', 'SAP/4711']) {
      expect({ text, found: await find(text) }).toEqual({ text, found: [id] })
    }
    for (const text of ['kühler', 'serialNumber', "'", ':*', 'zulu west', "x' | y"]) {
      expect({ text, found: await find(text) }).toEqual({ text, found: [] })
    }
  })

  it('takes as many statements for 40 rows as for 2', async () => {
    const other = await addOrganization(test)
    const input = {
      assetTypeId: await newType(other.owner, 'Pumps'),
      locationId: await newLocation(other.owner),
    }
    const top = await ask(test.url, other.owner, CreateAsset, { input: { ...input, name: 'Top' } })
    for (let n = 0; n < 40; n++) {
      await ask(test.url, other.owner, CreateAsset, {
        input: { ...input, name: `Part ${n}`, parentId: top.assetCreate.asset?.id ?? '' },
      })
    }
    const count = (first: number) =>
      countStatements(/"asset"|FROM asset|"location"|"asset_type"/, async () => {
        const { assets } = await ask(test.url, other.owner, ListAssets, { first })
        expect(assets.nodes).toHaveLength(first)
        expect(assets.nodes[1]).toMatchObject({ parent: { name: 'Top' }, healthScore: 100 })
      })
    const few = await count(2)
    expect(few).toBeGreaterThan(1)
    expect(await count(40)).toBe(few)
  })

  it("another organization's ids answer exactly as ids that do not exist", async () => {
    const stranger = await addOrganization(test)
    const id = await newAsset()
    expect(await read(id, stranger.owner)).toBeNull()
    const refused = await ask(test.url, stranger.owner, ChangeAssetStatus, {
      input: { id, status: 'OFFLINE' },
    })
    expect(refused.assetChangeStatus.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
    const own = {
      assetTypeId: await newType(stranger.owner, 'Own'),
      locationId: await newLocation(stranger.owner),
    }
    for (const reach of [{ parentId: id }, { assetTypeId: type }, { locationId: place }]) {
      const { assetCreate } = await ask(test.url, stranger.owner, CreateAsset, {
        input: { name: 'Reach over', ...own, ...reach },
      })
      expect(assetCreate.userErrors).toMatchObject([
        { code: 'NOT_FOUND', path: ['input', Object.keys(reach)[0]] },
      ])
    }
    const order = await ask(test.url, stranger.owner, CreateWorkOrder, {
      input: { title: 'Reach over', locationId: own.locationId, assetId: id },
    })
    expect(order.workOrderCreate.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
  })

  it('a requester does not see assets', async () => {
    const requester = await org.addUser('REQUESTER')
    const answer = await send(test.url, requester.credentials, ListAssets)
    expect(answer.errors[0]?.extensions.code).toBe('FORBIDDEN')
  })
})
