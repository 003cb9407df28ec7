import { post, PostError } from '../data/post.ts'
import { RefreshSession, SignIn, SignInWithCode, SignOut } from './documents.ts'

/**
 * The refresh token is in a cookie that no script can read, the access token in memory: nothing of a
 * session is in storage or, but for a code that works once, in an address.
 */
interface Token {
  accessToken: string
  /** Unix ms */
  expiresAt: number
}

export type SessionState = 'unknown' | 'signed-out' | 'signed-in'

/** A token this close to its end is renewed before it is used. */
const RENEW_BEFORE_MS = 30_000

let state: SessionState = 'unknown'
let token: Token | undefined
let renewing: Promise<string | undefined> | undefined
const watchers = new Set<() => void>()
/** Tells the other tabs of this browser that somebody has signed out. */
const siblings = new BroadcastChannel('plantroom-session')
siblings.addEventListener('message', () => become('signed-out'))

export const session = {
  subscribe: (watcher: () => void) => {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  },
  state: (): SessionState => state,

  /** @throws PostError when the credentials are refused. */
  async signIn(email: string, password: string): Promise<void> {
    const { signIn } = await post(SignIn, { input: { email, password, cookie: true } })
    keep(signIn)
  },

  /** Takes up the session that this browser has, or that a link brings. Called once, at the start. */
  async resume(): Promise<void> {
    const code = takeCode()
    try {
      if (code !== undefined) {
        const { signInWithCode } = await post(SignInWithCode, { input: { code, cookie: true } })
        keep(signInWithCode)
        return
      }
    } catch {
      // A code that was used before; whoever used it in this browser has a session.
    }
    if ((await session.token()) === undefined) become('signed-out')
  },

  /** The server could not be asked whether there is a session: signing in says why. */
  giveUp: (): void => become('signed-out'),

  /** A token that is good for a while; undefined when the session has ended. */
  async token(): Promise<string | undefined> {
    if (token !== undefined && token.expiresAt - Date.now() > RENEW_BEFORE_MS) {
      return token.accessToken
    }
    renewing ??= renew().finally(() => {
      renewing = undefined
    })
    return await renewing
  },

  /** The server has refused the token: the next one is asked for anew. */
  forgetToken(refused: string): void {
    if (token?.accessToken === refused) token = undefined
  },

  /** Ends the session here, in the other tabs and at the server. */
  async signOut(): Promise<void> {
    const last = await session.token()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- channels have none
    siblings.postMessage('signed-out')
    become('signed-out')
    if (last !== undefined) await post(SignOut, { input: {} }, last)
  },
}

/** The code of a link, which is taken out of the address before anything else is done. */
function takeCode(): string | undefined {
  const code = new URLSearchParams(location.hash.slice(1)).get('code') ?? undefined
  if (code !== undefined) history.replaceState(null, '', location.pathname + location.search)
  return code
}

/** The server may be away for a while; only its refusal ends the session. */
async function renew(): Promise<string | undefined> {
  try {
    const { sessionRefresh } = await post(RefreshSession, { input: {} })
    return keep(sessionRefresh)
  } catch (error) {
    if (!(error instanceof PostError) || error.fault.code !== 'UNAUTHENTICATED') throw error
    become('signed-out')
    return undefined
  }
}

function keep(given: { accessToken: string; expiresAt: string }): string {
  token = { accessToken: given.accessToken, expiresAt: Date.parse(given.expiresAt) }
  become('signed-in')
  return given.accessToken
}

function become(next: SessionState): void {
  if (next === 'signed-out') token = undefined
  if (state === next) return
  state = next
  for (const watcher of watchers) watcher()
}
