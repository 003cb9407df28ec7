import { graphql } from '../../src/generated/client/index.ts'

/** Operations of people and keys that several tests need. */
export const SignIn = graphql(`
  mutation SignInFully($input: SignInInput!) {
    signIn(input: $input) {
      accessToken
      refreshToken
      userId
    }
  }
`)

export const RefreshSession = graphql(`
  mutation RefreshSession($input: SessionRefreshInput!) {
    sessionRefresh(input: $input) {
      accessToken
      refreshToken
      userId
    }
  }
`)

export const SignOut = graphql(`
  mutation SignOut($input: SignOutInput!) {
    signOut(input: $input) {
      endedSessions
      userErrors {
        message
      }
    }
  }
`)

export const ChangePassword = graphql(`
  mutation ChangePassword($input: PasswordChangeInput!) {
    passwordChange(input: $input) {
      endedSessions
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const InviteUser = graphql(`
  mutation InviteUser($input: UserInviteInput!) {
    userInvite(input: $input) {
      user {
        id
        email
        role
        status
        version
        invitationExpiresAt
      }
      invitationToken
      eventCursor
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const ResendInvitation = graphql(`
  mutation ResendInvitation($input: UserInvitationResendInput!) {
    userInvitationResend(input: $input) {
      user {
        id
      }
      invitationToken
      userErrors {
        code
        message
      }
    }
  }
`)

export const AcceptInvitation = graphql(`
  mutation AcceptInvitation($input: InvitationAcceptInput!) {
    invitationAccept(input: $input) {
      accessToken
      refreshToken
      userId
    }
  }
`)

export const AddCompany = graphql(`
  mutation AddCompany($input: CompanyCreateInput!) {
    companyCreate(input: $input) {
      company {
        id
      }
    }
  }
`)

export const UpdateUser = graphql(`
  mutation UpdateUser($input: UserUpdateInput!) {
    userUpdate(input: $input) {
      user {
        id
        role
        name
        version
      }
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

export const SuspendUser = graphql(`
  mutation SuspendUser($input: UserSuspendInput!) {
    userSuspend(input: $input) {
      user {
        id
        status
      }
      userErrors {
        code
        message
        path
        ... on StateTransitionError {
          from
          allowed
        }
      }
    }
  }
`)

export const ActivateUser = graphql(`
  mutation ActivateUser($input: UserActivateInput!) {
    userActivate(input: $input) {
      user {
        id
        status
      }
      userErrors {
        code
        message
      }
    }
  }
`)

export const DeleteUser = graphql(`
  mutation DeleteUser($input: UserDeleteInput!) {
    userDelete(input: $input) {
      deletedId
      userErrors {
        code
        message
      }
    }
  }
`)

export const CreateApiKey = graphql(`
  mutation CreateApiKeyFully($input: ApiKeyCreateInput!) {
    apiKeyCreate(input: $input) {
      key
      apiKey {
        id
        lastFour
        scopes
        expiresAt
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`)

export const RotateApiKey = graphql(`
  mutation RotateApiKey($input: ApiKeyRotateInput!) {
    apiKeyRotate(input: $input) {
      key
      apiKey {
        id
        lastFour
        previousExpiresAt
      }
      userErrors {
        code
        message
      }
    }
  }
`)

export const RevokeApiKey = graphql(`
  mutation RevokeApiKey($input: ApiKeyRevokeInput!) {
    apiKeyRevoke(input: $input) {
      apiKey {
        id
        revokedAt
      }
      userErrors {
        message
      }
    }
  }
`)

export const ChangePlan = graphql(`
  mutation ChangePlan($input: OrganizationChangePlanInput!) {
    organizationChangePlan(input: $input) {
      organization {
        plan
        version
      }
      userErrors {
        code
        message
      }
    }
  }
`)

export const ReadAudit = graphql(`
  query ReadAudit($where: AuditWhere!) {
    auditLog(first: 100, where: $where) {
      totalCount
      nodes {
        action
        actorId
        subjectId
        remoteAddress
        detail
      }
    }
  }
`)

export const Viewer = graphql(`
  query ViewerBriefly {
    viewer {
      apiKeyId
      role
      user {
        id
        name
        status
      }
      permissions
    }
  }
`)
