import { timingSafeEqual } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { Prisma } from '../../generated/prisma/client.ts'

/** Argon2id with 19 MiB, two passes, one lane: the OWASP password storage minimum. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/**
 * @param salted a hash whose salt is taken. The accounts of one address, in whichever organizations,
 * share theirs: so signing in takes one computation, however many they are, and its time tells nobody.
 */
export function hashPassword(password: string, salted?: string | null): Promise<string> {
  const salt = salted == null ? undefined : computationOf(salted)?.salt
  return hash(password, salt === undefined ? PARAMETERS : { ...PARAMETERS, salt })
}

interface Statements {
  $queryRaw<T>(query: Prisma.Sql): Promise<T>
}

/** For `hashPassword`: what the accounts of an address have in common, in the whole installation. */
export async function hashAtAddress(tx: Statements, email: string): Promise<string | undefined> {
  const found = await tx.$queryRaw<{ hash: string }[]>(
    Prisma.sql`SELECT password_hash AS hash FROM app_user
                WHERE email = ${email} AND password_hash IS NOT NULL AND status <> 'DELETED'
                ORDER BY created LIMIT 1`,
  )
  return found[0]?.hash
}

let absent: Promise<string> | undefined

/** Whether the password fits. A user without a password costs the same time as a wrong one. */
export async function passwordFits(
  passwordHash: string | null | undefined,
  password: string,
): Promise<boolean> {
  const [fits = false] = await passwordFitsEach([passwordHash], password)
  return fits
}

/**
 * Which of several hashes a password fits. None at all costs the same time as a wrong password, and so
 * do several with one salt, so that nobody learns which addresses exist, and how often.
 */
export async function passwordFitsEach(
  hashes: readonly (string | null | undefined)[],
  password: string,
): Promise<boolean[]> {
  const given = hashes.filter((each) => each != null)
  absent ??= hashPassword('nobody has this password')
  const computed = new Map<string, string>()
  for (const each of given.length > 0 ? given : [await absent]) {
    const computation = computationOf(each)
    if (computation === undefined || computed.has(computation.name)) continue
    const { name, ...parameters } = computation
    computed.set(name, await hash(password, parameters))
  }
  return Promise.all(
    hashes.map(async (each) => {
      if (each == null) return false
      const own = computed.get(computationOf(each)?.name ?? '')
      return own === undefined ? verify(each, password) : isSame(own, each)
    }),
  )
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

/** What a hash is computed with beside the password; undefined for one of another kind. */
function computationOf(passwordHash: string) {
  const parts = /^(\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+))\$/.exec(
    passwordHash,
  )
  if (parts === null) return undefined
  const [, name = '', memory, time, lanes, salt = ''] = parts
  return {
    name,
    salt: Buffer.from(salt, 'base64'),
    memoryCost: Number(memory),
    timeCost: Number(time),
    parallelism: Number(lanes),
  }
}
