import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { type Client, createClient } from '../sdk/client/index.ts'
import { EXIT, Failure } from './failure.ts'
import { environment } from './environment.ts'

/** What `plantroom login` keeps of one server, in a file that only its owner reads. */
export interface Profile {
  url: string
  accessToken: string
  /** When that ends, ISO 8601 */
  expiresAt: string
  refreshToken: string
}

const DEFAULT_URL = 'http://127.0.0.1:4000'
/** Renewed this long before its end, so that it does not end on the way. */
const LEEWAY_MS = 30_000

const fileOf = () =>
  path.join(
    environment['XDG_CONFIG_HOME'] ?? path.join(homedir(), '.config'),
    'plantroom',
    'profiles.json',
  )

async function readProfiles(): Promise<Record<string, Profile>> {
  const text = await readFile(fileOf(), 'utf8').catch(() => '{}')
  try {
    return JSON.parse(text)
  } catch {
    throw new Failure(`${fileOf()} is damaged: remove it and sign in again with plantroom login`)
  }
}

/** Whole or not at all: another command may read it at the same time. */
export async function saveProfile(name: string, profile: Profile): Promise<string> {
  const file = fileOf()
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const next = `${file}.${process.pid}`
  const all = { ...(await readProfiles()), [name]: profile }
  await writeFile(next, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 })
  await chmod(next, 0o600)
  await rename(next, file)
  return file
}

export interface ServerOptions {
  url?: string
  profile?: string
}

/** The address of a command: its option, then PLANTROOM_URL, then that of the profile, then this machine. */
export async function findUrl({ url, profile = 'default' }: ServerOptions): Promise<string> {
  const given = url ?? environment['PLANTROOM_URL']
  return (given ?? (await readProfiles())[profile]?.url ?? DEFAULT_URL).replace(/\/+$/, '')
}

/** Who asks: PLANTROOM_KEY, then PLANTROOM_TOKEN, then whoever signed in with `plantroom login`. */
export async function openClient(options: ServerOptions): Promise<Client> {
  const url = await findUrl(options)
  const { PLANTROOM_KEY: apiKey, PLANTROOM_TOKEN: token } = environment
  if (apiKey) return createClient({ url, apiKey })
  if (token) return createClient({ url, token })
  const name = options.profile ?? 'default'
  const profile = (await readProfiles())[name]
  if (profile === undefined) {
    throw new Failure(
      'Nobody is signed in: set PLANTROOM_KEY to an API key, or sign in with plantroom login',
      EXIT.notAllowed,
    )
  }
  return createClient({ url, token: () => tokenOf(url, name) })
}

const REFRESH = `mutation PlantroomRefresh($refreshToken: String!) {
  sessionRefresh(input: { refreshToken: $refreshToken }) { accessToken expiresAt refreshToken }
}`

async function tokenOf(url: string, name: string): Promise<string> {
  const profile = (await readProfiles())[name]
  if (profile === undefined) throw new Failure('Nobody is signed in any more', EXIT.notAllowed)
  if (Date.parse(profile.expiresAt) - LEEWAY_MS > Date.now()) return profile.accessToken
  const { sessionRefresh } = await createClient({ url }).mutate<
    { sessionRefresh: Omit<Profile, 'url'> },
    { refreshToken: string }
  >(REFRESH, { refreshToken: profile.refreshToken })
  const { accessToken, expiresAt, refreshToken } = sessionRefresh
  await saveProfile(name, { url: profile.url, accessToken, expiresAt, refreshToken })
  return accessToken
}
