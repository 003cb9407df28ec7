import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig, makeOwnSecrets } from '../../src/config/config.ts'
import { readOrMakeSecrets, writeSecrets } from '../../src/database/postgres/data-folder.ts'
import { startEmbeddedPostgres } from '../../src/database/postgres/embedded.ts'
import { migrate } from '../../src/database/migrations/migrate.ts'
import { countKeys, reseal } from '../../src/database/sealing/resealing.ts'
import { getDatamodel } from '../../src/generated/pothos.ts'
import { keyIdOf, makeKeyRing } from '../../src/config/key-ring.ts'
import { SEALED_COLUMNS } from '../../src/worker/sealed-columns.ts'
import { openSecret, sealSecret } from '../../src/webhooks/endpoints/secrets.ts'
import { temporaryFolder } from '../../scripts/temporary-folder.ts'
import { addOrganization, ask, send, startTestApp, TEST_ENVIRONMENT } from '../harness/app.ts'
import { cloneDatabase, withClient } from '../harness/database.ts'
import { CreateEndpoint, CreateLocation, CreateWorkOrder } from '../harness/documents.ts'
import { startReceiver, verifyInfodeck } from '../harness/receiver.ts'

const makeKey = () => randomBytes(32).toString('base64')
const idOf = (key: string) => keyIdOf(Buffer.from(key, 'base64'))

interface Ran {
  code: number
  output: string
}

/** `npm run rotate-keys` in a process of its own, as an operator runs it. */
function rotateKeys(env: Record<string, string>, args: string[] = []): Promise<Ran> {
  return new Promise((resolve) => {
    const script = path.resolve(import.meta.dirname, '../../scripts/rotate-keys.ts')
    const settings = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env }
    execFile(
      process.execPath,
      [script, ...args],
      { env: settings, timeout: 90_000 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code ?? 1)
        resolve({ code, output: stdout + stderr })
      },
    )
  })
}

