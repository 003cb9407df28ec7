/**
 * Money and quantities, exactly: whole cents and thousandths of a unit as bigint, never a float.
 * Amounts stay below 2^53, so that they are exact as JSON numbers in every receiver's language.
 */
export const MAX_CENTS = 2n ** 53n - 1n

/** Thousandths in one unit. */
const MILLI = 1_000n
const QUANTITY = /^(\d{1,12})(?:\.(\d{1,3}))?$/

/** "2.5" → 2500n thousandths; undefined for anything but a decimal above zero with ≤ 3 places. */
export function parseQuantity(text: string): bigint | undefined {
  const match = QUANTITY.exec(text.trim())
  if (match === null) return undefined
  const milli = BigInt(match[1] ?? '') * MILLI + BigInt((match[2] ?? '').padEnd(3, '0'))
  return milli === 0n ? undefined : milli
}

/** 2500n → "2.5": as few places as say it exactly. */
export function formatQuantity(milli: bigint): string {
  const whole = milli / MILLI
  const places = (milli % MILLI).toString().padStart(3, '0').replace(/0+$/, '')
  return places === '' ? whole.toString() : `${whole}.${places}`
}

/** quantity × rate in whole cents, halves rounded up. Undefined from 2^53 on. */
export function lineAmountCents(quantityMilli: bigint, rateCents: bigint): bigint | undefined {
  const cents = (quantityMilli * rateCents + MILLI / 2n) / MILLI
  return cents > MAX_CENTS ? undefined : cents
}

/** Sum of amounts in cents. Undefined from 2^53 on. */
export function totalCents(amounts: readonly bigint[]): bigint | undefined {
  const total = amounts.reduce((sum, cents) => sum + cents, 0n)
  return total > MAX_CENTS ? undefined : total
}
