import type {
  QuotationLineInput,
  RateItemInput,
  RateScheduleCreateInput,
} from '../../src/generated/client/graphql.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { ask, type Credentials, send, type TestApp } from './app.ts'
import { withClient } from './database.ts'
import { CreateLocation, CreateWorkOrder } from './documents.ts'

export const CreateSchedule = graphql(`
  mutation CreateSchedule($input: RateScheduleCreateInput!) {
    rateScheduleCreate(input: $input) {
      rateSchedule {
        id
        status
        version
        currency
        revision
      }
      eventCursor
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const UpdateSchedule = graphql(`
  mutation UpdateSchedule($input: RateScheduleUpdateInput!) {
    rateScheduleUpdate(input: $input) {
      rateSchedule {
        id
        name
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

export const DeleteSchedule = graphql(`
  mutation DeleteSchedule($input: RateScheduleDeleteInput!) {
    rateScheduleDelete(input: $input) {
      deletedId
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

export const ImportItems = graphql(`
  mutation ImportItems($input: RateScheduleImportItemsInput!) {
    rateScheduleImportItems(input: $input) {
      rateSchedule {
        id
        itemCount
        version
      }
      createdCount
      updatedCount
      unchangedCount
      itemErrors {
        index
        code
        message
        path
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const RemoveItems = graphql(`
  mutation RemoveItems($input: RateScheduleRemoveItemsInput!) {
    rateScheduleRemoveItems(input: $input) {
      rateSchedule {
        itemCount
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

export const PublishSchedule = graphql(`
  mutation PublishSchedule($input: RateSchedulePublishInput!) {
    rateSchedulePublish(input: $input) {
      rateSchedule {
        id
        status
        publishedAt
        publishedBy {
          id
        }
        version
      }
      eventCursor
      userErrors {
        code
        message
        path
        ... on ConflictError {
          ids
        }
        ... on StateTransitionError {
          from
          allowed
        }
      }
    }
  }
`)

export const ReviseSchedule = graphql(`
  mutation ReviseSchedule($input: RateScheduleReviseInput!) {
    rateScheduleRevise(input: $input) {
      rateSchedule {
        id
        status
        revision
        itemCount
        supersedes {
          id
        }
      }
      userErrors {
        code
        message
      }
    }
  }
`)

export const ArchiveSchedule = graphql(`
  mutation ArchiveSchedule($input: RateScheduleArchiveInput!) {
    rateScheduleArchive(input: $input) {
      rateSchedule {
        id
        status
        version
      }
      eventCursor
      userErrors {
        code
        ... on StateTransitionError {
          from
          allowed
        }
      }
    }
  }
`)

export const ReadSchedule = graphql(`
  query ReadSchedule($id: ID!, $where: RateItemWhere) {
    rateSchedule(id: $id) {
      id
      name
      status
      inForce
      allowedStatuses
      itemCount
      version
      supersededAt
      items(first: 100, where: $where) {
        totalCount
        nodes {
          id
          code
          shortDescription
          rateCents
          unit
        }
      }
    }
  }
`)

export const CreateQuotation = graphql(`
  mutation CreateQuotation($input: QuotationCreateInput!) {
    quotationCreate(input: $input) {
      quotation {
        id
        status
        totalAmountCents
        lineItemCount
        version
        currency
        createdById
      }
      eventCursor
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const UpdateQuotation = graphql(`
  mutation UpdateQuotation($input: QuotationUpdateInput!) {
    quotationUpdate(input: $input) {
      quotation {
        id
        totalAmountCents
        lineItemCount
        note
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

export const ReadQuotation = graphql(`
  query ReadQuotation($id: ID!) {
    quotation(id: $id) {
      id
      status
      allowedStatuses
      revision
      totalAmountCents
      lineItemCount
      version
      rejectionReason
      submittedAt
      createdById
      submittedById
      approvedById
      lines(first: 100) {
        nodes {
          id
          position
          code
          description
          unit
          quantity
          rateCents
          amountCents
          offSchedule
          offScheduleReason
        }
      }
    }
  }
`)

export type StepName =
  | 'quotationSubmit'
  | 'quotationWithdraw'
  | 'quotationApprove'
  | 'quotationReject'
  | 'quotationRevise'
  | 'quotationCancel'

export interface StepAnswer {
  /** Code of a top-level error, "FORBIDDEN"; undefined when there is none. */
  refused: string | undefined
  quotation: {
    id: string
    status: string
    version: number
    revision: number
    totalAmountCents: number
  } | null
  eventCursor: string | null
  userErrors: {
    code: string
    message: string
    path: string[]
    ids?: string[]
    approverIds?: string[]
    from?: string
    allowed?: string[]
  }[]
}

/** One step of a quotation's life; all six look alike. */
export async function step(
  test: TestApp,
  credentials: Credentials,
  name: StepName,
  input: { id: string; reason?: string; expectedVersion?: number },
): Promise<StepAnswer> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
  const document = `mutation ($input: ${type}!) {
    step: ${name}(input: $input) {
      quotation { id status version revision totalAmountCents }
      eventCursor
      userErrors {
        code message path
        ... on ConflictError { ids }
        ... on ApprovalRequiredError { approverIds }
        ... on StateTransitionError { from allowed }
      }
    }
  }`
  const answer = await send<{ step: StepAnswer } | null, object>(test.url, credentials, document, {
    input,
  })
  const refused = answer.errors[0]?.extensions.code
  const nothing = { quotation: null, eventCursor: null, userErrors: [] }
  return { ...(answer.data?.step ?? nothing), refused }
}

export const DAY_MS = 86_400_000
export const fromNow = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()

export const item = (code: string, rateCents: number, more: Partial<RateItemInput> = {}) => ({
  code,
  shortDescription: `Work ${code}`,
  unit: 'EACH' as const,
  rateCents,
  ...more,
})

let names = 0

/** A draft with the given items; of a name of its own unless one is given. */
export async function draftSchedule(
  test: TestApp,
  credentials: Credentials,
  items: RateItemInput[] = [item('A-1', 1_000)],
  input: Partial<RateScheduleCreateInput> = {},
): Promise<string> {
  const { rateScheduleCreate } = await ask(test.url, credentials, CreateSchedule, {
    input: {
      name: `Rates ${++names}`,
      effectiveFrom: fromNow(-1),
      effectiveTo: fromNow(364),
      ...input,
    },
  })
  const id = rateScheduleCreate.rateSchedule?.id
  if (id === undefined) throw new Error(JSON.stringify(rateScheduleCreate.userErrors))
  if (items.length > 0) await ask(test.url, credentials, ImportItems, { input: { id, items } })
  return id
}

/** The same, published, with the ids of its items in the order of their codes. */
export async function publishedSchedule(
  test: TestApp,
  credentials: Credentials,
  items?: RateItemInput[],
  input: Partial<RateScheduleCreateInput> = {},
): Promise<{ id: string; itemIds: string[] }> {
  const id = await draftSchedule(test, credentials, items, input)
  const { rateSchedulePublish } = await ask(test.url, credentials, PublishSchedule, {
    input: { id },
  })
  if (rateSchedulePublish.userErrors.length > 0) {
    throw new Error(JSON.stringify(rateSchedulePublish.userErrors))
  }
  return { id, itemIds: await itemIdsOf(test, credentials, id) }
}

export async function itemIdsOf(
  test: TestApp,
  credentials: Credentials,
  id: string,
): Promise<string[]> {
  const { rateSchedule } = await ask(test.url, credentials, ReadSchedule, { id })
  return rateSchedule?.items.nodes.map((node) => node.id) ?? []
}

export async function newLocation(test: TestApp, credentials: Credentials): Promise<string> {
  const { locationCreate } = await ask(test.url, credentials, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  return locationCreate.location?.id ?? ''
}

export async function newWorkOrder(
  test: TestApp,
  credentials: Credentials,
  locationId: string,
): Promise<string> {
  const { workOrderCreate } = await ask(test.url, credentials, CreateWorkOrder, {
    input: { title: 'Mend it', locationId },
  })
  return workOrderCreate.workOrder?.id ?? ''
}

export async function newQuotation(
  test: TestApp,
  credentials: Credentials,
  input: { scheduleId: string; workOrderId: string; lines?: QuotationLineInput[] },
): Promise<string> {
  const { quotationCreate } = await ask(test.url, credentials, CreateQuotation, { input })
  const id = quotationCreate.quotation?.id
  if (id === undefined) throw new Error(JSON.stringify(quotationCreate.userErrors))
  return id
}

export interface StoredEvent {
  type: string
  subjectId: string
  facets: Record<string, string[]>
  data: { object: Record<string, unknown>; previousAttributes?: Record<string, unknown> }
}

/** Events about a record in the order of recording, as they are stored and sent. */
export async function eventsOf(test: TestApp, subjectId: string): Promise<StoredEvent[]> {
  const { rows } = await withClient(test.databaseUrl, (client) =>
    client.query<{ body: string; facets: Record<string, string[]> }>(
      'SELECT body, facets FROM event WHERE subject_id = $1 ORDER BY ordinal',
      [subjectId],
    ),
  )
  return rows.map(({ body, facets }) => Object.assign(JSON.parse(body), { subjectId, facets }))
}

/** JSON type of each key, to compare a payload with an example of it. */
export function typesOf(object: object | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(object ?? {}).map(([key, value]) => [key, typeof value]))
}