describe('with a database of its own', () => {
  const [first, second] = [makeKey(), makeKey()]
  let database: Awaited<ReturnType<typeof cloneDatabase>>
  beforeAll(async () => {
    database = await cloneDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  it('rotates while the product runs: nothing that was sealed is lost, and the old key can go', async () => {
    const { url } = database
    const secrets = { AUTH_JWT_SECRET: TEST_ENVIRONMENT.AUTH_JWT_SECRET, DATABASE_URL: url }
    await using receiver = await startReceiver()
    let secret = ''
    let input = { title: '', locationId: '' }
    const once = { 'Idempotency-Key': 'made before the rotation' }
    let made: string | undefined
    {
      // Step 1 of docs/operations.md: every process can read the new key.
      await using test = await startTestApp(
        { ENCRYPTION_KEY: first, ENCRYPTION_OLD_KEYS: second },
        url,
      )
      const org = await addOrganization(test)
      const site = await ask(test.url, org.owner, CreateLocation, {
        input: { name: 'Site', kind: 'LOCATION' },
      })
      const created = await ask(test.url, org.owner, CreateEndpoint, {
        input: {
          url: receiver.url,
          eventTypes: ['workorder.created'],
          customHeaders: [{ name: 'x-tenant', value: 'tenant of ours' }],
        },
      })
      secret = created.webhookEndpointCreate.signingSecret ?? ''
      input = { title: 'Leak', locationId: site.locationCreate.location?.id ?? '' }
      const credentials = { ...org.owner, ...once } as typeof org.owner
      const order = await ask(test.url, credentials, CreateWorkOrder, { input })
      made = order.workOrderCreate.workOrder?.id
      await receiver.waitFor(1)

      const rotation = { ...secrets, ENCRYPTION_KEY: second, ENCRYPTION_OLD_KEYS: first }
      const counted = await rotateKeys(rotation, ['--dry-run'])
      expect(counted.code).toBe(0)
      expect(counted.output).toContain(
        `webhook_endpoint_secret: 1 with key ${idOf(first)} (to be sealed anew)`,
      )
      expect(counted.output).toContain(`idempotency_record: 1 with key ${idOf(first)}`)
      expect(counted.output).not.toContain('sealed anew\n')
      expect(await keysIn(url)).toEqual(new Set([idOf(first)]))

      const rotated = await rotateKeys(rotation)
      expect(rotated.output).toContain('webhook_endpoint: 1 sealed anew')
      expect(rotated.output).toContain('done: the current key alone is enough')
      expect(rotated.code).toBe(0)
      expect(await keysIn(url)).toEqual(new Set([idOf(second)]))
      expect((await rotateKeys(rotation)).output).toContain('nothing to do')

      // The process that was there all the time goes on.
      const again = await ask(test.url, credentials, CreateWorkOrder, { input })
      expect(again.workOrderCreate.workOrder?.id).toBe(made)
      await ask(test.url, org.owner, CreateWorkOrder, { input })
      const [, delivery] = await receiver.waitFor(2)
      if (delivery === undefined) throw new Error('nothing received')
      verifyInfodeck(delivery, secret)
    }
    {
      await using test = await startTestApp({ ENCRYPTION_KEY: second }, url)
      const rows = await withClient(url, (client) =>
        client.query('SELECT endpoint_id, sealed FROM webhook_endpoint_secret'),
      )
      const ring = test.config.encryptionKeys
      expect(openSecret(ring, rows.rows[0].endpoint_id, rows.rows[0].sealed)).toBe(secret)
    }
  })

  it('a start without the key of something sealed is refused in one sentence', async () => {
    const third = makeKey()
    await expect(startTestApp({ ENCRYPTION_KEY: third }, database.url)).rejects.toThrow(
      `The database holds secrets that were sealed with another key: 1 in webhook_endpoint_secret (key id ${idOf(second)}), 1 in webhook_endpoint (key id ${idOf(second)}). Set that key as ENCRYPTION_KEY, or add it to ENCRYPTION_OLD_KEYS. Nothing was changed.`,
    )
    const rotated = await rotateKeys({
      DATABASE_URL: database.url,
      AUTH_JWT_SECRET: TEST_ENVIRONMENT.AUTH_JWT_SECRET,
      ENCRYPTION_KEY: third,
    })
    expect(rotated.code).toBe(1)
    expect(rotated.output).toContain(
      `webhook_endpoint_secret: 1 with key ${idOf(second)} cannot be opened`,
    )
    await using test = await startTestApp(
      { ENCRYPTION_KEY: third, ENCRYPTION_OLD_KEYS: second },
      database.url,
    )
    expect(test.url).not.toBe('')
  })
})

it('a kept answer whose key is gone is refused, never run again', async () => {
  await using database = await cloneDatabase()
  const [first, second] = [makeKey(), makeKey()]
  let credentials: Record<string, string>
  {
    await using test = await startTestApp({ ENCRYPTION_KEY: first }, database.url)
    const org = await addOrganization(test)
    credentials = { ...org.owner, 'Idempotency-Key': 'once' }
    await send(test.url, credentials as never, CreateLocation, {
      input: { name: 'Site', kind: 'LOCATION' },
    })
  }
  await using test = await startTestApp({ ENCRYPTION_KEY: second }, database.url)
  const again = await send(test.url, credentials as never, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  expect(again.data.locationCreate.userErrors.map((error) => error.code)).toEqual(['IDEMPOTENCY'])
  const sites = await withClient(database.url, (client) => client.query('SELECT FROM location'))
  expect(sites.rowCount).toBe(1)
})

it('goes on where it was stopped, and leaves alone what is written meanwhile', async () => {
  await using test = await startTestApp()
  await using receiver = await startReceiver()
  const org = await addOrganization(test)
  for (let count = 0; count < 7; count++) {
    await ask(test.url, org.owner, CreateEndpoint, {
      input: { url: receiver.url, eventTypes: ['asset.*'] },
    })
  }
  const { pool } = test.app.database
  const before = test.config.encryptionKeys.current
  const next = makeKeyRing(randomBytes(32), [before])
  const [column] = SEALED_COLUMNS
  if (column === undefined) throw new Error('nothing is sealed')
  // Stopped after its first batch.
  const stopped = reseal(
    pool,
    next,
    column,
    () => {
      throw new Error('stopped')
    },
    3,
  )
  await expect(stopped).rejects.toThrow('stopped')
  const half = (await countKeys(pool, [column])).map((each) => [each.keyId, each.count])
  expect(new Map(half as [string, number][])).toEqual(
    new Map([
      [keyIdOf(next.current), 3],
      [keyIdOf(before), 4],
    ]),
  )
  // A row that somebody holds is left out by this pass and waits for nobody.
  await withClient(test.databaseUrl, async (client) => {
    await client.query('BEGIN')
    await client.query(
      'SELECT FROM webhook_endpoint_secret WHERE id = (SELECT max(id) FROM webhook_endpoint_secret) FOR UPDATE',
    )
    expect(await reseal(pool, next, column)).toEqual({ done: 3, failed: 0 })
    await client.query('ROLLBACK')
  })
  expect(await reseal(pool, next, column)).toEqual({ done: 1, failed: 0 })
  expect((await countKeys(pool, [column])).map((each) => each.keyId)).toEqual([
    keyIdOf(next.current),
  ])
})

it('the embedded installation makes its new key itself, and keeps it with its data', async () => {
  await using folder = await temporaryFolder('keys')
  const env = { DATA_DIR: path.join(folder.path, 'data') }
  const secretsFile = path.join(env.DATA_DIR, 'secrets.json')
  const made = makeOwnSecrets()
  {
    readOrMakeSecrets(env.DATA_DIR)
    writeSecrets(env.DATA_DIR, made)
    await using postgres = await startEmbeddedPostgres(env.DATA_DIR)
    await migrate(postgres.url)
    await withClient(postgres.url, (client) =>
      client.query(`INSERT INTO organization (id, name, plan) VALUES ('o-1', 'One', 'ENTERPRISE')`),
    )
    await withClient(postgres.url, async (client) => {
      await client.query(
        `INSERT INTO webhook_endpoint (id, organization_id, url, created_by_id) VALUES ('whk-1', 'o-1', 'https://example.com', 'usr-1')`,
      )
      await client.query(
        `INSERT INTO webhook_endpoint_secret (id, organization_id, endpoint_id, sealed) VALUES ('whs-1', 'o-1', 'whk-1', $1)`,
        [sealSecret(makeKeyRing(Buffer.from(made.encryptionKey, 'base64')), 'whk-1', 'whsec_kept')],
      )
    })
  }
  const counted = await rotateKeys(env, ['--dry-run'])
  expect(counted.output).toContain(
    `webhook_endpoint_secret: 1 with key ${idOf(made.encryptionKey)} (current)`,
  )
  expect(JSON.parse(await readFile(secretsFile, 'utf8'))).toEqual(made)

  const rotated = await rotateKeys(env)
  expect(rotated.output).toContain('done: the current key alone is enough')
  const kept: typeof made = JSON.parse(await readFile(secretsFile, 'utf8'))
  expect(kept.encryptionKey).not.toBe(made.encryptionKey)
  expect(Object.keys(kept).toSorted()).toEqual(['encryptionKey', 'jwtSecret'])
  expect(kept.jwtSecret).toBe(made.jwtSecret)
  expect(await readdir(env.DATA_DIR)).not.toContain('plantroom.pid')

  // Killed in the middle, the file names both keys and the product reads both.
  const config = loadConfig({}, () => ({ ...kept, oldEncryptionKeys: [made.encryptionKey] }))
  expect([...config.encryptionKeys.byId.keys()].toSorted()).toEqual(
    [idOf(kept.encryptionKey), idOf(made.encryptionKey)].toSorted(),
  )
})

it('every sealed column is known to the rotation', () => {
  const { models } = getDatamodel().datamodel
  const sealed = Object.values(models).flatMap((model) =>
    model.fields.filter((field) => field.type === 'Bytes'),
  )
  expect(sealed.length).toBe(SEALED_COLUMNS.length)
})

async function keysIn(url: string): Promise<Set<string>> {
  return withClient(url, async (client) => {
    const counts = await countKeys(client as never, SEALED_COLUMNS)
    return new Set(counts.map((each) => each.keyId))
  })
}
