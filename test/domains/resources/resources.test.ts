import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../../../src/generated/client/index.ts'
import { carriesPrevious, listEvents } from '../../../src/events/define.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  send,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../../harness/app.ts'
import { CreateLocation } from '../../harness/documents.ts'
import { missingFrom, recordedEvents } from '../../harness/recorded.ts'
import {
  CreateResource,
  CreateService,
  DeleteResource,
  UpdateResource,
} from '../../harness/resource-documents.ts'
import examples from '../../fixtures/resources-events.json' with { type: 'json' }

const ListResources = graphql(`
  query ListResources($where: ResourceWhere, $orderBy: [ResourceOrder!], $first: Int) {
    resources(where: $where, orderBy: $orderBy, first: $first) {
      totalCount
      nodes {
        id
        name
        location {
          id
        }
      }
    }
  }
`)

const UpdateService = graphql(`
  mutation UpdateService($input: ServiceUpdateInput!) {
    serviceUpdate(input: $input) {
      service {
        id
        resourceIds
        version
        group {
          id
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

const DeleteService = graphql(`
  mutation DeleteService($input: ServiceDeleteInput!) {
    serviceDelete(input: $input) {
      deletedId
      userErrors {
        code
      }
    }
  }
`)

const ListServices = graphql(`
  query ListServices($where: ServiceWhere) {
    services(where: $where) {
      totalCount
      nodes {
        id
        resourceIds
      }
    }
  }
`)

const CreateServiceGroup = graphql(`
  mutation CreateServiceGroup($input: ServiceGroupCreateInput!) {
    serviceGroupCreate(input: $input) {
      serviceGroup {
        id
        services {
          totalCount
        }
      }
      userErrors {
        code
      }
    }
  }
`)

const UpdateServiceGroup = graphql(`
  mutation UpdateServiceGroup($input: ServiceGroupUpdateInput!) {
    serviceGroupUpdate(input: $input) {
      serviceGroup {
        id
        name
        version
      }
      userErrors {
        code
      }
    }
  }
`)

const DeleteServiceGroup = graphql(`
  mutation DeleteServiceGroup($input: ServiceGroupDeleteInput!) {
    serviceGroupDelete(input: $input) {
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

const CreateShift = graphql(`
  mutation CreateShift($input: ShiftCreateInput!) {
    shiftCreate(input: $input) {
      shift {
        id
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const UpdateShift = graphql(`
  mutation UpdateShift($input: ShiftUpdateInput!) {
    shiftUpdate(input: $input) {
      shift {
        id
        version
      }
      userErrors {
        code
        path
      }
    }
  }
`)

const DeleteShift = graphql(`
  mutation DeleteShift($input: ShiftDeleteInput!) {
    shiftDelete(input: $input) {
      deletedId
      userErrors {
        code
      }
    }
  }
`)

const ListShifts = graphql(`
  query ListShifts($where: ShiftWhere) {
    shifts(where: $where) {
      totalCount
      nodes {
        id
        user {
          id
        }
      }
    }
  }
`)

let test: TestApp
let org: TestOrganization
let locationId: string

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  locationId = await newLocation(org.owner)
})
afterAll(() => test[Symbol.asyncDispose]())

async function newLocation(credentials: Credentials): Promise<string> {
  const { locationCreate } = await ask(test.url, credentials, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  return locationCreate.location?.id ?? ''
}

async function newResource(name = 'Elm'): Promise<string> {
  const { resourceCreate } = await ask(test.url, org.owner, CreateResource, {
    input: { name, locationId },
  })
  return resourceCreate.resource?.id ?? ''
}

describe('resources', () => {
  it('a new one has the defaults of its rules', async () => {
    const { resourceCreate } = await ask(test.url, org.owner, CreateResource, {
      input: { name: 'Elm', locationId },
    })
    expect(resourceCreate.resource).toMatchObject({
      type: 'ROOM',
      reservableStatus: 'RESERVABLE',
      maxConcurrent: 1,
      openHours: null,
      version: 1,
    })
  })

  it('opening hours come back in the order of the week', async () => {
    const { resourceCreate } = await ask(test.url, org.owner, CreateResource, {
      input: {
        name: 'Oak',
        locationId,
        openHours: [
          { day: 'TUESDAY', opens: '13:00', closes: '24:00' },
          { day: 'TUESDAY', opens: '08:00', closes: '12:00' },
          { day: 'MONDAY', opens: '08:00', closes: '12:00' },
        ],
      },
    })
    expect(resourceCreate.resource?.openHours?.map(({ day, opens }) => `${day} ${opens}`)).toEqual([
      'MONDAY 08:00',
      'TUESDAY 08:00',
      'TUESDAY 13:00',
    ])
  })

  it.each([
    ['an empty name', { name: ' ' }, ['name']],
    ['nobody', { capacity: 0 }, ['capacity']],
    ['a shortest above the longest', { minMinutes: 60, maxMinutes: 30 }, ['minMinutes']],
    ['no overlap at all', { maxConcurrent: 0 }, ['maxConcurrent']],
    [
      'hours that end before they begin',
      { openHours: [{ day: 'MONDAY' as const, opens: '10:00', closes: '09:00' }] },
      ['openHours'],
    ],
    [
      'hours that no clock shows',
      { openHours: [{ day: 'MONDAY' as const, opens: '25:00', closes: '26:00' }] },
      ['openHours', '0', 'opens'],
    ],
  ])('%s is refused', async (_name, wrong, path) => {
    const { resourceCreate } = await ask(test.url, org.owner, CreateResource, {
      input: { name: 'Elm', locationId, ...wrong },
    })
    expect(resourceCreate.resource).toBeNull()
    expect(resourceCreate.userErrors[0]).toMatchObject({
      code: 'VALIDATION',
      path: ['input', ...path],
    })
  })

  it('its reservable status is told by its own event, everything else by resource.updated', async () => {
    const other = await addOrganization(test)
    const place = await newLocation(other.owner)
    const { resourceCreate } = await ask(test.url, other.owner, CreateResource, {
      input: { name: 'Elm', locationId: place, capacity: 4 },
    })
    const id = resourceCreate.resource?.id ?? ''
    await ask(test.url, other.owner, UpdateResource, {
      input: { id, reservableStatus: 'IOT_ONLY' },
    })
    await ask(test.url, other.owner, UpdateResource, {
      input: { id, reservableStatus: 'RESERVABLE', capacity: null, name: 'Ash' },
    })
    const same = await ask(test.url, other.owner, UpdateResource, { input: { id, name: 'Ash' } })
    expect(same.resourceUpdate).toMatchObject({ eventCursor: null, resource: { version: 3 } })
    const events = await recordedEvents(test.app, other.organizationId)
    expect(events.slice(2).map(({ type, data }) => [type, data.previousAttributes])).toEqual([
      ['resource.reservable_status.changed', { reservableStatus: 'Reservable' }],
      ['resource.reservable_status.changed', { reservableStatus: 'IotOnly' }],
      ['resource.updated', { name: 'Elm', capacity: 4 }],
    ])
    expect(events.at(-1)?.data.object).not.toHaveProperty('capacity')
  })

  it('of 20 competing changes from version 1 exactly one wins', async () => {
    const id = await newResource()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        ask(test.url, org.owner, UpdateResource, {
          input: { id, name: `Attempt ${n}`, expectedVersion: 1 },
        }),
      ),
    )
    expect(answers.filter((one) => one.resourceUpdate.userErrors.length === 0).length).toBe(1)
  })

  it('a place with resources is not deleted', async () => {
    const DeleteLocation = graphql(`
      mutation DeleteLocation($input: LocationDeleteInput!) {
        locationDelete(input: $input) {
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
    const place = await newLocation(org.owner)
    const { resourceCreate } = await ask(test.url, org.owner, CreateResource, {
      input: { name: 'Elm', locationId: place },
    })
    const { locationDelete } = await ask(test.url, org.owner, DeleteLocation, {
      input: { id: place },
    })
    expect(locationDelete.userErrors).toEqual([
      { code: 'CONFLICT', ids: [resourceCreate.resource?.id] },
    ])
  })

  it('lists are filtered and ordered', async () => {
    const other = await addOrganization(test)
    const place = await newLocation(other.owner)
    const plans = [
      ['Elm', 'ROOM', 4],
      ['Oak', 'ROOM', 12],
      ['Desk 1', 'DESK', 1],
    ] as const
    for (const [name, type, capacity] of plans) {
      await ask(test.url, other.owner, CreateResource, {
        input: { name, locationId: place, type, capacity },
      })
    }
    const list = async (where: object, orderBy: { field: 'CAPACITY'; direction: 'DESC' }[] = []) =>
      (await ask(test.url, other.owner, ListResources, { where, orderBy })).resources.nodes.map(
        (node) => node.name,
      )
    expect(await list({}, [{ field: 'CAPACITY', direction: 'DESC' }])).toEqual([
      'Oak',
      'Elm',
      'Desk 1',
    ])
    expect(await list({ types: ['DESK'] })).toEqual(['Desk 1'])
    expect(await list({ minCapacity: 5, siteId: place })).toEqual(['Oak'])
    expect(await list({ search: 'eL' })).toEqual(['Elm'])
    expect(await list({ reservableStatuses: ['IOT_ONLY'] })).toEqual([])
  })

  it("another organization's ids answer exactly as ids that do not exist", async () => {
    const stranger = await addOrganization(test)
    const id = await newResource()
    for (const wanted of [id, 'res-000000000000000000000']) {
      const { resourceUpdate } = await ask(test.url, stranger.owner, UpdateResource, {
        input: { id: wanted, name: 'Mine' },
      })
      expect(resourceUpdate.userErrors).toMatchObject([
        { code: 'NOT_FOUND', message: `Resource ${wanted} was not found` },
      ])
    }
    const { resourceCreate } = await ask(test.url, stranger.owner, CreateResource, {
      input: { name: 'Elm', locationId },
    })
    expect(resourceCreate.userErrors).toMatchObject([{ path: ['input', 'locationId'] }])
    const { serviceCreate } = await ask(test.url, stranger.owner, CreateService, {
      input: { name: 'Coffee', resourceIds: [id] },
    })
    expect(serviceCreate.userErrors).toMatchObject([{ path: ['input', 'resourceIds'] }])
  })

  it('a requester reads and does not write', async () => {
    const requester = await org.addUser('REQUESTER')
    const id = await newResource()
    const refused = await send(test.url, requester.credentials, UpdateResource, {
      input: { id, name: 'No' },
    })
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN')
  })
})

describe('events of resources, services, groups and shifts', () => {
  let one: TestOrganization
  beforeAll(async () => {
    one = await addOrganization(test)
  })
  const deleteInput = (id: string | undefined) => ({ input: { id: id ?? '' } })

  it('a life of each, from creation to removal', async () => {
    const { owner } = one
    const place = await newLocation(owner)
    const made = await ask(test.url, owner, CreateResource, {
      input: { name: 'Elm', locationId: place },
    })
    const resourceId = made.resourceCreate.resource?.id ?? ''
    await ask(test.url, owner, UpdateResource, {
      input: { id: resourceId, capacity: 3, reservableStatus: 'NOT_RESERVABLE' },
    })
    const group = await ask(test.url, owner, CreateServiceGroup, { input: { name: 'Catering' } })
    const groupId = group.serviceGroupCreate.serviceGroup?.id ?? ''
    await ask(test.url, owner, UpdateServiceGroup, { input: { id: groupId, name: 'Food' } })
    const service = await ask(test.url, owner, CreateService, {
      input: { name: 'Coffee', groupId, resourceIds: [resourceId, resourceId], priceCents: 450 },
    })
    expect(service.serviceCreate.service?.resourceIds).toEqual([resourceId])
    const id = service.serviceCreate.service?.id ?? ''
    expect(
      (await ask(test.url, owner, ListServices, { where: { resourceId } })).services.nodes,
    ).toEqual([{ id, resourceIds: [resourceId] }])
    const full = await ask(test.url, owner, DeleteServiceGroup, deleteInput(groupId))
    expect(full.serviceGroupDelete.userErrors).toEqual([{ code: 'CONFLICT', ids: [id] }])
    const changed = await ask(test.url, owner, UpdateService, {
      input: { id, resourceIds: [], groupId: null },
    })
    expect(changed.serviceUpdate.service).toMatchObject({
      resourceIds: [],
      group: null,
      version: 2,
    })
    const same = await ask(test.url, owner, UpdateService, { input: { id, resourceIds: [] } })
    expect(same.serviceUpdate).toMatchObject({ eventCursor: null, service: { version: 2 } })
    await ask(test.url, owner, DeleteService, deleteInput(id))
    await ask(test.url, owner, DeleteServiceGroup, deleteInput(groupId))
    const shift = await ask(test.url, owner, CreateShift, {
      input: {
        resourceId,
        userId: one.ownerId,
        startTime: '2027-01-04T08:00:00Z',
        endTime: '2027-01-04T16:00:00Z',
      },
    })
    const shiftId = shift.shiftCreate.shift?.id ?? ''
    await ask(test.url, owner, UpdateShift, { input: { id: shiftId, userId: null } })
    expect(
      (await ask(test.url, owner, ListShifts, { where: { resourceId } })).shifts.nodes,
    ).toEqual([{ id: shiftId, user: null }])
    const busy = await ask(test.url, owner, DeleteResource, deleteInput(resourceId))
    expect(busy.resourceDelete.userErrors).toMatchObject([{ code: 'CONFLICT', ids: [shiftId] }])
    await ask(test.url, owner, DeleteShift, deleteInput(shiftId))
    const gone = await ask(test.url, owner, DeleteResource, deleteInput(resourceId))
    expect(gone.resourceDelete).toMatchObject({ deletedId: resourceId, userErrors: [] })
  })

  it.each(Object.entries(examples))('%s covers its example', async (type, example) => {
    const [event] = await recordedEvents(test.app, one.organizationId, [type])
    expect(event).toBeDefined()
    expect(missingFrom(event?.data.object, example)).toEqual([])
    const definition = listEvents().find((event) => event.type === type)
    expect(event?.data.previousAttributes !== undefined).toBe(carriesPrevious(definition ?? {}))
  })
})

describe('shifts', () => {
  it.each([
    ['ending before it begins', '2027-01-04T08:00:00Z', '2027-01-04T08:00:00Z'],
    ['longer than a day', '2027-01-04T08:00:00Z', '2027-01-05T08:00:01Z'],
  ])('one %s is refused', async (_name, startTime, endTime) => {
    const { shiftCreate } = await ask(test.url, org.owner, CreateShift, {
      input: { resourceId: await newResource(), startTime, endTime },
    })
    expect(shiftCreate.userErrors).toEqual([{ code: 'VALIDATION', path: ['input', 'endTime'] }])
  })
})
