import { defineConfig } from 'prisma/config'

// `prisma generate` never runs a schema engine, yet the CLI downloads one unless it is told of a file:
// any existing file will do, and installs behind a firewall keep working.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= import.meta.filename

export default defineConfig({
  schema: 'prisma',
  migrations: { path: 'prisma/migrations' },
})
