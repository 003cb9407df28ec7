import { transaction } from '../../database/unit-of-work.ts'
import { AccessError } from '../../errors.ts'
import { diffPayloads } from '../../events/diff.ts'
import { record } from '../../events/record.ts'
import { serializeUser, userActivated } from '../events.ts'
import type { AcceptInvitationInput } from '../sessions/commands.ts'
import { hashAtAddress, hashPassword } from '../sessions/passwords.ts'
import { type Keeping, type SignedIn, type SignInHost, startSession } from '../sessions/sign-in.ts'
import { hashOpaqueToken } from '../sessions/tokens.ts'
import { CLOSED_INVITATION } from './service.ts'

/**
 * Sets the password of somebody invited and signs them in.
 * @throws AccessError UNAUTHENTICATED for a token that is unknown, spent or expired; FORBIDDEN where
 * people sign in with an external provider only.
 */
export async function acceptInvitation(
  host: SignInHost,
  input: AcceptInvitationInput,
  keeping: Keeping,
): Promise<SignedIn> {
  if (!host.config.auth.builtIn) {
    throw new AccessError('FORBIDDEN', 'Sign in with the provider of your organization')
  }
  const invalid = new AccessError('UNAUTHENTICATED', 'Invalid or expired invitation')
  const invitationHash = hashOpaqueToken(input.token)
  const found = await host.database.unscoped.user.findFirst({
    where: { invitationHash, status: 'INVITED', invitationExpiresAt: { gt: new Date() } },
    include: { organization: { select: { plan: true } } },
  })
  if (found === null) throw invalid
  const shared = await hashAtAddress(host.database.unscoped, found.email)
  const passwordHash = await hashPassword(input.password, shared)
  const { organizationId, organization, ...before } = found
  const caller = { kind: 'system', organizationId, plan: organization.plan } as const
  return transaction(host, caller, async (unit) => {
    // Of two that accept at once the second finds no invitation any more.
    const accepted = await unit.tx.user.updateManyAndReturn({
      where: { id: found.id, invitationHash, status: 'INVITED' },
      data: {
        status: 'ACTIVE',
        passwordHash,
        ...CLOSED_INVITATION,
        updated: unit.now,
        version: { increment: 1 },
      },
    })
    const [user] = accepted
    if (user === undefined) throw invalid
    const previous = diffPayloads(serializeUser({ organizationId, ...before }), serializeUser(user))
    record(unit, userActivated, {
      subjectId: user.id,
      object: serializeUser(user),
      previous: previous ?? {},
      facets: {},
    })
    return startSession(unit.tx, host, user, unit.now, keeping)
  })
}
