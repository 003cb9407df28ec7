import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { migrate } from '../src/database/migrations/migrate.ts'
import { openDatabase } from '../src/database/database.ts'
import { Plan } from '../src/generated/prisma/enums.ts'
import { createOrganization } from '../src/demo/seed-demo.ts'
import { openOwnDatabase } from './own-database.ts'

// Sets up an organization with its first owner, in the database of DATABASE_URL or else in the one of
// the data folder, running or not:
//   npm run create-organization -- --name "Acme" --email owner@acme.example [--plan PROFESSIONAL]
// Prints the owner's first password, once.
const { values } = parseArgs({
  options: {
    name: { type: 'string' },
    email: { type: 'string' },
    owner: { type: 'string', default: 'Owner' },
    plan: { type: 'string', default: 'PROFESSIONAL' },
  },
})
const plan = Object.values(Plan).find((name) => name === values.plan)
if (values.name === undefined || values.email === undefined || plan === undefined) {
  console.error(
    `usage: npm run create-organization -- --name NAME --email ADDRESS [--owner NAME] [--plan ${Object.values(Plan).join('|')}]`,
  )
  process.exit(1)
}
try {
  await using opened = new AsyncDisposableStack()
  const url = await openOwnDatabase(opened)
  await migrate(url)
  const database = opened.use(openDatabase(url, 2))
  const password = randomBytes(18).toString('base64url')
  const { organizationId } = await createOrganization(database, {
    name: values.name,
    plan,
    owner: { name: values.owner, email: values.email, password },
  })
  console.log(
    `Organization ${organizationId}. ${values.email} signs in with the password ${password}`,
  )
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
