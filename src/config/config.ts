import { randomBytes } from 'node:crypto'
import type { z } from 'zod'
import { environment } from './environment.ts'
import { type KeyRing, makeKeyRing } from './key-ring.ts'

export interface Config {
  environment: 'development' | 'test' | 'production'
  host: string
  port: number
  /** Where clients reach the server, when that is not http://host:port. */
  publicUrl: string | undefined
  /** An external database, or the one that the process runs itself. */
  database: { kind: 'external'; url: string } | { kind: 'embedded' }
  databasePoolSize: number
  /** Where processes tell one another of new events; undefined = PostgreSQL's NOTIFY. */
  redisUrl: string | undefined
  dataDir: string
  roles: ReadonlySet<'server' | 'worker'>
  /** Whether this worker does what the clock causes: deadlines, visits that end, silent sensors. */
  sweeps: boolean
  logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  /** For AES-256-GCM. */
  encryptionKeys: KeyRing
  auth: AuthConfig
  /** Networks of proxies whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[]
  /** Of one client address (IPv6: /64) at once; proxies that are trusted have as many as they like. */
  connectionsPerAddress: number
  /** Pages of these origins may use the API; `*` = of any. */
  corsOrigins: readonly string[]
  /** Requests of one key or person in any 60 seconds, instead of what the plan says. */
  requestsPerMinute: number | undefined
  /** The longest that one request may be worked on. */
  queryTimeoutMs: number
  webhooks: WebhookConfig
  shutdownTimeoutMs: number
}

interface AuthConfig {
  jwtSecret: string
  accessTokenTtlMs: number
  /** How long a session lasts after it was last prolonged. */
  refreshTokenTtlMs: number
  invitationTtlMs: number
  /** Whether people can sign in here with a password. */
  builtIn: boolean
  /** An OpenID provider whose tokens are taken as well. */
  openId: OpenIdConfig | undefined
}

export interface OpenIdConfig {
  issuer: string
  jwksUrl: string
  audience: string
  algorithms: readonly string[]
  /** How far the provider's clock may be from ours. */
  clockToleranceMs: number
}

export interface EgressProxyConfig {
  host: string
  port: number
  /** Whether the way to the proxy itself is TLS. */
  secure: boolean
  /** Value of Proxy-Authorization */
  authorization: string | undefined
}

export interface WebhookConfig {
  /** Address ranges that the target guard lets through although they are private. */
  allowedCidrs: string[]
  allowHttp: boolean
  /** HTTP proxy that webhooks leave through; undefined = directly. */
  egressProxy: EgressProxyConfig | undefined
  /** Delays before attempts 2, 3, …; the last one repeats until the deadline. */
  retryDelaysMs: number[]
  /** From when the first attempt became due until the delivery is set aside. */
  retryDeadlineMs: number
  /** For the whole exchange, from the first byte sent to the answer's head and body. */
  timeoutMs: number
  connectTimeoutMs: number
  /** Requests in flight at once, and three times as many that hang; half is kept for first attempts. */
  concurrency: number
  /** Days that attempts and finished deliveries are kept. */
  logDays: number
  /** Nothing but failure for so long disables an endpoint. */
  disableAfterMs: number
  /** Unless its failures lie closer together than this: one bad hour is no dead endpoint. */
  disableSpreadMs: number
}

/** What an embedded installation made for itself at its first start. */
export interface OwnSecrets {
  encryptionKey: string
  /** Keys that sealed before, while what they sealed is being sealed anew. */
  oldEncryptionKeys?: readonly string[] | undefined
  jwtSecret: string
}

