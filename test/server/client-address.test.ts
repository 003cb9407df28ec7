import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addOrganization, startTestApp, type TestApp } from '../harness/app.ts'

let open: TestApp
let behind: TestApp
beforeAll(async () => {
  open = await startTestApp()
  behind = await startTestApp({ TRUSTED_PROXIES: '127.0.0.1/32, 10.0.0.0/8, fd00::/8' })
})
afterAll(async () => {
  await open[Symbol.asyncDispose]()
  await behind[Symbol.asyncDispose]()
})

/** The address that the audit log holds of a change that came with this header. */
async function addressOf(test: TestApp, forwarded: string | undefined): Promise<unknown> {
  const org = await addOrganization(test)
  const change =
    'mutation { organizationUpdate(input: { name: "Renamed" }) { userErrors { message } } }'
  const response = await fetch(`${test.url}/graphql`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...org.owner,
      ...(forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded }),
    },
    body: JSON.stringify({ query: change }),
  })
  expect(response.status).toBe(200)
  const { rows } = await test.app.database.pool.query<{ remote_address: string }>(
    `SELECT remote_address FROM audit_entry WHERE organization_id = $1 AND action = 'organizationUpdate'`,
    [org.organizationId],
  )
  return rows[0]?.remote_address
}

describe('the address of a client', () => {
  it.each([
    ['without the header', undefined, '127.0.0.1'],
    ['as the proxy heard it', '192.0.2.7', '192.0.2.7'],
    ['through two proxies', '192.0.2.7, 10.1.2.3', '192.0.2.7'],
    ['not as the client claims', '198.51.100.1, 192.0.2.7', '192.0.2.7'],
    ['not what claims to be a proxy', '198.51.100.1, 10.9.9.9, 192.0.2.7, 10.1.2.3', '192.0.2.7'],
    ['of IPv6', '2001:db8::7, fd00::1', '2001:db8::7'],
    ['with a port', '192.0.2.7:4711', '192.0.2.7'],
    ['of IPv6 with a port', '[2001:db8::7]:4711, [fd00::1]', '2001:db8::7'],
    ['of IPv4 in the notation of IPv6', '::ffff:192.0.2.7', '192.0.2.7'],
    ['no further than what can be read', 'unknown, 10.1.2.3', '10.1.2.3'],
    ['without anything in the header', '', '127.0.0.1'],
    ["with an attacker's text", "192.0.2.7'; DROP TABLE x --", '127.0.0.1'],
  ])('behind proxies is found %s', async (_what, forwarded, expected) => {
    expect(await addressOf(behind, forwarded)).toBe(expected)
  })

  it('is that of the connection where no proxy is trusted', async () => {
    expect(await addressOf(open, '192.0.2.7')).toBe('127.0.0.1')
  })
})
