import { z } from 'zod'

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** "500ms", "5s", "2m", "1h" → milliseconds. */
function toMs(text: string): number {
  const unit = text.replace(/^\d+/, '') as keyof typeof UNIT_MS
  return Number.parseInt(text, 10) * UNIT_MS[unit]
}

const within = (least: string, most: string) =>
  z
    .string()
    .regex(/^\d+(ms|s|m|h)$/, 'must be a number with a unit: 500ms, 5s, 2m or 1h')
    .transform(toMs)
    .pipe(
      z
        .number()
        .min(toMs(least), `must be at least ${least}`)
        .max(toMs(most), `must be at most ${most}`),
    )

/** A timer of more than 2^31 - 1 ms, nearly 25 days, would end at once. */
const LONGEST_TIMER = '576h'
/** What a timer waits for. */
const wait = within('0ms', LONGEST_TIMER)
/** A time that everything would be too late for is a mistake, not a wish for none. */
const timeout = within('1ms', LONGEST_TIMER)
/** Of an attempt. Who makes one outside of its lane has claimed it for twice as long: nobody makes it again. */
const attemptTimeout = within('1ms', '60s')
/** What is added to a date: ten years. */
const span = within('0ms', '87600h')

const flag = z.enum(['true', 'false']).transform((text) => text === 'true')
const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
const isProxyUrl = (text: string) => {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return false
  return url.pathname === '/' && url.search === '' && isEscaped(url.username + url.password)
}
/** Whether each % begins the escape of a byte, and the bytes are UTF-8. */
const isEscaped = (text: string) => {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
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

/** Every variable that Plantroom reads, as text → as it is used. */
export const environment = z.object({
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
  AUTH_ACCESS_TOKEN_TTL: span.prefault('15m'),
  AUTH_REFRESH_TOKEN_TTL: span.prefault('720h'),
  AUTH_INVITATION_TTL: span.prefault('168h'),
  OIDC_ISSUER: z.url().optional(),
  OIDC_JWKS_URL: z.url().optional(),
  OIDC_AUDIENCE: z.string().min(1).optional(),
  OIDC_ALGORITHMS: z
    .string()
    .prefault('RS256,PS256,ES256,EdDSA')
    .transform(list)
    .pipe(z.array(z.enum(OPENID_ALGORITHMS)).min(1)),
  OIDC_CLOCK_TOLERANCE: span.prefault('30s'),
  TRUSTED_PROXIES: z.string().prefault('').transform(list).pipe(z.array(cidr)),
  CONNECTIONS_PER_ADDRESS: integer(1, 1_000_000).prefault('1000'),
  CORS_ORIGINS: z
    .string()
    .prefault('')
    .transform(list)
    .pipe(z.array(z.string().refine(isOrigin, 'must be origins (https://app.example.com) or *'))),
  REQUESTS_PER_MINUTE: integer(1, 30_000).optional(),
  QUERY_TIMEOUT: timeout.prefault('10s'),
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
    .pipe(z.array(wait).min(1)),
  WEBHOOK_RETRY_DEADLINE: span.prefault('24h'),
  WEBHOOK_TIMEOUT: attemptTimeout.prefault('30s'),
  WEBHOOK_CONNECT_TIMEOUT: timeout.prefault('5s'),
  WEBHOOK_CONCURRENCY: integer(2, 10_000).prefault('256'),
  WEBHOOK_LOG_DAYS: integer(1, 3_650).prefault('30'),
  WEBHOOK_DISABLE_AFTER: span.prefault('120h'),
  WEBHOOK_DISABLE_SPREAD: span.prefault('12h'),
  SHUTDOWN_TIMEOUT: wait.prefault('30s'),
})
