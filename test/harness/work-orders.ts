import { graphql } from '../../src/generated/client/index.ts'
import type { WorkOrderCreateInput, WorkOrderStatus } from '../../src/generated/client/graphql.ts'
import {
  addOrganization,
  ask,
  type Credentials,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from './app.ts'
import { ChangeStatus, CreateLocation, CreateWorkOrder } from './documents.ts'

export const ReadSla = graphql(`
  query ReadSla($id: ID!) {
    workOrder(id: $id) {
      id
      status
      priority
      slaStatus
      slaResponseStatus
      slaResolutionStatus
      slaResponseDeadline
      slaResolutionDeadline
      slaPausedAt
      slaPausedSeconds
      respondedAt
      completedAt
      version
      created
    }
  }
`)

/** An event as it was recorded: what webhooks and the live stream carry. */
interface RecordedEvent {
  type: string
  object: Record<string, unknown>
  previous: Record<string, unknown> | undefined
}

export interface WorkPlace extends AsyncDisposable {
  test: TestApp
  org: TestOrganization
  /** A site in Berlin. */
  siteId: string
  create(input?: Partial<WorkOrderCreateInput>, by?: Credentials): Promise<string>
  move(id: string, ...statuses: (WorkOrderStatus | [WorkOrderStatus, string])[]): Promise<void>
  /** Events in the order in which they were recorded, of one record or of all. */
  events(subjectId?: string): Promise<RecordedEvent[]>
  types(subjectId: string): Promise<string[]>
  /** Writes to the database what only time could do. */
  sql(text: string, values: unknown[]): Promise<void>
}

/** An organization with a site, and short words for what tests of work orders do again and again. */
export async function openWorkPlace(): Promise<WorkPlace> {
  const test = await startTestApp()
  const org = await addOrganization(test)
  const { pool } = test.app.database
  const siteId = await addPlace(test, org.owner, {
    name: 'Site',
    kind: 'LOCATION',
    timezone: 'Europe/Berlin',
  })
  const place: WorkPlace = {
    test,
    org,
    siteId,
    async create(input = {}, by = org.owner) {
      const { workOrderCreate } = await ask(test.url, by, CreateWorkOrder, {
        input: { title: 'Fix it', locationId: siteId, ...input },
      })
      if (workOrderCreate.userErrors.length > 0) {
        throw new Error(JSON.stringify(workOrderCreate.userErrors))
      }
      return workOrderCreate.workOrder?.id ?? ''
    },
    async move(id, ...statuses) {
      for (const step of statuses) {
        const [status, reason] = typeof step === 'string' ? [step] : step
        const { workOrderChangeStatus } = await ask(test.url, org.owner, ChangeStatus, {
          input: { id, status, ...(reason === undefined ? {} : { reason }) },
        })
        if (workOrderChangeStatus.userErrors.length > 0) {
          throw new Error(JSON.stringify(workOrderChangeStatus.userErrors))
        }
      }
    },
    async events(subjectId) {
      const { rows } = await pool.query<{ type: string; body: string }>(
        `SELECT type, body FROM event WHERE organization_id = $1 AND ($2::text IS NULL OR subject_id = $2) ORDER BY ordinal`,
        [org.organizationId, subjectId ?? null],
      )
      return rows.map((row) => {
        const { data } = JSON.parse(row.body)
        return { type: row.type, object: data.object, previous: data.previousAttributes }
      })
    },
    async types(subjectId) {
      return (await place.events(subjectId)).map((event) => event.type)
    },
    async sql(text, values) {
      await pool.query(text, values)
    },
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  }
  return place
}

export async function addPlace(
  test: TestApp,
  credentials: Credentials,
  input: {
    name: string
    kind: 'LOCATION' | 'SUB_LOCATION' | 'ZONE'
    parentId?: string
    timezone?: string
  },
): Promise<string> {
  const { locationCreate } = await ask(test.url, credentials, CreateLocation, { input })
  if (locationCreate.userErrors.length > 0)
    throw new Error(JSON.stringify(locationCreate.userErrors))
  return locationCreate.location?.id ?? ''
}
