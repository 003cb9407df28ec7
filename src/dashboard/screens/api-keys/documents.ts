import { graphql } from '../../data/document.ts'

/** @public named by documents of several screens */
export const ApiKeyRow = graphql(`
  fragment ApiKeyRow on ApiKey {
    id
    name
    lastFour
    scopes
    created
    createdBy {
      id
      name
    }
    integration {
      id
      name
    }
    lastUsedAt
    lastUsedFrom
    expiresAt
    revokedAt
  }
`)

export const LoadApiKeys = graphql(`
  query DashboardApiKeys($where: ApiKeyWhere, $first: Int, $after: String) {
    apiKeys(where: $where, first: $first, after: $after) {
      nodes {
        ...ApiKeyRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`)

export const CreateApiKey = graphql(`
  mutation DashboardCreateApiKey($input: ApiKeyCreateInput!) {
    apiKeyCreate(input: $input) {
      key
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const RevokeApiKey = graphql(`
  mutation DashboardRevokeApiKey($input: ApiKeyRevokeInput!) {
    apiKeyRevoke(input: $input) {
      apiKey {
        ...ApiKeyRow
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)
