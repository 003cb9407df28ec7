import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'

/** A database of one's own: a clone of the migrated template, dropped at the end. */
export async function cloneDatabase(): Promise<{ url: string } & AsyncDisposable> {
  const template = new URL(inject('templateUrl'))
  const templateName = template.pathname.slice(1)
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = new URL(template)
  admin.pathname = '/postgres'
  await withClient(admin.href, async (client) => {
    // One clone at a time: PostgreSQL refuses while another session copies the template.
    await client.query('SELECT pg_advisory_lock(1)')
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${templateName}`)
  })
  const url = new URL(template)
  url.pathname = `/${name}`
  return {
    url: url.href,
    [Symbol.asyncDispose]: () =>
      withClient(admin.href, async (client) => {
        await client.query(`DROP DATABASE ${name} WITH (FORCE)`)
      }),
  }
}

/** An empty database, for tests of the migrations themselves. */
export async function emptyDatabase(): Promise<{ url: string } & AsyncDisposable> {
  const name = `empty_${randomBytes(6).toString('hex')}`
  const admin = new URL(inject('templateUrl'))
  admin.pathname = '/postgres'
  await withClient(admin.href, async (client) => {
    await client.query(`CREATE DATABASE ${name}`)
  })
  const url = new URL(admin)
  url.pathname = `/${name}`
  return {
    url: url.href,
    [Symbol.asyncDispose]: () =>
      withClient(admin.href, async (client) => {
        await client.query(`DROP DATABASE ${name} WITH (FORCE)`)
      }),
  }
}

export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
