import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../../src/generated/client/index.ts'
import {
  addOrganization,
  ask,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../../harness/app.ts'
import { expectShape, storedEvents, typesOf } from '../../harness/stored-events.ts'

const UpdateOrganization = graphql(`
  mutation UpdateOrganization($input: OrganizationUpdateInput!) {
    organizationUpdate(input: $input) {
      organization {
        name
        timezone
        currency
        analyticsSamplePercent
        version
      }
      eventCursor
      userErrors {
        code
        path
      }
    }
  }
`)

const RecordAnalytics = graphql(`
  mutation RecordAnalytics($input: AnalyticsRecordInput!) {
    analyticsRecord(input: $input) {
      keptIds
      eventCursor
      userErrors {
        code
        path
      }
    }
  }
`)

const Notify = graphql(`
  mutation Notify($input: NotificationCreateInput!) {
    notificationCreate(input: $input) {
      notification {
        id
        topic
        readAt
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const ReadNotifications = graphql(`
  query ReadNotifications($unread: Boolean) {
    notifications(unread: $unread) {
      totalCount
      nodes {
        id
        title
        userId
      }
    }
  }
`)

const MarkRead = graphql(`
  mutation MarkRead($input: NotificationMarkReadInput!) {
    notificationMarkRead(input: $input) {
      count
      eventCursor
    }
  }
`)

const FindNode = graphql(`
  query FindNotification($id: ID!) {
    node(id: $id) {
      id
    }
  }
`)

let test: TestApp
let org: TestOrganization

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
})
afterAll(() => test[Symbol.asyncDispose]())

describe('the organization', () => {
  it('changes its settings with one event; nothing changed = none', async () => {
    const change = async (input: object) =>
      (await ask(test.url, org.owner, UpdateOrganization, { input })).organizationUpdate
    const changed = await change({ name: 'Campus', timezone: 'Europe/Berlin', currency: 'eur' })
    expect(changed.organization).toMatchObject({
      name: 'Campus',
      timezone: 'Europe/Berlin',
      currency: 'EUR',
      version: 2,
    })
    expect(await change({ name: 'Campus' })).toMatchObject({
      organization: { version: 2 },
      eventCursor: null,
    })
    expect((await change({ name: 'Other', expectedVersion: 1 })).userErrors).toMatchObject([
      { code: 'VERSION_CONFLICT' },
    ])
    const events = await storedEvents(test, org.organizationId, org.organizationId)
    expect(typesOf(events)).toEqual(['organization.updated'])
    expectShape(events[0], {
      object: { id: 'string', name: 'string', plan: 'string', created: 'integer' },
      previousAttributes: { name: 'string', currency: 'string', timezone: 'string' },
    })
  })

  it.each([
    ['an unknown time zone', { timezone: 'Mars/Olympus' }, 'timezone'],
    ['an unknown currency', { currency: 'XQQ' }, 'currency'],
    ['an empty name', { name: ' ' }, 'name'],
    ['more than all', { analyticsSamplePercent: 101 }, 'analyticsSamplePercent'],
  ])('refuses %s', async (_name, input, field) => {
    const { organizationUpdate } = await ask(test.url, org.owner, UpdateOrganization, { input })
    expect(organizationUpdate.userErrors).toMatchObject([{ path: ['input', field] }])
  })

  it('is changed by owners and admins only', async () => {
    const { credentials } = await org.addUser('MANAGER')
    const refused = await send(test.url, credentials, UpdateOrganization, { input: { name: 'X' } })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
  })
})

describe('analytics', () => {
  const report = async (events: object[]) =>
    (
      await ask(test.url, org.owner, RecordAnalytics, {
        input: { events: events.map((event) => Object.assign({ name: 'page.opened' }, event)) },
      })
    ).analyticsRecord
  const sample = (analyticsSamplePercent: number) =>
    ask(test.url, org.owner, UpdateOrganization, { input: { analyticsSamplePercent } })

  it('is off until the organization opts in', async () => {
    expect(await report([{}])).toMatchObject({ keptIds: [], eventCursor: null })
    await sample(100)
    const { keptIds } = await report([{ properties: { page: '/' } }, { name: 'button.pressed' }])
    expect(keptIds?.length).toBe(2)
    const [event] = await storedEvents(test, org.organizationId, keptIds?.[0])
    expect(event?.type).toBe('analytics.event.created')
    expectShape(event, { object: { name: 'string', properties: 'object', at: 'integer' } })
    expect(event?.data.object['properties']).toEqual({ page: '/' })
  })

  it('keeps the share that the organization set', async () => {
    await sample(50)
    let kept = 0
    for (let call = 0; call < 10; call++) {
      const { keptIds } = await report(Array.from({ length: 100 }, () => ({})))
      kept += keptIds?.length ?? 0
    }
    // 500 expected; ten standard deviations either side.
    expect(kept).toBeGreaterThan(340)
    expect(kept).toBeLessThan(660)
  })

  it.each([
    ['a name with spaces', { name: 'page opened' }],
    ['properties that are too large', { properties: { text: 'x'.repeat(5_000) } }],
    ['a moment in the future', { at: new Date(Date.now() + 3_600_000).toISOString() }],
  ])('refuses %s', async (_name, event) => {
    expect((await report([event])).userErrors).toMatchObject([{ code: 'VALIDATION' }])
  })
})

describe('notifications', () => {
  const send1 = async (userId: string, title: string) =>
    (await ask(test.url, org.owner, Notify, { input: { userId, title } })).notificationCreate
      .notification?.id ?? ''

  it('reach one user, who reads them; one event tells of each', async () => {
    const requester = await org.addUser('REQUESTER')
    const first = await send1(requester.userId, 'First')
    const second = await send1(requester.userId, 'Second')
    await send1(org.ownerId, 'For somebody else')
    const inbox = async (unread: boolean) =>
      (await ask(test.url, requester.credentials, ReadNotifications, { unread })).notifications
    expect((await inbox(true)).nodes.map((node) => node.title)).toEqual(['Second', 'First'])
    // Whose they are need not be asked for.
    const bare = await send(
      test.url,
      requester.credentials,
      '{ notifications(first: 1) { nodes { title } } }',
    )
    expect(bare).toMatchObject({ errors: [], data: { notifications: { nodes: [{}] } } })
    const others = await ask(test.url, org.owner, ReadNotifications, { unread: true })
    const foreign = others.notifications.nodes[0]?.id ?? ''
    const marked = await ask(test.url, requester.credentials, MarkRead, {
      input: { ids: [first, foreign] },
    })
    expect(marked.notificationMarkRead).toEqual({ count: 1, eventCursor: null })
    expect((await inbox(true)).nodes.map((node) => node.id)).toEqual([second])
    expect((await inbox(false)).totalCount).toBe(1)
    const events = await storedEvents(test, org.organizationId, first)
    expect(typesOf(events)).toEqual(['notification.created'])
    expectShape(events[0], { object: { userId: 'string', topic: 'string', title: 'string' } })
  })

  it('of others are not shown', async () => {
    const requester = await org.addUser('REQUESTER')
    const id = await send1(org.ownerId, 'Private')
    const found = await send(test.url, requester.credentials, FindNode, { id })
    expect(found.data?.node ?? null).toBeNull()
    expect(found.errors[0]?.extensions.code).toBe('FORBIDDEN')
    const key = await org.addApiKey(['assets:read'])
    const refused = await send(test.url, key, ReadNotifications, { unread: true })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
    const reader = await org.addApiKey(['notifications:read'])
    const all = await ask(test.url, reader, ReadNotifications, { unread: true })
    expect(all.notifications.nodes.some((node) => node.id === id)).toBe(true)
  })

  it('to nobody are refused, and in another organization to nobody here', async () => {
    const stranger = await addOrganization(test)
    for (const userId of ['usr-nobody', stranger.ownerId]) {
      const { notificationCreate } = await ask(test.url, org.owner, Notify, {
        input: { userId, title: 'Hello' },
      })
      expect(notificationCreate.userErrors).toMatchObject([
        { code: 'NOT_FOUND', path: ['input', 'userId'] },
      ])
    }
  })
})