/** All faults of the environment at once: one line each. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(`The configuration is not usable:\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

const LOOPBACK = ['127.0.0.0/8', '::1/128']

export function makeOwnSecrets(): OwnSecrets {
  return {
    encryptionKey: randomBytes(32).toString('base64'),
    jwtSecret: randomBytes(32).toString('base64url'),
  }
}

/**
 * The whole configuration from environment variables (empty counts as unset).
 * `ownSecrets` is asked for only in embedded mode, where the process may make its own.
 * @throws ConfigError naming every fault.
 */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  ownSecrets: (dataDir: string) => OwnSecrets,
): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(given)
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => `${issue.path[0]?.toString() ?? '?'}: ${issue.message}`),
    )
  }
  const value = parsed.data
  const production = value.NODE_ENV === 'production'
  const embedded = value.DATABASE_URL === undefined
  const faults: string[] = []
  if (!embedded && value.ENCRYPTION_KEY === undefined) {
    faults.push('ENCRYPTION_KEY: required with DATABASE_URL (make one: openssl rand -base64 32)')
  }
  if (!embedded && value.AUTH_JWT_SECRET === undefined) {
    faults.push('AUTH_JWT_SECRET: required with DATABASE_URL (make one: openssl rand -base64 32)')
  }
  if (embedded && !value.ROLES.includes('server')) {
    faults.push('ROLES: a process without the server role needs DATABASE_URL')
  }
  const openId = readOpenId(value)
  if (openId === 'incomplete') {
    faults.push('OIDC_ISSUER, OIDC_JWKS_URL and OIDC_AUDIENCE: set all three, or none')
  }
  if (openId === undefined && !value.AUTH_BUILT_IN) {
    faults.push(
      'AUTH_BUILT_IN: nobody could sign in without it or an OpenID provider (OIDC_ISSUER)',
    )
  }
  if (faults.length > 0 || openId === 'incomplete') throw new ConfigError(faults)
  const own: OwnSecrets =
    value.ENCRYPTION_KEY === undefined || value.AUTH_JWT_SECRET === undefined
      ? ownSecrets(value.DATA_DIR)
      : { encryptionKey: value.ENCRYPTION_KEY, jwtSecret: value.AUTH_JWT_SECRET }
  return {
    environment: value.NODE_ENV,
    host: value.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    port: value.PORT,
    publicUrl: value.PUBLIC_URL?.replace(/\/$/, ''),
    database:
      value.DATABASE_URL === undefined
        ? { kind: 'embedded' }
        : { kind: 'external', url: value.DATABASE_URL },
    databasePoolSize: value.DATABASE_POOL_SIZE,
    redisUrl: value.REDIS_URL,
    dataDir: value.DATA_DIR,
    roles: new Set(value.ROLES),
    sweeps: value.WORKER_SWEEPS,
    logLevel: value.LOG_LEVEL ?? (production ? 'info' : 'warn'),
    encryptionKeys: readKeys(value.ENCRYPTION_KEY ?? own.encryptionKey, [
      ...value.ENCRYPTION_OLD_KEYS,
      ...(own.oldEncryptionKeys ?? []),
    ]),
    auth: {
      jwtSecret: value.AUTH_JWT_SECRET ?? own.jwtSecret,
      accessTokenTtlMs: value.AUTH_ACCESS_TOKEN_TTL,
      refreshTokenTtlMs: value.AUTH_REFRESH_TOKEN_TTL,
      invitationTtlMs: value.AUTH_INVITATION_TTL,
      builtIn: value.AUTH_BUILT_IN,
      openId,
    },
    trustedProxies: value.TRUSTED_PROXIES,
    connectionsPerAddress: value.CONNECTIONS_PER_ADDRESS,
    corsOrigins: value.CORS_ORIGINS,
    requestsPerMinute: value.REQUESTS_PER_MINUTE,
    queryTimeoutMs: value.QUERY_TIMEOUT,
    webhooks: {
      allowedCidrs: [...value.WEBHOOK_ALLOWED_CIDRS, ...(production ? [] : LOOPBACK)],
      allowHttp: value.WEBHOOK_ALLOW_HTTP ?? !production,
      egressProxy: readProxy(value.WEBHOOK_EGRESS_PROXY),
      retryDelaysMs: value.WEBHOOK_RETRY_DELAYS,
      retryDeadlineMs: value.WEBHOOK_RETRY_DEADLINE,
      timeoutMs: value.WEBHOOK_TIMEOUT,
      connectTimeoutMs: value.WEBHOOK_CONNECT_TIMEOUT,
      concurrency: value.WEBHOOK_CONCURRENCY,
      logDays: value.WEBHOOK_LOG_DAYS,
      disableAfterMs: value.WEBHOOK_DISABLE_AFTER,
      disableSpreadMs: value.WEBHOOK_DISABLE_SPREAD,
    },
    shutdownTimeoutMs: value.SHUTDOWN_TIMEOUT,
  }
}

function readProxy(text: string | undefined): EgressProxyConfig | undefined {
  if (text === undefined) return undefined
  const url = new URL(text)
  const secure = url.protocol === 'https:'
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    secure,
    authorization:
      url.username === '' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
  }
}

/** @throws ConfigError when two keys cannot be told apart. */
function readKeys(current: string, others: readonly string[]): KeyRing {
  const bytes = (text: string) => Buffer.from(text, 'base64')
  try {
    return makeKeyRing(bytes(current), others.map(bytes))
  } catch (error) {
    throw new ConfigError([`ENCRYPTION_OLD_KEYS: ${error instanceof Error ? error.message : ''}`])
  }
}

function readOpenId(value: z.infer<typeof environment>): OpenIdConfig | 'incomplete' | undefined {
  const { OIDC_ISSUER: issuer, OIDC_JWKS_URL: jwksUrl, OIDC_AUDIENCE: audience } = value
  if (issuer === undefined && jwksUrl === undefined && audience === undefined) return undefined
  if (issuer === undefined || jwksUrl === undefined || audience === undefined) return 'incomplete'
  return {
    issuer,
    jwksUrl,
    audience,
    algorithms: value.OIDC_ALGORITHMS,
    clockToleranceMs: value.OIDC_CLOCK_TOLERANCE,
  }
}
