import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addOrganization,
  type Credentials,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../../harness/app.ts'
import { type Receiver, startReceiver } from '../../harness/receiver.ts'
import { recordOf, restOf } from '../../harness/rest.ts'

// The integration guide, from its first call to its last, as it is printed: only the address and what
// stands in braces there is put in.

const run = promisify(execFile)
const ADDRESS = 'https://app.infodeck.io'

let test: TestApp
let org: TestOrganization
let receiver: Receiver
let key: string
let values: Record<string, string>

beforeAll(async () => {
  test = await startTestApp({ WEBHOOK_ALLOW_PRIVATE: 'true' })
  org = await addOrganization(test)
  receiver = await startReceiver()
  const credentials = await org.addApiKey(['work-orders:read', 'assets:read', 'locations:read'])
  key = secretOf(credentials)
  const rest = restOf(test, org)
  const place = recordOf(
    await rest('POST', '/locations', { body: { name: 'Site', kind: 'Location' } }),
  )
  for (const title of ['Lift stops', 'Tap drips']) {
    recordOf(await rest('POST', '/work-orders', { body: { title, locationId: place.id } }))
  }
  const type = recordOf(await rest('POST', '/asset-types', { body: { name: 'Chiller' } }))
  const asset = recordOf(
    await rest('POST', '/assets', {
      body: { name: 'Chiller 2', assetTypeId: type.id, locationId: place.id },
    }),
  )
  values = {
    orgId: org.organizationId,
    assetId: asset.id,
    token: secretOf(org.owner).replace('Bearer ', ''),
    'your-api-key': key,
  }
})
afterAll(async () => {
  await receiver[Symbol.asyncDispose]()
  await test[Symbol.asyncDispose]()
})

const secretOf = (credentials: Credentials) => Object.values(credentials)[0] ?? ''

/** A command of the guide in a shell, with the address and what stands in braces put in. */
async function shell(command: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const filled = command
    .replaceAll(ADDRESS, test.url)
    .replaceAll(/\{([a-zA-Z-]+)\}/g, (all, name: string) => values[name] ?? all)
    .replace(/^curl /, `curl -s -w '\\n%{http_code}' `)
  const { stdout } = await run('sh', ['-c', filled])
  const at = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(at + 1)), body: JSON.parse(stdout.slice(0, at)) }
}

describe('the calls of the guide, with curl', () => {
  it('list work orders', async () => {
    const { status, body } = await shell(
      `curl ${ADDRESS}/api/v2/organizations/{orgId}/work-orders \\
  -H "X-Api-Key: ${key}"`,
    )
    expect(status).toBe(200)
    expect(body).toMatchObject({
      data: [{ title: 'Tap drips', status: 'Open' }, { title: 'Lift stops' }],
      pagination: { hasMore: false },
    })
  })

  it('create a webhook, and its signing secret is in the answer', async () => {
    const { status, body } = await shell(
      `curl -X POST ${ADDRESS}/api/v2/organizations/{orgId}/webhooks \\
  -H "Authorization: Bearer {token}" \\
  -H "Content-Type: application/json" \\
  -d '{
    "url": "https://your-server.com/webhooks/infodeck",
    "events": ["workorder.status.changed", "asset.telemetry.updated"],
    "description": "BMS integration - work orders and sensors"
  }'`,
    )
    expect(status).toBe(201)
    expect(body['data']).toMatchObject({
      url: 'https://your-server.com/webhooks/infodeck',
      events: ['workorder.status.changed', 'asset.telemetry.updated'],
      description: 'BMS integration - work orders and sensors',
      signingSecret: expect.stringMatching(/^whsec_/),
    })
  })

  it('get one asset, send a test, see it arrive signed, and read the log of attempts', async () => {
    const asset = await shell(`curl ${ADDRESS}/api/v2/organizations/{orgId}/assets/{assetId} \\
  -H "X-Api-Key: {your-api-key}"`)
    expect(asset).toMatchObject({ status: 200, body: { data: { name: 'Chiller 2' } } })

    const made = await restOf(test, org)('POST', '/webhooks', {
      body: { url: receiver.url, events: ['workorder.status.changed'] },
    })
    const { id: webhookId, signingSecret } = recordOf(made)
    values['webhookId'] = webhookId
    const sent =
      await shell(`curl -X POST ${ADDRESS}/api/v2/organizations/{orgId}/webhooks/{webhookId}/test \\
  -H "Authorization: Bearer {token}"`)
    expect(sent.status).toBe(200)
    const [arrived] = await receiver.waitUntil((all) => all.length > 0)
    expect(arrived?.event.type).toBe('webhook.test')
    const [, at = '', signature] =
      /^t=(\d+),v1=([0-9a-f]+)/.exec(String(arrived?.headers['x-infodeck-signature'])) ?? []
    const signed = createHmac('sha256', String(signingSecret)).update(`${at}.${arrived?.body}`)
    expect(signed.digest('hex')).toBe(signature)

    const log =
      await shell(`curl ${ADDRESS}/api/v2/organizations/{orgId}/webhooks/{webhookId}/deliveries \\
  -H "Authorization: Bearer {token}"`)
    expect(log.status).toBe(200)
    expect(log.body['data']).toMatchObject([
      {
        eventType: 'webhook.test',
        status: 'Succeeded',
        attempts: [{ statusCode: 200, totalMs: expect.any(Number) }],
      },
    ])
  })
})

