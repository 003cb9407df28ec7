import { builder } from '../../graphql/builder.ts'
import type { SignedIn } from './sign-in.ts'

/** Tokens as they are answered: without the refresh token where the browser has it. */
export interface HandedOut extends Omit<SignedIn, 'refreshToken'> {
  refreshToken: string | null
}

const addTokenFields = (name: string) =>
  builder.objectRef<HandedOut>(name).implement({
    description: `Result of ${name[0]?.toLowerCase()}${name.slice(1).replace(/Payload$/, '')}.`,
    fields: (t) => ({
      accessToken: t.exposeString('token', {
        description: 'Send it as `Authorization: Bearer <token>`.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        description: 'When the access token stops working.',
      }),
      refreshToken: t.exposeString('refreshToken', {
        nullable: true,
        description:
          "Exchange it by sessionRefresh for new tokens; it works once. Null where it went into the browser's cookie.",
      }),
      refreshExpiresAt: t.expose('refreshExpiresAt', {
        type: 'DateTime',
        description: 'When the session ends unless it is prolonged.',
      }),
      userId: t.exposeID('userId', { description: 'Who signed in.' }),
    }),
  })

export const SignInPayload = addTokenFields('SignInPayload')

export const SignInWithCodePayload = addTokenFields('SignInWithCodePayload')

export const SessionRefreshPayload = addTokenFields('SessionRefreshPayload')

export const InvitationAcceptPayload = addTokenFields('InvitationAcceptPayload')
