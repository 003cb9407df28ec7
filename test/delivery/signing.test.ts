import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { makeSigningKey, signAttempt } from '../../src/delivery/attempt/signing.ts'
import { makeSigningSecret } from '../../src/webhooks/endpoints/secrets.ts'

const BODY = Buffer.from('{"id":"evt_1","data":{"object":{"title":"Tür – 門 🚪"}}}')

/** As a receiver would compute it from the integration guide, step 5. */
function guideSignature(secret: string, timestamp: number): string {
  return createHmac('sha256', secret)
    .update(`${timestamp}.${BODY.toString('utf8')}`)
    .digest('hex')
}

/** As the Standard Webhooks specification describes it. */
function standardSignature(secret: string, id: string, timestamp: number): string {
  const key = Buffer.from(secret.split('_')[1] ?? '', 'base64')
  return createHmac('sha256', key)
    .update(Buffer.concat([Buffer.from(`${id}.${timestamp}.`), BODY]))
    .digest('base64')
}

describe('signing', () => {
  it('gives what the guide and Standard Webhooks ask for, from one secret', () => {
    for (let n = 0; n < 20; n++) {
      const secret = makeSigningSecret()
      const signed = signAttempt([makeSigningKey(secret)], 'evt_1', 1_771_911_526 + n, BODY)
      const timestamp = 1_771_911_526 + n
      expect(signed.infodeck).toBe(`t=${timestamp},v1=${guideSignature(secret, timestamp)}`)
      expect(signed.standard).toBe(`v1,${standardSignature(secret, 'evt_1', timestamp)}`)
    }
  })

  it("agrees with the specification's published example", () => {
    // Standard Webhooks' own test vector: secret, message id, timestamp, body and signature.
    const signed = signAttempt(
      [makeSigningKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')],
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1_614_265_330,
      Buffer.from('{"test": 2432232314}'),
    )
    expect(signed.standard).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  it('signs with the old secret first while both are live', () => {
    const [older, newer] = [makeSigningSecret(), makeSigningSecret()]
    const keys = [makeSigningKey(older), makeSigningKey(newer)]
    const signed = signAttempt(keys, 'evt_1', 100, BODY)
    expect(signed.infodeck).toBe(
      `t=100,v1=${guideSignature(older, 100)},v1=${guideSignature(newer, 100)}`,
    )
    expect(signed.standard).toBe(
      `v1,${standardSignature(older, 'evt_1', 100)} v1,${standardSignature(newer, 'evt_1', 100)}`,
    )
  })

  it('makes secrets of 24 to 64 random bytes, none twice', () => {
    const secrets = Array.from({ length: 100 }, makeSigningSecret)
    expect(new Set(secrets).size).toBe(100)
    for (const secret of secrets) {
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/)
      const bytes = Buffer.from(secret.slice(6), 'base64')
      expect(bytes.length).toBeGreaterThanOrEqual(24)
      expect(bytes.length).toBeLessThanOrEqual(64)
    }
  })
})
