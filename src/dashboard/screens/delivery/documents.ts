import { graphql } from '../../data/document.ts'

export const LoadDelivery = graphql(`
  query DashboardDelivery($id: ID!) {
    node(id: $id) {
      __typename
      ... on WebhookDelivery {
        ...DeliveryRow
        payload
        attempts {
          id
          attempt
          trigger
          startedAt
          succeeded
          statusCode
          failure
          error
          remoteAddress
          dnsMs
          connectMs
          tlsMs
          firstByteMs
          totalMs
          requestHeaders {
            name
            value
          }
          responseHeaders {
            name
            value
          }
          responseBody
          responseTruncated
        }
      }
    }
  }
`)

export const LoadDeliveryEndpoint = graphql(`
  query DashboardDeliveryEndpoint($id: ID!, $eventId: ID!) {
    webhookEndpoint(id: $id) {
      ...EndpointRow
    }
    webhookDeliveries(first: 20, where: { eventId: $eventId }) {
      nodes {
        ...DeliveryRow
      }
    }
  }
`)