describe('the programs of the guide', () => {
  it('read work orders with fetch of Node', async () => {
    const program = `
const ORG_ID = process.env.ORG_ID;
const response = await fetch(
  \`${ADDRESS}/api/v2/organizations/\${ORG_ID}/work-orders\`,
  { headers: { 'X-Api-Key': process.env.INFODECK_API_KEY } }
);
const { data } = await response.json();
console.log(\`Found \${data.length} work orders\`);
`.replaceAll(ADDRESS, test.url)
    const env = { ...process.env, ORG_ID: org.organizationId, INFODECK_API_KEY: key }
    const args = ['--input-type=module', '-e', program]
    const { stdout } = await run(process.execPath, args, { env })
    expect(stdout).toBe('Found 2 work orders\n')
  })

  it('read work orders with requests of Python, where it is installed', async (context) => {
    const env = { ...process.env, ORG_ID: org.organizationId, INFODECK_API_KEY: key }
    const isThere = await run('python3', ['-c', 'import requests']).then(
      () => true,
      () => false,
    )
    if (!isThere) return context.skip('no python3 with requests on this machine')
    const program = `
import requests
import os
ORG_ID = os.environ["ORG_ID"]
response = requests.get(
    f"${ADDRESS}/api/v2/organizations/{ORG_ID}/work-orders",
    headers={"X-Api-Key": os.environ["INFODECK_API_KEY"]}
)
work_orders = response.json()["data"]
print(f"Found {len(work_orders)} work orders")
`.replaceAll(ADDRESS, test.url)
    const { stdout } = await run('python3', ['-c', program], { env })
    expect(stdout).toBe('Found 2 work orders\n')
  })
})

describe('what the guide says of refusals', () => {
  const list = (as: Credentials, where = test, whose = org) =>
    restOf(where, whose)('GET', '/work-orders', { as })

  it('401 Invalid API key', async () => {
    for (const wrong of [`idt_live_${'x'.repeat(32)}`, 'x', key.slice(0, -1)]) {
      const { status, body, headers } = await list({ 'X-Api-Key': wrong })
      expect(status).toBe(401)
      expect(headers.get('content-type')).toContain('application/problem+json')
      expect(body).toMatchObject({
        status: 401,
        code: 'UNAUTHENTICATED',
        message: 'Invalid API key',
        detail: 'Invalid API key',
      })
    }
  })

  it('403 API access requires Professional plan', async () => {
    const basic = await addOrganization(test, 'BASIC')
    const { status, body } = await list(await basic.addApiKey(['work-orders:read']), test, basic)
    expect(status).toBe(403)
    expect(body).toMatchObject({
      code: 'PLAN_REQUIRED',
      message: 'API access requires Professional plan',
    })
    const webhooks = await restOf(test, basic)('GET', '/webhooks')
    expect(webhooks).toMatchObject({ status: 403, body: { code: 'PLAN_REQUIRED' } })
  })

  it('429 Too many requests, with Retry-After and what is left in the headers', async () => {
    await using small = await startTestApp({ REQUESTS_PER_MINUTE: '3' })
    const own = await addOrganization(small)
    const credentials = await own.addApiKey(['work-orders:read'])
    const answers = []
    for (let request = 0; request < 4; request++) {
      answers.push(await list(credentials, small, own))
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    expect(answers.map(({ headers }) => headers.get('ratelimit-remaining'))).toEqual([
      '2',
      '1',
      '0',
      '0',
    ])
    const { body, headers } = answers[3] ?? (await list(credentials, small, own))
    expect(body).toMatchObject({ code: 'RATE_LIMITED', message: 'Too many requests' })
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('a key does not manage webhooks: a token of a user is needed', async () => {
    const { status, body } = await restOf(test, org)('GET', '/webhooks', {
      as: { 'X-Api-Key': key },
    })
    expect(status).toBe(403)
    expect(body['message']).toContain('needs a Bearer token')
  })
})
