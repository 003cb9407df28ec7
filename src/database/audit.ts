import { type Actor, actorOf } from '../access/caller.ts'
import { newId } from './ids.ts'
import type { Tx, UnitOfWork } from './unit-of-work.ts'

export interface AuditInput {
  /** "session.started", or the name of a mutation. */
  action: string
  actor: Actor
  subjectId?: string | undefined
  remoteAddress: string
  /** Names and outcomes; never a value that could be secret. */
  detail?: Record<string, string | number | boolean | readonly string[]>
  at: Date
}

/** Writes down who did what from where, in the transaction of the deed. */
export async function writeAudit(
  tx: Pick<Tx, 'auditEntry'>,
  organizationId: string,
  entry: AuditInput,
): Promise<void> {
  await tx.auditEntry.create({
    data: {
      id: newId('auditEntry', entry.at.getTime()),
      organizationId,
      action: entry.action,
      actor: { ...entry.actor },
      actorId: entry.actor.id ?? null,
      subjectId: entry.subjectId ?? null,
      remoteAddress: entry.remoteAddress,
      detail: entry.detail ?? {},
      created: entry.at,
    },
  })
}

/** The same on behalf of the caller of a unit of work. */
export async function auditUnit(
  unit: UnitOfWork,
  remoteAddress: string,
  entry: Pick<AuditInput, 'action' | 'subjectId' | 'detail'>,
): Promise<void> {
  await writeAudit(unit.tx, unit.organizationId, {
    ...entry,
    actor: actorOf(unit.caller),
    remoteAddress,
    at: unit.now,
  })
}
