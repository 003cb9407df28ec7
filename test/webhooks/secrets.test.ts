import { Writable } from 'node:stream'
import { getNamedType, isRequiredArgument } from 'graphql'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { schema } from '../../src/schema.ts'
import { addOrganization, send, TEST_ENVIRONMENT, type TestApp } from '../harness/app.ts'
import { cloneDatabase } from '../harness/database.ts'
import { CreateLocation } from '../harness/documents.ts'
import {
  AcceptInvitation,
  ChangePassword,
  CreateApiKey,
  InviteUser,
  RefreshSession,
  RotateApiKey,
  SignIn,
  UpdateUser,
} from '../harness/identity-documents.ts'
import { startReceiver } from '../harness/receiver.ts'
import { selectAll } from '../harness/schema-walk.ts'

const CreateEndpoint = graphql(`
  mutation SecretsCreateEndpoint($input: WebhookEndpointCreateInput!) {
    webhookEndpointCreate(input: $input) {
      endpoint {
        id
      }
      signingSecret
      userErrors {
        message
      }
    }
  }
`)

const RotateSecret = graphql(`
  mutation SecretsRotate($input: WebhookEndpointRotateSecretInput!) {
    webhookEndpointRotateSecret(input: $input) {
      signingSecret
      userErrors {
        message
      }
    }
  }
`)

/** Everything that reading gives: whatever may be looked up afterwards must hold no secret. */
const READS = Object.values(schema.getQueryType()?.getFields() ?? {})
  .filter((field) => !field.args.some(isRequiredArgument))
  // Of what has a subject of any kind, all of them would be more than a query may ask for.
  .map((field) => [
    field.name,
    selectAll(
      getNamedType(field.type),
      schema,
      ['events', 'attention'].includes(field.name) ? 1 : 2,
    ),
  ])
  .map(([name, selection]) => `{ ${name} ${selection} }`)

let test: TestApp
let logged = ''
beforeAll(async () => {
  await using started = new AsyncDisposableStack()
  const { url } = started.use(await cloneDatabase())
  const config = loadConfig({ ...TEST_ENVIRONMENT, DATABASE_URL: url }, () => {
    throw new Error('tests bring their own secrets')
  })
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk)
      done()
    },
  })
  const app = started.use(await startApp(config, pino({ level: 'trace' }, stream)))
  const stack = started.move()
  test = {
    app,
    config,
    url: app.url ?? '',
    databaseUrl: url,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
})
afterAll(() => test[Symbol.asyncDispose]())

