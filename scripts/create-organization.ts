import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { migrate } from '../src/database/migrations/migrate.ts'
import { openDatabase } from '../src/database/database.ts'
import { Plan } from '../src/generated/prisma/enums.ts'
import { createOrganization } from '../src/demo/seed-demo.ts'

// Sets up an organization with its first owner in the database of DATABASE_URL:
//   node scripts/create-organization.ts --name "Acme" --email owner@acme.example [--plan PROFESSIONAL]
// Prints the owner's first password, once.
const { values } = parseArgs({
  options: {
    name: { type: 'string' },
    email: { type: 'string' },
    owner: { type: 'string', default: 'Owner' },
    plan: { type: 'string', default: 'PROFESSIONAL' },
  },
})
const url = process.env['DATABASE_URL']
const plan = Object.values(Plan).find((name) => name === values.plan)
if (
  values.name === undefined ||
  values.email === undefined ||
  url === undefined ||
  plan === undefined
) {
  console.error(
    `usage: DATABASE_URL=postgres://… node scripts/create-organization.ts --name NAME --email ADDRESS [--owner NAME] [--plan ${Object.values(Plan).join('|')}]`,
  )
  process.exit(1)
}
await migrate(url)
await using database = openDatabase(url, 2)
const password = randomBytes(18).toString('base64url')
const { organizationId } = await createOrganization(database, {
  name: values.name,
  plan,
  owner: { name: values.owner, email: values.email, password },
})
console.log(
  `Organization ${organizationId}. ${values.email} signs in with the password ${password}`,
)
