import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import type { SchemaEngine } from '@prisma/schema-engine-wasm'
import { Pool, type QueryConfig, type QueryResult } from 'pg'

/**
 * Prisma's schema engine as WebAssembly. The ordinary CLI wants a native binary from the network;
 * this one ships in an npm package, talks through the driver adapter and keeps Prisma's own
 * `_prisma_migrations` table, so the CLI stays usable beside it.
 */
export async function openSchemaEngine(
  url: string,
  datamodels?: [path: string, content: string][],
): Promise<{ engine: SchemaEngine } & AsyncDisposable> {
  loading ??= loadGlue()
  const glue = await loading
  const pool = openCatalogPool(url)
  const engine = await glue.SchemaEngine.new(
    { datamodels },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(new SchemaAdapter(pool)),
  )
  return {
    engine,
    async [Symbol.asyncDispose]() {
      engine.free()
      // The engine leaves its connections open, and one of them holds Prisma's migration lock.
      await pool.end()
    },
  }
}

/** The glue module holds one instance: a second one would pull the ground from under the first. */
let loading: Promise<Glue> | undefined

async function loadGlue(): Promise<Glue> {
  // The package's entry imports the .wasm file as a module, which Node cannot do everywhere yet;
  // its glue module works with an instance made by hand.
  const gluePath = createRequire(import.meta.url).resolve(
    '@prisma/schema-engine-wasm/schema_engine_bg',
  )
  const glue: Glue = await import('@prisma/schema-engine-wasm/schema_engine_bg')
  const bytes = await readFile(gluePath.replace(/\.js$/, '.wasm'))
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue })
  glue.__wbg_set_wasm(instance.exports)
  const start = instance.exports['__wbindgen_start']
  if (typeof start === 'function') start()
  return glue
}

type Glue = WebAssembly.ModuleImports & {
  __wbg_set_wasm(exports: WebAssembly.Exports): void
  SchemaEngine: typeof SchemaEngine
}

/** PostgreSQL's internal one-byte type, which the adapter does not know, and text, which it does. */
const CHAR_OID = 18
const TEXT_OID = 25
/** Carries the true type of a column through the adapter, in its name. */
const CHAR_MARK = ':char'

/** Connections whose answers the adapter can read, the catalogue's one-byte columns included. */
function openCatalogPool(url: string): Pool {
  const pool = new Pool({ connectionString: url })
  // A connection that breaks between two statements fails the next one; unheard it would end the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const query = pool.query.bind(pool)
  return Object.assign(pool, {
    async query(config: QueryConfig | string): Promise<QueryResult> {
      const result = await query(config)
      for (const field of result.fields ?? []) {
        if (field.dataTypeID !== CHAR_OID) continue
        field.dataTypeID = TEXT_OID
        field.name += CHAR_MARK
      }
      return result
    },
  })
}

/**
 * The stock adapter with two mends. It cuts a script at every semicolon, comments and function bodies
 * included, and runs the pieces on whatever connections the pool has: here a migration goes over
 * whole, as one simple query, which PostgreSQL runs as one transaction, so that a migration that
 * fails leaves nothing behind. And it refuses the one-byte columns that the engine asks for when it
 * compares schemas.
 */
class SchemaAdapter extends PrismaPg {
  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect()
    adapter.executeScript = async (script) => {
      await adapter.underlyingDriver().query(script)
    }
    const queryRaw = adapter.queryRaw.bind(adapter)
    adapter.queryRaw = async (query) => {
      const { columnNames, columnTypes, rows } = await queryRaw(query)
      return {
        columnNames: columnNames.map((name) => name.replace(CHAR_MARK, '')),
        columnTypes: columnTypes.map((type, index) =>
          columnNames[index]?.endsWith(CHAR_MARK) === true ? ColumnTypeEnum.Character : type,
        ),
        rows,
      }
    }
    return adapter
  }
}
