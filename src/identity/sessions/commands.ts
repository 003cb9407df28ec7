import { defineCommand } from '../../graphql/commands/command.ts'
import { changePasswordInput, signOutInput } from '../input.ts'
import { admitPasswordChange, changePassword, signOut } from '../users/own-access.ts'

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
  admit: admitPasswordChange,
  run: changePassword,
  payload: (t) => ({
    endedSessions: t.int({
      nullable: true,
      description: 'How many other sessions ended.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})