it('no secret is in logs, errors, later answers, audit rows or the text of the database', async () => {
  const secrets: [string, string][] = []
  const answers: string[] = []
  const org = await addOrganization(test)
  const keep = (name: string, value: string | null | undefined) => {
    expect(value, name).toBeTruthy()
    secrets.push([name, value ?? ''])
  }
  const once = { ...org.owner, 'Idempotency-Key': 'with a key' } as never

  const invited = await send(test.url, once, InviteUser, {
    input: { email: 'invited@example.com', name: 'Invited', role: 'ADMIN' },
  })
  const invitation = invited.data.userInvite.invitationToken ?? ''
  keep('invitation', invitation)
  const [first, second] = ['the first long password', 'the second long password']
  keep('first password', first)
  keep('second password', second)
  await send(test.url, {}, AcceptInvitation, { input: { token: invitation, password: first } })
  const signedIn = await send(test.url, {}, SignIn, {
    input: { email: 'invited@example.com', password: first },
  })
  keep('access token', signedIn.data.signIn.accessToken)
  keep('refresh token', signedIn.data.signIn.refreshToken)
  const bearer = { Authorization: `Bearer ${signedIn.data.signIn.accessToken}` }
  await send(test.url, bearer, ChangePassword, {
    input: { currentPassword: first, newPassword: second },
  })
  const refreshToken = signedIn.data.signIn.refreshToken
  const refreshed = await send(test.url, {}, RefreshSession, { input: { refreshToken } })
  keep('second refresh token', refreshed.data.sessionRefresh.refreshToken)
  const made = await send(test.url, once, CreateApiKey, {
    input: { name: 'Key', scopes: ['work-orders:read'] },
  })
  keep('API key', made.data.apiKeyCreate.key)
  const id = made.data.apiKeyCreate.apiKey?.id ?? ''
  const rotated = await send(test.url, once, RotateApiKey, { input: { id, graceSeconds: 60 } })
  keep('rotated API key', rotated.data.apiKeyRotate.key)
  keep('value of a custom header', 'a-very-secret-header-value')
  // Answers what it was sent, as some receivers do.
  await using receiver = await startReceiver()
  receiver.answer = ({ headers, body }) => ({
    status: 200,
    headers: { 'x-echo': String(headers['x-receiver']) },
    body: JSON.stringify({ headers, body }),
  })
  const endpoint = await send(test.url, once, CreateEndpoint, {
    input: {
      url: receiver.url,
      eventTypes: ['*'],
      customHeaders: [{ name: 'X-Receiver', value: 'a-very-secret-header-value' }],
    },
  })
  keep('signing secret', endpoint.data.webhookEndpointCreate.signingSecret)
  const endpointId = endpoint.data.webhookEndpointCreate.endpoint?.id ?? ''
  const renewed = await send(test.url, once, RotateSecret, { input: { id: endpointId } })
  keep('second signing secret', renewed.data.webhookEndpointRotateSecret.signingSecret)

  await send(test.url, org.owner, CreateLocation, { input: { name: 'Site', kind: 'LOCATION' } })
  await send(test.url, org.owner, UpdateUser, {
    input: { id: invited.data.userInvite.user?.id ?? '', name: 'Renamed' },
  })
  await receiver.waitFor(2)
  expect(receiver.received[0]?.headers['x-receiver']).toBe('a-very-secret-header-value')
  await vi.waitUntil(async () => (await databaseText()).includes('X-Receiver: (hidden)'), 10_000)

  // What fails says nothing either.
  const mistakes = [
    await send(test.url, {}, SignIn, {
      input: { email: 'invited@example.com', password: `${second} x` },
    }),
    await send(test.url, {}, RefreshSession, { input: { refreshToken } }),
    await send(test.url, {}, AcceptInvitation, { input: { token: invitation, password: second } }),
    await send(test.url, { Authorization: `Bearer ${refreshToken}` }, '{ viewer { role } }'),
    await send(
      test.url,
      { 'X-Api-Key': secrets.find(([name]) => name === 'API key')?.[1] ?? '' },
      '{ apiKeys { nodes { id } } }',
    ),
  ]
  for (const mistake of mistakes) answers.push(JSON.stringify([mistake.data, mistake.errors]))
  expect(READS.length).toBeGreaterThan(25)
  for (const read of READS) {
    const answer = await send(test.url, org.owner, read)
    expect(
      answer.errors.map((error) => error.message),
      read,
    ).toEqual([])
    answers.push(JSON.stringify(answer.data))
  }
  // Nothing of this is worth anything if the attempts are not among what is read.
  expect(answers.join('\n')).toContain('(hidden)')

  const places = { logs: logged, answers: answers.join('\n'), database: await databaseText() }
  expect(places.logs.length).toBeGreaterThan(1_000)
  expect(places.database).toContain('invited@example.com')
  for (const [name, secret] of secrets) {
    for (const [place, text] of Object.entries(places)) {
      expect(text.includes(secret), `${name} in ${place}`).toBe(false)
      // The part after a prefix alone would do as well.
      expect(text.includes(secret.slice(-24)), `end of ${name} in ${place}`).toBe(false)
    }
  }
})

/** Every row of every table as text, bytes in readable form. */
async function databaseText(): Promise<string> {
  const { pool } = test.app.database
  const tables = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  )
  let text = ''
  const client = await pool.connect()
  await client.query(`SET bytea_output = 'escape'`)
  for (const { name } of tables.rows) {
    const rows = await client.query<{ text: string }>(`SELECT t::text AS text FROM ${name} AS t`)
    text += rows.rows.map((row) => row.text).join('\n')
  }
  await client.query('RESET bytea_output')
  client.release()
  return text
}
