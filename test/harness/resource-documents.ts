import { graphql } from '../../src/generated/client/index.ts'

/** Operations on what can be booked. */
export const CreateResource = graphql(`
  mutation CreateResource($input: ResourceCreateInput!) {
    resourceCreate(input: $input) {
      resource {
        id
        type
        reservableStatus
        maxConcurrent
        version
        openHours {
          day
          opens
          closes
        }
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const UpdateResource = graphql(`
  mutation UpdateResource($input: ResourceUpdateInput!) {
    resourceUpdate(input: $input) {
      resource {
        id
        name
        reservableStatus
        capacity
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
        ... on VersionConflictError {
          currentVersion
        }
      }
    }
  }
`)

export const DeleteResource = graphql(`
  mutation DeleteResource($input: ResourceDeleteInput!) {
    resourceDelete(input: $input) {
      deletedId
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

export const CreateService = graphql(`
  mutation CreateService($input: ServiceCreateInput!) {
    serviceCreate(input: $input) {
      service {
        id
        resourceIds
        version
      }
      userErrors {
        code
        path
      }
    }
  }
`)
