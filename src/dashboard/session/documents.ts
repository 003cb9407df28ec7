import { graphql } from '../data/document.ts'

export const SignIn = graphql(`
  mutation DashboardSignIn($input: SignInInput!) {
    signIn(input: $input) {
      accessToken
      expiresAt
    }
  }
`)

export const SignInWithCode = graphql(`
  mutation DashboardSignInWithCode($input: SignInWithCodeInput!) {
    signInWithCode(input: $input) {
      accessToken
      expiresAt
    }
  }
`)

export const RefreshSession = graphql(`
  mutation DashboardRefreshSession($input: SessionRefreshInput!) {
    sessionRefresh(input: $input) {
      accessToken
      expiresAt
    }
  }
`)

export const SignOut = graphql(`
  mutation DashboardSignOut($input: SignOutInput!) {
    signOut(input: $input) {
      endedSessions
    }
  }
`)

export const LoadViewer = graphql(`
  query DashboardViewer {
    viewer {
      permissions
      role
      user {
        id
        name
        email
      }
      organization {
        id
        name
        plan
        timezone
        currency
      }
    }
  }
`)
