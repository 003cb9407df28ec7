import type { z } from 'zod'
import { AccessError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { acceptInvitationInput, refreshSessionInput, signInInput } from '../input.ts'
import { acceptInvitation } from '../users/invitations.ts'
import { refreshSession, type SignedIn, signIn } from './sign-in.ts'

const addTokenFields = (name: string) =>
  builder.objectRef<SignedIn>(name).implement({
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
        description: 'Exchange it by sessionRefresh for new tokens; it works once.',
      }),
      refreshExpiresAt: t.expose('refreshExpiresAt', {
        type: 'DateTime',
        description: 'When the session ends unless it is prolonged.',
      }),
      userId: t.exposeID('userId', { description: 'Who signed in.' }),
    }),
  })

const SignInPayload = addTokenFields('SignInPayload')

const SessionRefreshPayload = addTokenFields('SessionRefreshPayload')

const InvitationAcceptPayload = addTokenFields('InvitationAcceptPayload')

const SignInInput = builder.inputType('SignInInput', {
  description: 'Input of signIn.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'E-mail address; case does not matter.' }),
    password: t.string({ required: true, description: 'Password.' }),
  }),
})

const SessionRefreshInput = builder.inputType('SessionRefreshInput', {
  description: 'Input of sessionRefresh.',
  fields: (t) => ({
    refreshToken: t.string({ required: true, description: 'The one that was answered last.' }),
  }),
})

const InvitationAcceptInput = builder.inputType('InvitationAcceptInput', {
  description: 'Input of invitationAccept.',
  fields: (t) => ({
    token: t.string({ required: true, description: 'The invitation.' }),
    password: t.string({ required: true, description: 'Password to set, 12–200 characters.' }),
  }),
})

/** @throws AccessError BAD_USER_INPUT naming what breaks a rule. */
function readInput<T>(rules: z.ZodType<T>, input: object): T {
  const parsed = rules.safeParse(input)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AccessError('BAD_USER_INPUT', `${issue?.path.join('.')}: ${issue?.message}`)
}

builder.mutationFields((t) => ({
  signIn: t.field({
    type: SignInPayload,
    description: 'Exchanges an e-mail address and a password for a session.',
    args: { input: t.arg({ type: SignInInput, required: true, description: 'Credentials.' }) },
    resolve: (_root, { input }, context) => signIn(context, readInput(signInInput, input)),
  }),
  sessionRefresh: t.field({
    type: SessionRefreshPayload,
    description:
      'Exchanges a refresh token for new tokens; send it without credentials. A token that is used twice ends the session.',
    args: { input: t.arg({ type: SessionRefreshInput, required: true, description: 'Token.' }) },
    resolve: (_root, { input }, context) =>
      refreshSession(context, readInput(refreshSessionInput, input).refreshToken),
  }),
  invitationAccept: t.field({
    type: InvitationAcceptPayload,
    description: 'Accepts an invitation: sets the password and signs in. Records user.activated.',
    args: {
      input: t.arg({ type: InvitationAcceptInput, required: true, description: 'Invitation.' }),
    },
    resolve: (_root, { input }, context) =>
      acceptInvitation(context, readInput(acceptInvitationInput, input)),
  }),
}))
