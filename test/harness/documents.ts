import { graphql } from '../../src/generated/client/index.ts'

/** Operations that many tests need. */
export const CreateLocation = graphql(`
  mutation CreateLocation($input: LocationCreateInput!) {
    locationCreate(input: $input) {
      location {
        id
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

export const CreateWorkOrder = graphql(`
  mutation CreateWorkOrder($input: WorkOrderCreateInput!) {
    workOrderCreate(input: $input) {
      workOrder {
        id
        title
        status
        version
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

export const UpdateWorkOrder = graphql(`
  mutation UpdateWorkOrder($input: WorkOrderUpdateInput!) {
    workOrderUpdate(input: $input) {
      workOrder {
        id
        title
        priority
        version
        slaResponseDeadline
        slaResolutionDeadline
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

export const ChangeStatus = graphql(`
  mutation ChangeStatus($input: WorkOrderChangeStatusInput!) {
    workOrderChangeStatus(input: $input) {
      workOrder {
        id
        status
        version
        completedAt
        slaResolutionDeadline
      }
      eventCursor
      userErrors {
        code
        message
        path
        ... on StateTransitionError {
          from
          allowed
        }
      }
    }
  }
`)

export const CreateEndpoint = graphql(`
  mutation CreateEndpoint($input: WebhookEndpointCreateInput!) {
    webhookEndpointCreate(input: $input) {
      endpoint {
        id
        url
        status
        version
      }
      signingSecret
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const ReadEvents = graphql(`
  query ReadEvents($after: EventCursor, $first: Int, $types: [EventType!], $where: EventWhere) {
    events(after: $after, first: $first, types: $types, where: $where) {
      nodes {
        id
        type
        position
        created
        cursor
        livemode
        data
        changedFields
        actor {
          type
          actorId
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`)
