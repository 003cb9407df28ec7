import { hash, verify } from '@node-rs/argon2'

/** Argon2id with 19 MiB, two passes, one lane: the OWASP password storage minimum. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export function hashPassword(password: string): Promise<string> {
  return hash(password, PARAMETERS)
}

let absent: Promise<string> | undefined

/**
 * Whether the password fits. A user without a password, or no user at all, costs the same time as a
 * wrong password, so that nobody learns which addresses exist.
 */
export async function passwordFits(
  passwordHash: string | null | undefined,
  password: string,
): Promise<boolean> {
  absent ??= hashPassword('nobody has this password')
  const fits = await verify(passwordHash ?? (await absent), password)
  return passwordHash != null && fits
}
