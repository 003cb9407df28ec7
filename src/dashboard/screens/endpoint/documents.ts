import { graphql } from '../../data/document.ts'

export const LoadEndpoint = graphql(`
  query DashboardEndpoint($id: ID!) {
    webhookEndpoint(id: $id) {
      ...EndpointRow
      description
      changedFields
      headerNames
      integration {
        id
        name
      }
      maxInFlight
      maxBodyBytes
      payload
      payloadStatus
      payloadError {
        code
        message
        at
      }
      previousSecretExpiresAt
      created
      updated
      health {
        p50Ms
      }
    }
  }
`)

export const UpdateEndpoint = graphql(`
  mutation DashboardUpdateEndpoint($input: WebhookEndpointUpdateInput!) {
    webhookEndpointUpdate(input: $input) {
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

export const DeleteEndpoint = graphql(`
  mutation DashboardDeleteEndpoint($input: WebhookEndpointDeleteInput!) {
    webhookEndpointDelete(input: $input) {
      deletedId
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const RotateSecret = graphql(`
  mutation DashboardRotateSecret($input: WebhookEndpointRotateSecretInput!) {
    webhookEndpointRotateSecret(input: $input) {
      signingSecret
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const LoadReplays = graphql(`
  query DashboardReplays($endpointId: ID!, $first: Int, $after: String) {
    webhookReplays(endpointId: $endpointId, first: $first, after: $after) {
      nodes {
        id
        status
        statuses
        types
        from
        to
        total
        sent
        succeeded
        failed
        remaining
        remainingSeconds
        perSecond
        created
        finishedAt
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`)

export const PreviewReplay = graphql(`
  query DashboardReplayPreview($input: WebhookReplayPreviewInput!) {
    webhookReplayPreview(input: $input) {
      count
      first
      last
      perSecond
      seconds
    }
  }
`)

export const StartReplay = graphql(`
  mutation DashboardStartReplay($input: WebhookReplayStartInput!) {
    webhookReplayStart(input: $input) {
      replay {
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

export const CancelReplay = graphql(`
  mutation DashboardCancelReplay($input: WebhookReplayCancelInput!) {
    webhookReplayCancel(input: $input) {
      replay {
        id
        status
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)
