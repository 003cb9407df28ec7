import { graphql } from '../../src/generated/client/index.ts'

export const RegisterVisitor = graphql(`
  mutation RegisterVisitor($input: VisitorRegisterInput!) {
    visitorRegister(input: $input) {
      visitor {
        id
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

export const WalkIn = graphql(`
  mutation WalkIn($input: VisitorWalkInInput!) {
    visitorWalkIn(input: $input) {
      visitor {
        id
        status
        walkIn
        version
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

export const UpdateVisitor = graphql(`
  mutation UpdateVisitor($input: VisitorUpdateInput!) {
    visitorUpdate(input: $input) {
      visitor {
        id
        name
        version
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

export const ApproveVisitor = graphql(`
  mutation ApproveVisitor($input: VisitorApproveInput!) {
    visitorApprove(input: $input) {
      visitor {
        id
        status
      }
      userErrors {
        code
        path
      }
    }
  }
`)

export const DenyVisitor = graphql(`
  mutation DenyVisitor($input: VisitorDenyInput!) {
    visitorDeny(input: $input) {
      visitor {
        id
        status
        denyReason
      }
      userErrors {
        code
        path
        ... on StateTransitionError {
          from
          allowed
        }
      }
    }
  }
`)

export const CancelVisit = graphql(`
  mutation CancelVisit($input: VisitorCancelInput!) {
    visitorCancel(input: $input) {
      visitor {
        id
        status
      }
      eventCursor
      userErrors {
        code
        path
        ... on StateTransitionError {
          from
          allowed
        }
      }
    }
  }
`)

export const CheckIn = graphql(`
  mutation CheckIn($input: VisitorCheckInInput!) {
    visitorCheckIn(input: $input) {
      visitor {
        id
        status
        badgeNumber
        checkedInAt
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
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

export const CheckOut = graphql(`
  mutation CheckOut($input: VisitorCheckOutInput!) {
    visitorCheckOut(input: $input) {
      visitor {
        id
        status
        checkedOutBy
      }
      eventCursor
      userErrors {
        code
        path
      }
    }
  }
`)

export const CompleteCheckpoint = graphql(`
  mutation CompleteCheckpoint($input: VisitorCompleteCheckpointInput!) {
    visitorCompleteCheckpoint(input: $input) {
      visitor {
        id
        photoUrl
        version
        checkpoints {
          key
          documentUrl
        }
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

export const EraseVisitor = graphql(`
  mutation EraseVisitor($input: VisitorEraseInput!) {
    visitorErase(input: $input) {
      visitor {
        id
        name
        email
        erasedAt
      }
      eventCursor
      userErrors {
        code
      }
    }
  }
`)

export const SetVisitPolicy = graphql(`
  mutation SetVisitPolicy($input: VisitPolicyUpdateInput!) {
    visitPolicyUpdate(input: $input) {
      visitPolicy {
        siteId
        requiredCheckpoints
        requiresApproval
        closesAt
        retentionDays
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

export const BlockVisitor = graphql(`
  mutation BlockVisitor($input: VisitorBlockCreateInput!) {
    visitorBlockCreate(input: $input) {
      visitorBlock {
        id
      }
      userErrors {
        code
        path
      }
    }
  }
`)

export const UnblockVisitor = graphql(`
  mutation UnblockVisitor($input: VisitorBlockDeleteInput!) {
    visitorBlockDelete(input: $input) {
      deletedId
      userErrors {
        code
      }
    }
  }
`)

export const Invite = graphql(`
  mutation Invite($input: VisitorInvitationCreateInput!) {
    visitorInvitationCreate(input: $input) {
      invitation {
        id
        status
        version
        visitors {
          nodes {
            id
            name
            status
          }
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

export const UpdateInvitation = graphql(`
  mutation UpdateInvitation($input: VisitorInvitationUpdateInput!) {
    visitorInvitationUpdate(input: $input) {
      invitation {
        id
        status
        version
        visitors {
          totalCount
        }
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

export const CancelInvitation = graphql(`
  mutation CancelInvitation($input: VisitorInvitationCancelInput!) {
    visitorInvitationCancel(input: $input) {
      invitation {
        id
        status
      }
      userErrors {
        code
      }
    }
  }
`)

export const DeleteInvitation = graphql(`
  mutation DeleteInvitation($input: VisitorInvitationDeleteInput!) {
    visitorInvitationDelete(input: $input) {
      deletedId
      userErrors {
        code
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

export const ReadVisitor = graphql(`
  query ReadVisitor($id: ID!) {
    visitor(id: $id) {
      id
      name
      email
      company
      status
      allowedStatuses
      host {
        id
      }
      location {
        id
      }
      site {
        id
      }
      invitation {
        id
      }
      expectedArrival
      expectedDeparture
      badgeNumber
      checkedInAt
      checkedOutAt
      checkedOutBy
      cancelReason
      erasedAt
      version
    }
  }
`)

export const ListVisitors = graphql(`
  query ListVisitors($where: VisitorWhere, $orderBy: [VisitorOrder!], $first: Int) {
    visitors(where: $where, orderBy: $orderBy, first: $first) {
      totalCount
      nodes {
        id
        name
        host {
          name
        }
        location {
          name
        }
        site {
          name
        }
        invitation {
          status
        }
        checkpoints {
          key
        }
      }
    }
  }
`)

export const VisitorDays = graphql(`
  query VisitorDays($from: String!, $to: String!, $siteId: ID) {
    visitorDays(from: $from, to: $to, siteId: $siteId) {
      day
      expected
      arrived
      walkIns
      noShows
      cancelled
      denied
      meanMinutes
    }
  }
`)
