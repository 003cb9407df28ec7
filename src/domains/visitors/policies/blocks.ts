import { newId } from '../../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { invalid, notFound } from '../../../errors.ts'
import type { VisitorBlock } from '../../../generated/prisma/client.ts'
import { findLocation } from '../../locations/service.ts'
import { demandDeciding } from '../access.ts'
import type { CreateVisitorBlockInput } from './commands.ts'
import { nameKey } from '../rules.ts'

/** Puts somebody on the block list of a site, or of all. */
export async function createVisitorBlock(
  unit: UnitOfWork,
  input: CreateVisitorBlockInput,
): Promise<VisitorBlock> {
  demandDeciding(unit.caller)
  if (input.siteId != null) {
    const site = await findLocation(unit, input.siteId, 'siteId')
    if (site.siteId !== site.id) throw invalid('must be a site, not a part of one', 'siteId')
  }
  const key = input.name == null ? null : nameKey(input.name)
  if (key === '') throw invalid('must hold a letter or a digit', 'name')
  return unit.tx.visitorBlock.create({
    data: {
      id: newId('visitorBlock', unit.now.getTime()),
      organizationId: unit.organizationId,
      siteId: input.siteId ?? null,
      email: input.email ?? null,
      name: input.name ?? null,
      nameKey: key,
      reason: input.reason,
      created: unit.now,
      updated: unit.now,
    },
  })
}

/** Takes somebody off the block list. */
export async function deleteVisitorBlock(unit: UnitOfWork, id: string): Promise<string> {
  demandDeciding(unit.caller)
  if (!(await lockRow(unit, 'visitorBlock', id))) throw notFound('Block-list entry', id)
  await unit.tx.visitorBlock.delete({ where: { id } })
  return id
}

/**
 * Entries that keep a visitor out. An e-mail address decides where both sides have one; otherwise
 * the name does, so that leaving the address out opens no door.
 */
export async function findBlocks(
  unit: UnitOfWork,
  visitor: { name: string; email: string | null; siteId: string },
): Promise<VisitorBlock[]> {
  const byName = { nameKey: nameKey(visitor.name) }
  return unit.tx.visitorBlock.findMany({
    where: {
      AND: [
        { OR: [{ siteId: null }, { siteId: visitor.siteId }] },
        {
          OR:
            visitor.email === null
              ? [byName]
              : [{ email: visitor.email }, { ...byName, email: null }],
        },
      ],
    },
    orderBy: { id: 'asc' },
    take: 20,
  })
}
