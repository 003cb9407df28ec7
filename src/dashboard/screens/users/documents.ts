import { graphql } from '../../data/document.ts'

/** @public named by documents of several screens */
export const UserRow = graphql(`
  fragment UserRow on User {
    id
    name
    email
    role
    status
    version
    invitationExpiresAt
    created
  }
`)

export const LoadUsers = graphql(`
  query DashboardUsers($where: UserWhere, $first: Int, $after: String) {
    users(where: $where, first: $first, after: $after) {
      nodes {
        ...UserRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`)

export const InviteUser = graphql(`
  mutation DashboardInviteUser($input: UserInviteInput!) {
    userInvite(input: $input) {
      invitationToken
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const ResendInvitation = graphql(`
  mutation DashboardResendInvitation($input: UserInvitationResendInput!) {
    userInvitationResend(input: $input) {
      invitationToken
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const SuspendUser = graphql(`
  mutation DashboardSuspendUser($input: UserSuspendInput!) {
    userSuspend(input: $input) {
      apiKeys {
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

export const ActivateUser = graphql(`
  mutation DashboardActivateUser($input: UserActivateInput!) {
    userActivate(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`)
