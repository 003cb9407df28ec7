import { graphql } from '../../data/document.ts'

/** @public named by documents of several screens */
export const EndpointRow = graphql(`
  fragment EndpointRow on WebhookEndpoint {
    id
    name
    url
    status
    disabledReason
    eventTypes
    ordering
    version
    health {
      status
      successRate
      p95Ms
      pendingDeliveries
      oldestPendingAt
      oldestPendingSeconds
      failingSince
      consecutiveFailures
      disabledAt
      lastSuccessAt
      lastFailureAt
      drainSeconds
    }
  }
`)

export const LoadEndpoints = graphql(`
  query DashboardEndpoints($first: Int, $after: String) {
    webhookEndpoints(first: $first, after: $after) {
      nodes {
        ...EndpointRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`)

export const LoadTypes = graphql(`
  query DashboardEventTypeNames {
    eventTypes {
      name
      isQuestion
    }
  }
`)

export const CreateEndpoint = graphql(`
  mutation DashboardCreateEndpoint($input: WebhookEndpointCreateInput!) {
    webhookEndpointCreate(input: $input) {
      endpoint {
        ...EndpointRow
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

export const PauseEndpoint = graphql(`
  mutation DashboardPauseEndpoint($input: WebhookEndpointPauseInput!) {
    webhookEndpointPause(input: $input) {
      endpoint {
        ...EndpointRow
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const ResumeEndpoint = graphql(`
  mutation DashboardResumeEndpoint($input: WebhookEndpointResumeInput!) {
    webhookEndpointResume(input: $input) {
      endpoint {
        ...EndpointRow
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const TestEndpoint = graphql(`
  mutation DashboardTestEndpoint($input: WebhookEndpointTestInput!) {
    webhookEndpointTest(input: $input) {
      attempt {
        succeeded
        statusCode
        failure
        error
        totalMs
      }
      delivery {
        id
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)
