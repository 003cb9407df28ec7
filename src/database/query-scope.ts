import { AsyncLocalStorage } from 'node:async_hooks'
import type { Pool, PoolClient } from 'pg'
import { createFairRoom } from '../access/fair-room.ts'
import { AccessError } from '../errors.ts'
import { type Canceller, createCanceller } from './canceller.ts'

/**
 * The time that one piece of work may take, a request or the rendering of a payload, and the database
 * connections that it uses meanwhile: `pg` tells nobody on whose behalf it works, so the pool asks
 * the asynchronous context.
 *
 * When the time is over, everything that follows rejects, at the statement or the connection it asks
 * for, never anywhere else: what runs is cancelled, who waits for a connection waits no longer, no
 * further statement is sent but ROLLBACK, and a connection that was held then is closed instead of
 * reused, so that no late cancellation meets the statement of somebody else.
 */
export interface QueryScope {
  /** Ends the time now. */
  expire(): void
}

interface Scope extends QueryScope {
  /** For whom the work is done, where it is for somebody; work within it is for the same. */
  organizationId: string | undefined
  /** performance.now() */
  endsAt: number
  expired: AccessError | undefined
  /** Connections held, each with what cancels its statements. */
  clients: Map<PoolClient, Canceller>
  /** Those who wait for a connection. */
  waiting: Set<(error: AccessError) => void>
  /** Work with a shorter time within this one. */
  inner: Set<Scope>
}

const current = new AsyncLocalStorage<Scope>()

/** Called without a scope too: what is done on behalf of nobody in particular has no time limit. */
export const currentQueryScope = (): QueryScope | undefined => current.getStore()

/** What is left to the work that this is called from; Infinity outside of any scope. */
export function remainingMs(): number {
  const scope = current.getStore()
  return scope === undefined ? Infinity : Math.max(0, scope.endsAt - performance.now())
}

/** For work that others share or wait for: it does not end with the request that happened to begin it. */
export function outsideScope<T>(work: () => T): T {
  return current.exit(work)
}

/**
 * Gives work so much time, less when it is part of work that has less.
 * @param name of the work, in the message
 * @param organizationId for whom it is done: organizations share the connections fairly
 * @returns what the work returns; rejects with AccessError QUERY_TIMEOUT when the time is over first
 */
export function withinTime<T>(
  timeoutMs: number,
  work: () => T | Promise<T>,
  name = 'The request',
  organizationId?: string,
): T | Promise<T> {
  const parent = current.getStore()
  const allowedMs = Math.min(timeoutMs, remainingMs())
  const overdue = Promise.withResolvers<never>()
  // It may be over before anybody looks.
  overdue.promise.catch(() => undefined)
  const scope = openScope(allowedMs, name, overdue.reject)
  scope.organizationId = organizationId ?? parent?.organizationId
  const result = current.run(scope, work)
  if (!(result instanceof Promise)) return result
  parent?.inner.add(scope)
  if (parent?.expired !== undefined) scope.expire()
  const timer = setTimeout(() => scope.expire(), allowedMs)
  return Promise.race([result, overdue.promise]).finally(() => {
    clearTimeout(timer)
    parent?.inner.delete(scope)
  })
}

function openScope(
  timeoutMs: number,
  name: string,
  onExpired: (error: AccessError) => void,
): Scope {
  const scope: Scope = {
    organizationId: undefined,
    endsAt: performance.now() + timeoutMs,
    expired: undefined,
    clients: new Map(),
    waiting: new Set(),
    inner: new Set(),
    expire() {
      if (scope.expired !== undefined) return
      const seconds = Math.round(timeoutMs) / 1_000
      const message = `${name} took longer than ${seconds} s and was cancelled`
      const error = new AccessError('QUERY_TIMEOUT', message)
      scope.expired = error
      scope.endsAt = 0
      for (const inner of scope.inner) inner.expire()
      for (const [client, canceller] of scope.clients) canceller.cancel(client)
      for (const giveUp of scope.waiting) giveUp(error)
      onExpired(error)
    },
  }
  return scope
}

type Connect = Pool['connect']
type Taken = (
  error: Error | undefined,
  client?: PoolClient,
  release?: PoolClient['release'],
) => void

/**
 * Has the pool note for which scope a connection is taken, and shares its connections fairly between
 * organizations: those of one that waits for its locks are not all that there are.
 */
export function trackScopes(pool: Pool, databaseUrl: string): void {
  const connect = pool.connect.bind(pool)
  const room = createFairRoom(pool.options.max)
  let nth = 0
  const canceller = createCanceller(databaseUrl)
  function connectInScope(done?: Taken): Promise<PoolClient> | void {
    const scope = current.getStore()
    if (scope === undefined) {
      return done === undefined ? connect() : connect(done as Parameters<Connect>[0])
    }
    if (done !== undefined) return take(scope, done)
    return new Promise((resolve, reject) => {
      take(scope, (error, client) => {
        if (client === undefined) reject(error ?? new Error('no connection'))
        else resolve(client)
      })
    })
  }

  function take(scope: Scope, done: Taken): void {
    // Later, as the pool itself would: callers do not expect to be answered while they ask.
    if (scope.expired !== undefined)
      return process.nextTick(done, scope.expired, undefined, NOTHING)
    const giveUp = (error: AccessError) => {
      scope.waiting.delete(giveUp)
      done(error, undefined, NOTHING)
    }
    scope.waiting.add(giveUp)
    const connectWith = (givePlace: () => void) =>
      connect((error, client, release) => {
        const waited = scope.waiting.delete(giveUp)
        if (!waited) release()
        if (!waited || client === undefined) givePlace()
        if (!waited) return
        if (client === undefined) return done(error, undefined, NOTHING)
        hold(scope, client, canceller, givePlace)
        done(undefined, client, (given) => client.release(given))
      })
    const { organizationId } = scope
    // Whoever has one already may not have to wait for its own.
    if (organizationId === undefined || scope.clients.size > 0) return connectWith(NOTHING)
    const owner = { organizationId, endpointId: String(nth++) }
    const givePlace = () => room.give(owner)
    if (room.tryTake(owner)) return connectWith(givePlace)
    room.wait(owner, () => {
      if (!scope.waiting.has(giveUp)) return false
      connectWith(givePlace)
      return true
    })
  }

  pool.connect = connectInScope as Connect
}

const NOTHING = () => undefined

type Query = (...given: readonly unknown[]) => unknown

/** Notes who has a connection until it is given back. */
function hold(
  scope: Scope,
  client: PoolClient,
  canceller: Canceller,
  onReleased: () => void,
): void {
  const release = client.release.bind(client)
  const query = client.query.bind(client) as Query
  const guarded: Query = (...given) => {
    const { expired } = scope
    if (expired === undefined || isRollback(given[0])) return query(...given)
    const callback = given.findLast((each) => typeof each === 'function')
    if (callback === undefined) return Promise.reject(expired)
    process.nextTick(callback, expired)
    return undefined
  }
  scope.clients.set(client, canceller)
  Object.assign(client, { query: guarded })
  client.release = (error) => {
    scope.clients.delete(client)
    canceller.forget(client)
    // Back to the method of its class.
    Reflect.deleteProperty(client, 'query')
    release(error ?? scope.expired !== undefined)
    onReleased()
  }
}

/** What ends a transaction without keeping anything of it. */
function isRollback(statement: unknown): boolean {
  const text = typeof statement === 'string' ? statement : Reflect.get(Object(statement), 'text')
  return typeof text === 'string' && /^\s*rollback\s*;?\s*$/i.test(text)
}
