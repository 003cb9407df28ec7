import { graphql } from '../../data/document.ts'

export const LoadAttention = graphql(`
  query DashboardAttention {
    attention {
      hasMore
      items {
        kind
        title
        since
        dueAt
        subject {
          __typename
          id
        }
      }
    }
  }
`)
