/**
 * A place in an organization's log, as clients hold it: opaque, but only a position inside, so that
 * it stays valid across servers and restarts. `0` stands before the first event.
 */
export function encodeCursor(position: bigint): string {
  return Buffer.from(`e1:${position}`).toString('base64url')
}

/** @returns undefined for text that is not a cursor. */
export function decodeCursor(cursor: string): bigint | undefined {
  const match = /^e1:(\d{1,18})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))
  return match?.[1] === undefined ? undefined : BigInt(match[1])
}
