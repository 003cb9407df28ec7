import { AccessError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import { inputOf, inputType, type ValueOf } from '../../graphql/commands/input/field.ts'
import { boolean, id, text } from '../../graphql/commands/input/fields.ts'
import { readInput } from '../../graphql/commands/input/read-input.ts'
import { recordPayload } from '../../graphql/commands/payloads.ts'
import type { Context, SessionCookie } from '../../graphql/context.ts'
import { UserType } from '../organization/type.ts'
import { acceptInvitation } from '../users/invitations.ts'
import { admitPassword, changePassword, confirmEmail, signOut } from '../users/own-access.ts'
import { refreshSession } from './refresh-session.ts'
import { type Keeping, type SignedIn, signIn } from './sign-in.ts'
import { signInWithCode } from './sign-in-code.ts'
import {
  type HandedOut,
  InvitationAcceptPayload,
  SessionRefreshPayload,
  SignInPayload,
  SignInWithCodePayload,
} from './type.ts'

const cookie = boolean(
  "For pages of this server, at /graphql/session: put the refresh token into the browser's cookie instead of the answer.",
).default(false)
const password = (words: string) => text({ min: 0, max: 1_000, trim: false }, words)
/** Long rather than complicated (NIST SP 800-63B); the upper bound keeps hashing cheap. */
const newPassword = (words: string) => text({ min: 12, max: 200, trim: false }, words)
/** Anything that was handed out. */
const token = (words: string) => text({ min: 0, max: 200, trim: false }, words)

const signInInput = inputType('SignInInput', 'Input of signIn.', {
  email: text({ min: 0, max: 320 }, 'E-mail address; case does not matter.').transform((given) =>
    given.toLowerCase(),
  ),
  password: password('Password.'),
  organizationId: id(
    'Needed only by who has the same address and password in several organizations: ORGANIZATION_REQUIRED names them.',
  ).optional(),
  cookie,
})

const signInWithCodeInput = inputType('SignInWithCodeInput', 'Input of signInWithCode.', {
  code: token('The code.'),
  cookie,
})

const sessionRefreshInput = inputType('SessionRefreshInput', 'Input of sessionRefresh.', {
  refreshToken: token(
    "The one that was answered last; leave it out for the one in the browser's cookie.",
  ).optional(),
})

const invitationAcceptInput = inputType('InvitationAcceptInput', 'Input of invitationAccept.', {
  token: token('The invitation.'),
  password: newPassword('Password to set, {min}–{max} characters.'),
  cookie,
})
export type AcceptInvitationInput = ValueOf<typeof invitationAcceptInput>

interface AskedFor {
  cookie: boolean
}

/**
 * Hands out the tokens of a session: all of them, or with the refresh token in the cookie.
 * @throws AccessError BAD_USER_INPUT where there is no cookie to put it into
 */
async function handOut<Asked extends AskedFor>(
  context: Context,
  asked: Asked,
  begin: (asked: Asked, keeping: Keeping) => Promise<SignedIn>,
): Promise<HandedOut> {
  if (!asked.cookie) return begin(asked, { inCookie: false })
  const { sessionCookie } = context
  if (sessionCookie === undefined) {
    throw new AccessError('BAD_USER_INPUT', 'cookie: ask for it at /graphql/session')
  }
  return keepInCookie(sessionCookie, await begin(asked, { inCookie: true }))
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
    args: { input: t.arg({ type: signInInput.type, required: true, description: 'Credentials.' }) },
    resolve: (_root, { input }, context) =>
      handOut(context, readInput(signInInput, input), (credentials, keeping) =>
        signIn(context, credentials, keeping),
      ),
  }),
  signInWithCode: t.field({
    type: SignInWithCodePayload,
    description:
      'Exchanges a code, as the demo prints one at its start, for a session. A code works once and for ten minutes; in production there is none.',
    args: {
      input: t.arg({ type: signInWithCodeInput.type, required: true, description: 'Code.' }),
    },
    resolve: (_root, { input }, context) =>
      handOut(context, readInput(signInWithCodeInput, input), ({ code }, keeping) =>
        signInWithCode(context, code, keeping),
      ),
  }),
  sessionRefresh: t.field({
    type: SessionRefreshPayload,
    description:
      "Exchanges a refresh token, given or in the browser's cookie, for new tokens; send it without credentials. A token that is used twice ends the session; tabs that share a cookie may send it at the same time.",
    args: {
      input: t.arg({ type: sessionRefreshInput.type, required: true, description: 'Token.' }),
    },
    resolve: (_root, { input }, context) =>
      refresh(context, readInput(sessionRefreshInput, input).refreshToken),
  }),
  invitationAccept: t.field({
    type: InvitationAcceptPayload,
    description: 'Accepts an invitation: sets the password and signs in. Records user.activated.',
    args: {
      input: t.arg({
        type: invitationAcceptInput.type,
        required: true,
        description: 'Invitation.',
      }),
    },
    resolve: (_root, { input }, context) =>
      handOut(context, readInput(invitationAcceptInput, input), (accepted, keeping) =>
        acceptInvitation(context, accepted, keeping),
      ),
  }),
}))

const signOutInput = inputOf({
  everywhere: boolean('End all sessions and tokens of yours, not only this.').optional(),
})
export type SignOutInput = ValueOf<typeof signOutInput>

const passwordChangeInput = inputOf({
  currentPassword: password('The password until now.'),
  newPassword: newPassword('{min}–{max} characters.'),
})
export type ChangePasswordInput = ValueOf<typeof passwordChangeInput>

const confirmInput = inputOf({ password: password('Your password.') })
export type ConfirmEmailInput = ValueOf<typeof confirmInput>

defineCommand('signOut', {
  description:
    "Ends the session that the access token belongs to. At /graphql/session the browser's cookie goes with it.",
  permission: 'self',
  input: signOutInput,
  run: (unit, input, { sessionCookie }) => {
    sessionCookie?.forget()
    return signOut(unit, input)
  },
  payload: (t) => ({
    endedSessions: t.int({
      nullable: true,
      description: 'How many sessions ended.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})

defineCommand('passwordChange', {
  description:
    'Sets a new password and ends all other sessions of yours. Counts as an attempt to sign in.',
  permission: 'self',
  input: passwordChangeInput,
  admit: admitPassword,
  run: changePassword,
  payload: (t) => ({
    endedSessions: t.int({
      nullable: true,
      description: 'How many other sessions ended.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})

defineCommand('emailConfirm', {
  description:
    'Makes the new address that was entered for you (User.pendingEmail) the one you sign in with. Counts as an attempt to sign in. Records user.updated.',
  permission: 'self',
  input: confirmInput,
  admit: admitPassword,
  run: confirmEmail,
  payload: recordPayload('user', UserType, 'You, after the change.'),
})
