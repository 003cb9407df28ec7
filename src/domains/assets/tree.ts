import { lockRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { invalid, notFound } from '../../errors.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { demandDepth, MAX_DEPTH } from './rules.ts'

/** First half of the key of the advisory lock; the second is the organization. */
const TREE_LOCK = 7_416_101

/**
 * Lets one change to the shape of an organization's asset trees run at a time. Two moves that are
 * each right by themselves can make a cycle together, and no row lock of theirs need be the same.
 * Taken before any row is locked, so that nobody waits for it with a row in hand.
 */
export async function lockTree(unit: UnitOfWork): Promise<void> {
  await unit.tx
    .$queryRaw`SELECT pg_advisory_xact_lock(${TREE_LOCK}::int, hashtext(${unit.organizationId}))::text`
}

/**
 * Checks that an asset (undefined = one that is still to be made) may become a part of a parent.
 * The caller holds the tree lock.
 * @throws DomainError NOT_FOUND, or VALIDATION for a cycle or a ninth level.
 */
export async function demandParent(
  unit: UnitOfWork,
  assetId: string | undefined,
  parentId: string,
): Promise<void> {
  const parent = await unit.tx.asset.findUnique({ where: { id: parentId, deletedAt: null } })
  if (parent === null) throw notFound('Asset', parentId, 'parentId')
  const above = await ancestors(unit, parentId)
  if (assetId !== undefined && above.includes(assetId)) {
    throw invalid('An asset cannot be a part of itself or of one of its own parts', 'parentId')
  }
  demandDepth(above.length + (assetId === undefined ? 1 : await height(unit, assetId)))
}

/** The asset and everything it is a part of, itself first. */
async function ancestors(unit: UnitOfWork, id: string): Promise<string[]> {
  const rows = await unit.tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    WITH RECURSIVE up (id, parent_id, level) AS (
      SELECT id, parent_id, 1 FROM asset
       WHERE id = ${id} AND organization_id = ${unit.organizationId}
      UNION ALL
      SELECT above.id, above.parent_id, level + 1 FROM up
        JOIN asset AS above ON above.id = up.parent_id AND above.organization_id = ${unit.organizationId}
       WHERE level <= ${MAX_DEPTH}
    ) SELECT id FROM up ORDER BY level`)
  return rows.map((row) => row.id)
}

/** Levels of the tree below an asset, itself included. */
async function height(unit: UnitOfWork, id: string): Promise<number> {
  const rows = await unit.tx.$queryRaw<{ height: number }[]>(Prisma.sql`
    WITH RECURSIVE down (id, level) AS (
      SELECT ${id}::text, 1
      UNION ALL
      SELECT part.id, level + 1 FROM down
        JOIN asset AS part ON part.parent_id = down.id AND part.organization_id = ${unit.organizationId}
       WHERE level <= ${MAX_DEPTH} AND part.deleted_at IS NULL
    ) SELECT max(level)::int AS height FROM down`)
  return rows[0]?.height ?? 1
}

/** Locks an asset that is not deleted. @throws DomainError NOT_FOUND */
export async function lockAsset(unit: UnitOfWork, id: string) {
  const locked = await lockRow(unit, 'asset', id)
  const asset = locked ? await unit.tx.asset.findUnique({ where: { id, deletedAt: null } }) : null
  if (asset === null) throw notFound('Asset', id)
  return asset
}
