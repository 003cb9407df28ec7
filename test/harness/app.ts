import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { print } from 'graphql'
import { type App, startApp } from '../../src/app.ts'
import { loadConfig, type Config } from '../../src/config/config.ts'
import type { Database } from '../../src/database/database.ts'
import type { Plan, Role } from '../../src/generated/prisma/enums.ts'
import { newId } from '../../src/database/ids.ts'
import { generateApiKey, hashApiKey } from '../../src/identity/keys/api-keys.ts'
import { issueAccessToken } from '../../src/identity/sessions/tokens.ts'
import { createLogger } from '../../src/log.ts'
import { createOrganization } from '../../src/demo/seed-demo.ts'
import { cloneDatabase } from './database.ts'

/** Settings under which retries take milliseconds; every one can be given otherwise. */
export const TEST_ENVIRONMENT = {
  NODE_ENV: 'test',
  PORT: '0',
  LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error',
  ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  AUTH_JWT_SECRET: 'only-for-tests-only-for-tests-only-for-tests',
  // Tests of other things send more than a customer may.
  REQUESTS_PER_MINUTE: '30000',
  WEBHOOK_RETRY_DELAYS: '50ms,100ms',
  WEBHOOK_RETRY_DEADLINE: '1h',
  SHUTDOWN_TIMEOUT: '5s',
  // Tests of what the clock causes turn the hands themselves.
  WORKER_SWEEPS: 'false',
}

export interface TestApp extends AsyncDisposable {
  app: App
  config: Config
  url: string
  databaseUrl: string
}

/** The whole product in this process, on a database of its own (or a given one). */
export async function startTestApp(
  env: Record<string, string> = {},
  databaseUrl?: string,
): Promise<TestApp> {
  await using started = new AsyncDisposableStack()
  const url = databaseUrl ?? started.use(await cloneDatabase()).url
  const config = loadConfig({ ...TEST_ENVIRONMENT, DATABASE_URL: url, ...env }, () => {
    throw new Error('tests bring their own secrets')
  })
  const app = started.use(await startApp(config, createLogger(config.logLevel)))
  const stack = started.move()
  return {
    app,
    config,
    url: app.url ?? '',
    databaseUrl: url,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** Who sends a request: its credentials as headers. */
export type Credentials =
  | { 'X-Api-Key': string }
  | { Authorization: string }
  | Record<string, never>

export interface Answer<T> {
  status: number
  data: T
  errors: { message: string; extensions: { code: string }; path?: string[] }[]
  headers: Headers
}

/** One GraphQL operation over HTTP. */
export async function send<T, V>(
  url: string,
  credentials: Credentials,
  document: TypedDocumentNode<T, V> | string,
  variables?: V,
): Promise<Answer<T>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...credentials },
    body: JSON.stringify({
      query: typeof document === 'string' ? document : print(document),
      variables,
    }),
  })
  const answer = JSON.parse(await response.text())
  return {
    status: response.status,
    data: answer.data,
    errors: answer.errors ?? [],
    headers: response.headers,
  }
}

/** The same, for operations that must succeed: throws on any error. */
export async function ask<T, V>(
  url: string,
  credentials: Credentials,
  document: TypedDocumentNode<T, V>,
  ...[variables]: V extends Record<string, never> ? [] : [V]
): Promise<T> {
  const answer = await send(url, credentials, document, variables)
  if (answer.errors.length > 0) throw new Error(JSON.stringify(answer.errors))
  return answer.data
}

export interface TestOrganization {
  organizationId: string
  ownerId: string
  owner: Credentials
  addUser(role: Role): Promise<{ userId: string; credentials: Credentials }>
  addApiKey(scopes: string[]): Promise<Credentials>
}

/** A tenant of one's own; each step gives what the next one needs. */
export async function addOrganization(
  test: { app: { database: Database }; config: Config },
  plan: Plan = 'PROFESSIONAL',
): Promise<TestOrganization> {
  const { database } = test.app
  const tag = newId('organization').slice(-8)
  const caller = await createOrganization(database, {
    name: `Organization ${tag}`,
    plan,
    owner: { name: 'Owner', email: `owner-${tag}@example.com`, password: `password of ${tag}` },
  })
  const bearer = async (userId: string): Promise<Credentials> => ({
    Authorization: `Bearer ${(await issueAccessToken(test.config.auth, userId)).token}`,
  })
  const { organizationId, userId: ownerId } = caller
  return {
    organizationId,
    ownerId,
    owner: await bearer(ownerId),
    async addUser(role) {
      const user = await database.unscoped.user.create({
        data: {
          id: newId('user'),
          organizationId,
          email: `${newId('user')}@example.com`,
          name: `Some ${role.toLowerCase()}`,
          role,
        },
      })
      return { userId: user.id, credentials: await bearer(user.id) }
    },
    async addApiKey(scopes) {
      const key = generateApiKey()
      await database.unscoped.apiKey.create({
        data: {
          id: newId('apiKey'),
          organizationId,
          name: 'Test key',
          scopes,
          keyHash: hashApiKey(key),
          lastFour: key.slice(-4),
          createdById: ownerId,
        },
      })
      return { 'X-Api-Key': key }
    },
  }
}
