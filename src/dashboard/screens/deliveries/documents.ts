import { graphql } from '../../data/document.ts'

/** @public named by documents of several screens */
export const DeliveryRow = graphql(`
  fragment DeliveryRow on WebhookDelivery {
    id
    endpointId
    eventId
    eventType
    sequence
    status
    skipReason
    attemptCount
    lastFailure
    lastStatusCode
    nextAttemptAt
    created
    completedAt
  }
`)

export const LoadDeliveries = graphql(`
  query DashboardDeliveries(
    $endpointId: ID
    $where: WebhookDeliveryWhere
    $first: Int
    $after: String
  ) {
    webhookDeliveries(endpointId: $endpointId, where: $where, first: $first, after: $after) {
      nodes {
        ...DeliveryRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`)

export const LoadEndpointNames = graphql(`
  query DashboardEndpointNames {
    webhookEndpoints(first: 100) {
      nodes {
        id
        name
        url
      }
    }
  }
`)

export const FollowAttempts = graphql(`
  subscription DashboardAttempts($endpointId: ID!, $after: BigInt) {
    webhookDeliveries(endpointId: $endpointId, after: $after) {
      cursor
    }
  }
`)

export const RetryDelivery = graphql(`
  mutation DashboardRetryDelivery($input: WebhookDeliveryRetryInput!) {
    webhookDeliveryRetry(input: $input) {
      delivery {
        ...DeliveryRow
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const RetryDeliveries = graphql(`
  mutation DashboardRetryDeliveries($input: WebhookDeliveriesRetryInput!) {
    webhookDeliveriesRetry(input: $input) {
      deliveries {
        ...DeliveryRow
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)
