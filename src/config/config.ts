import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type KeyRing, makeKeyRing } from './key-ring.ts'

/** Text of a duration ("500ms", "5s", "2m", "1h") → milliseconds. */
const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h)$/, 'must be a number with a unit: 500ms, 5s, 2m or 1h')
  .transform((text) => {
    const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
    const unit = text.replace(/^\d+/, '') as keyof typeof unitMs
    return Number.parseInt(text, 10) * unitMs[unit]
  })

/** Of an attempt. Who makes one outside of its lane has claimed it for twice as long: nobody makes it again. */
const MAX_ATTEMPT_MS = 60_000
const attemptTimeout = duration.refine((ms) => ms <= MAX_ATTEMPT_MS, 'must be at most 60s')

const flag = z.enum(['true', 'false']).transform((text) => text === 'true')
const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
const isProxyUrl = (text: string) => {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === ''
}
const list = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const isOrigin = (text: string) => text === '*' || URL.parse(text)?.origin === text
const cidr = z.union([z.cidrv4(), z.cidrv6()])

const encryptionKey = z
  .string()
  .refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64')

/** Signatures with a public key only: a token signed with a shared secret is never the provider's. */
const OPENID_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const

const environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  HOST: z.string().min(1).optional(),
  PORT: integer(0, 65_535).prefault('4000'),
  PUBLIC_URL: z.url().optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
    .optional(),
  DATABASE_POOL_SIZE: integer(2, 200).prefault('10'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
    .optional(),
  DATA_DIR: z.string().min(1).default('.data'),
  ROLES: z
    .string()
    .prefault('server,worker')
    .transform(list)
    .pipe(z.array(z.enum(['server', 'worker'])).min(1)),
  WORKER_SWEEPS: flag.prefault('true'),
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).optional(),
  ENCRYPTION_KEY: encryptionKey.optional(),
  ENCRYPTION_OLD_KEYS: z.string().prefault('').transform(list).pipe(z.array(encryptionKey)),
  AUTH_JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  AUTH_BUILT_IN: flag.prefault('true'),
  AUTH_ACCESS_TOKEN_TTL: duration.prefault('15m'),
  AUTH_REFRESH_TOKEN_TTL: duration.prefault('720h'),
  AUTH_INVITATION_TTL: duration.prefault('168h'),
  OIDC_ISSUER: z.url().optional(),
  OIDC_JWKS_URL: z.url().optional(),
  OIDC_AUDIENCE: z.string().min(1).optional(),
  OIDC_ALGORITHMS: z
    .string()
    .prefault('RS256,PS256,ES256,EdDSA')
    .transform(list)
    .pipe(z.array(z.enum(OPENID_ALGORITHMS)).min(1)),
  OIDC_CLOCK_TOLERANCE: duration.prefault('30s'),
  TRUSTED_PROXIES: z.string().prefault('').transform(list).pipe(z.array(cidr)),
  CONNECTIONS_PER_ADDRESS: integer(1, 1_000_000).prefault('1000'),
  CORS_ORIGINS: z
    .string()
    .prefault('')
    .transform(list)
    .pipe(z.array(z.string().refine(isOrigin, 'must be origins (https://app.example.com) or *'))),
  REQUESTS_PER_MINUTE: integer(1, 30_000).optional(),
  QUERY_TIMEOUT: duration.prefault('10s'),
  WEBHOOK_ALLOWED_CIDRS: z.string().prefault('').transform(list).pipe(z.array(cidr)),
  WEBHOOK_ALLOW_HTTP: flag.optional(),
  WEBHOOK_EGRESS_PROXY: z
    .string()
    .refine(
      isProxyUrl,
      'must be http://host:port or https://host:port, with user:password@ if need be',
    )
    .optional(),
  WEBHOOK_RETRY_DELAYS: z
    .string()
    .prefault('5s,30s,2m,10m,30m,1h,2h,4h,8h')
    .transform(list)
    .pipe(z.array(duration).min(1)),
  WEBHOOK_RETRY_DEADLINE: duration.prefault('24h'),
  WEBHOOK_TIMEOUT: attemptTimeout.prefault('30s'),
  WEBHOOK_CONNECT_TIMEOUT: duration.prefault('5s'),
  WEBHOOK_CONCURRENCY: integer(2, 10_000).prefault('256'),
  WEBHOOK_LOG_DAYS: integer(1, 3_650).prefault('30'),
  WEBHOOK_DISABLE_AFTER: duration.prefault('120h'),
  WEBHOOK_DISABLE_SPREAD: duration.prefault('12h'),
  SHUTDOWN_TIMEOUT: duration.prefault('30s'),
})

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
