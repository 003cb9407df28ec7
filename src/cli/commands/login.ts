import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { Command } from 'commander'
import { createClient } from '../../sdk/client/index.ts'
import { EXIT, Failure } from '../failure.ts'
import { withServer } from '../options.ts'
import { say } from '../output.ts'
import { findUrl, type Profile, saveProfile, type ServerOptions } from '../profile.ts'
import { environment } from '../environment.ts'

const SIGN_IN = `mutation PlantroomSignIn($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) { accessToken expiresAt refreshToken }
}`

export function register(command: Command): void {
  withServer(command)
    .requiredOption('--email <address>', 'whose account')
    .addHelpText(
      'after',
      '\nThe password is asked for on a terminal, else taken from PLANTROOM_PASSWORD.',
    )
    .action(async (options: ServerOptions & { email: string; profile: string }) => {
      const url = await findUrl(options)
      const password = environment['PLANTROOM_PASSWORD'] ?? (await askPassword())
      const { signIn } = await createClient({ url }).mutate<
        { signIn: Omit<Profile, 'url'> },
        { email: string; password: string }
      >(SIGN_IN, { email: options.email, password })
      const { accessToken, expiresAt, refreshToken } = signIn
      const file = await saveProfile(options.profile, { url, accessToken, expiresAt, refreshToken })
      say(`Signed in at ${url}; the session is kept in ${file}`)
    })
}

async function askPassword(): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new Failure(
      'There is no terminal to ask for the password: set PLANTROOM_PASSWORD',
      EXIT.usage,
    )
  }
  process.stderr.write('Password: ')
  // What is typed is not shown: its echo goes nowhere.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const muted = createInterface({ input: process.stdin, output, terminal: true })
  try {
    return await muted.question('')
  } finally {
    muted.close()
    process.stderr.write('\n')
  }
}
