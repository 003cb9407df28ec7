import { defineCommand } from '../../graphql/commands/command.ts'
import { changePasswordInput, confirmEmailInput, signOutInput } from '../input.ts'
import { UserType } from '../organization/type.ts'
import { admitPassword, changePassword, confirmEmail, signOut } from '../users/own-access.ts'

defineCommand('signOut', {
  description:
    "Ends the session that the access token belongs to. At /graphql/session the browser's cookie goes with it.",
  permission: 'self',
  schema: signOutInput,
  input: (t) => ({
    everywhere: t.boolean({ description: 'End all sessions and tokens of yours, not only this.' }),
  }),
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
  schema: changePasswordInput,
  input: (t) => ({
    currentPassword: t.string({ required: true, description: 'The password until now.' }),
    newPassword: t.string({ required: true, description: '12–200 characters.' }),
  }),
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
  schema: confirmEmailInput,
  input: (t) => ({
    password: t.string({ required: true, description: 'Your password.' }),
  }),
  admit: admitPassword,
  run: confirmEmail,
  payload: (t) => ({
    user: t.field({
      type: UserType,
      nullable: true,
      description: 'You, after the change.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
