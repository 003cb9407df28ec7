import { graphql } from '../../data/document.ts'

/** @public named by documents of several screens */
export const AuditRow = graphql(`
  fragment AuditRow on AuditEntry {
    id
    created
    action
    actorId
    subjectId
    remoteAddress
    detail
  }
`)

export const LoadAudit = graphql(`
  query DashboardAudit($where: AuditWhere, $first: Int, $after: String) {
    auditLog(where: $where, first: $first, after: $after) {
      nodes {
        ...AuditRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`)

export const LoadNames = graphql(`
  query DashboardAuditNames {
    users(first: 100) {
      nodes {
        id
        name
      }
    }
    apiKeys(first: 100) {
      nodes {
        id
        name
      }
    }
  }
`)
