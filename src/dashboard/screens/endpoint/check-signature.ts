export type Verdict = 'genuine' | 'old' | 'wrong' | 'unreadable'

/** As docs/verify-signatures.md says it; a delivery is refused when its time is further away. */
const TOLERANCE_SECONDS = 300

/**
 * Whether a request was signed with this secret. Everything stays in this browser.
 * @param header value of x-infodeck-signature
 */
export async function checkSignature(
  body: string,
  header: string,
  secret: string,
  nowSeconds = Date.now() / 1_000,
): Promise<Verdict> {
  const [time = '', ...signatures] = header.trim().split(',')
  const timestamp = /^t=(\d+)$/.exec(time.trim())?.[1]
  if (timestamp === undefined || signatures.length === 0) return 'unreadable'
  const text = new TextEncoder()
  const key = await crypto.subtle.importKey(
    'raw',
    text.encode(secret.trim()),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  )
  const made = await crypto.subtle.sign('HMAC', key, text.encode(`${timestamp}.${body}`))
  const expected = [...new Uint8Array(made)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
  if (!signatures.some((part) => part.trim() === `v1=${expected}`)) return 'wrong'
  return Math.abs(nowSeconds - Number(timestamp)) > TOLERANCE_SECONDS ? 'old' : 'genuine'
}
