import type { z } from 'zod'
import { AccessError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import type { Context, SessionCookie } from '../../graphql/context.ts'
import {
  acceptInvitationInput,
  refreshSessionInput,
  signInInput,
  signInWithCodeInput,
} from '../input.ts'
import { acceptInvitation } from '../users/invitations.ts'
import { refreshSession } from './refresh-session.ts'
import { type Keeping, type SignedIn, signIn } from './sign-in.ts'
import { signInWithCode } from './sign-in-code.ts'

/** Tokens as they are answered: without the refresh token where the browser has it. */
interface HandedOut extends Omit<SignedIn, 'refreshToken'> {
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

const SignInPayload = addTokenFields('SignInPayload')

const SignInWithCodePayload = addTokenFields('SignInWithCodePayload')

const SessionRefreshPayload = addTokenFields('SessionRefreshPayload')

const InvitationAcceptPayload = addTokenFields('InvitationAcceptPayload')

const COOKIE =
  "For pages of this server, at /graphql/session: put the refresh token into the browser's cookie instead of the answer."

const SignInInput = builder.inputType('SignInInput', {
  description: 'Input of signIn.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'E-mail address; case does not matter.' }),
    password: t.string({ required: true, description: 'Password.' }),
    organizationId: t.id({
      description:
        'Needed only by who has the same address and password in several organizations: ORGANIZATION_REQUIRED names them.',
    }),
    cookie: t.boolean({ description: COOKIE }),
  }),
})

const SignInWithCodeInput = builder.inputType('SignInWithCodeInput', {
  description: 'Input of signInWithCode.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'The code.' }),
    cookie: t.boolean({ description: COOKIE }),
  }),
})

const SessionRefreshInput = builder.inputType('SessionRefreshInput', {
  description: 'Input of sessionRefresh.',
  fields: (t) => ({
    refreshToken: t.string({
      description:
        "The one that was answered last; leave it out for the one in the browser's cookie.",
    }),
  }),
})

const InvitationAcceptInput = builder.inputType('InvitationAcceptInput', {
  description: 'Input of invitationAccept.',
  fields: (t) => ({
    token: t.string({ required: true, description: 'The invitation.' }),
    password: t.string({ required: true, description: 'Password to set, 12–200 characters.' }),
    cookie: t.boolean({ description: COOKIE }),
  }),
})

/** @throws AccessError BAD_USER_INPUT naming what breaks a rule. */
function readInput<T>(rules: z.ZodType<T>, input: object): T {
  const parsed = rules.safeParse(input)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AccessError('BAD_USER_INPUT', `${issue?.path.join('.')}: ${issue?.message}`)
}

interface AskedFor {
  cookie?: boolean | null | undefined
}

/**
 * Hands out the tokens of a session: all of them, or with the refresh token in the cookie.
 * @throws AccessError BAD_USER_INPUT where there is no cookie to put it into
 */
async function handOut(
  context: Context,
  { cookie }: AskedFor,
  begin: (keeping: Keeping) => Promise<SignedIn>,
): Promise<HandedOut> {
  if (cookie !== true) return begin({ inCookie: false })
  const { sessionCookie } = context
  if (sessionCookie === undefined) {
    throw new AccessError('BAD_USER_INPUT', 'cookie: ask for it at /graphql/session')
  }
  return keepInCookie(sessionCookie, await begin({ inCookie: true }))
}

function keepInCookie(cookie: SessionCookie, signedIn: SignedIn): HandedOut {
  cookie.keep(signedIn.refreshToken, signedIn.refreshExpiresAt)
  return { ...signedIn, refreshToken: null }
}

/** @throws AccessError UNAUTHENTICATED */
async function refresh(context: Context, given: string | null | undefined): Promise<HandedOut> {
  if (given != null) return refreshSession(context, given, { inCookie: false })
  const { sessionCookie } = context
  if (sessionCookie?.token === undefined) {
    throw new AccessError('UNAUTHENTICATED', 'There is no refresh token: sign in')
  }
  const keeping = { inCookie: true }
  return keepInCookie(sessionCookie, await refreshSession(context, sessionCookie.token, keeping))
}

builder.mutationFields((t) => ({
  signIn: t.field({
    type: SignInPayload,
    description: 'Exchanges an e-mail address and a password for a session.',
    args: { input: t.arg({ type: SignInInput, required: true, description: 'Credentials.' }) },
    resolve: (_root, { input }, context) =>
      handOut(context, input, (keeping) => signIn(context, readInput(signInInput, input), keeping)),
  }),
  signInWithCode: t.field({
    type: SignInWithCodePayload,
    description:
      'Exchanges a code, as the demo prints one at its start, for a session. A code works once and for ten minutes; in production there is none.',
    args: { input: t.arg({ type: SignInWithCodeInput, required: true, description: 'Code.' }) },
    resolve: (_root, { input }, context) =>
      handOut(context, input, (keeping) =>
        signInWithCode(context, readInput(signInWithCodeInput, input).code, keeping),
      ),
  }),
  sessionRefresh: t.field({
    type: SessionRefreshPayload,
    description:
      "Exchanges a refresh token, given or in the browser's cookie, for new tokens; send it without credentials. A token that is used twice ends the session; tabs that share a cookie may send it at the same time.",
    args: { input: t.arg({ type: SessionRefreshInput, required: true, description: 'Token.' }) },
    resolve: (_root, { input }, context) =>
      refresh(context, readInput(refreshSessionInput, input).refreshToken),
  }),
  invitationAccept: t.field({
    type: InvitationAcceptPayload,
    description: 'Accepts an invitation: sets the password and signs in. Records user.activated.',
    args: {
      input: t.arg({ type: InvitationAcceptInput, required: true, description: 'Invitation.' }),
    },
    resolve: (_root, { input }, context) =>
      handOut(context, input, (keeping) =>
        acceptInvitation(context, readInput(acceptInvitationInput, input), keeping),
      ),
  }),
}))
