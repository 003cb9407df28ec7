import type { Database } from '../../database/database.ts'
import { AccessError } from '../../errors.ts'
import type { User } from '../../generated/prisma/client.ts'

/** More than a person has; whoever has more names the organization. */
const MOST_ACCOUNTS = 100

/**
 * The accounts that an address may mean: one in each organization that has entered it. They are
 * strangers to each other, with passwords of their own.
 */
export async function accountsAt(
  database: Database,
  { email, organizationId }: { email: string; organizationId?: string | null | undefined },
): Promise<User[]> {
  return database.unscoped.user.findMany({
    where: {
      email,
      status: { not: 'DELETED' },
      ...(organizationId == null ? {} : { organizationId }),
    },
    orderBy: [{ created: 'asc' }, { id: 'asc' }],
    take: MOST_ACCOUNTS,
  })
}

/** Told only to whoever has shown the passwords of all of them. */
export async function whichOne(
  database: Database,
  accounts: readonly User[],
): Promise<AccessError> {
  const organizations = await database.unscoped.organization.findMany({
    where: { id: { in: accounts.map((account) => account.organizationId) } },
    select: { id: true, name: true },
    orderBy: { id: 'asc' },
  })
  return new AccessError(
    'ORGANIZATION_REQUIRED',
    `This address and password are good for ${organizations.length} organizations: name one of them as organizationId`,
    undefined,
    { organizations },
  )
}
