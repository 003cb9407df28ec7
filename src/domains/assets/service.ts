import { newId } from '../../database/ids.ts'
import { unlessTaken } from '../../database/unique.ts'
import type { UnitOfWork } from '../../database/unit-of-work.ts'
import type { Caller } from '../../access/caller.ts'
import { DomainError, invalid, notFound } from '../../errors.ts'
import { diffPayloads } from '../../events/diff.ts'
import { type EventInput, record } from '../../events/record.ts'
import { type Asset, Prisma } from '../../generated/prisma/client.ts'
import type { AssetStatus } from '../../generated/prisma/enums.ts'
import type { PlaceRef } from '../locations/events.ts'
import { findLocation } from '../locations/service.ts'
import { findAssetType } from './types/service.ts'
import {
  assetCreated,
  assetDeleted,
  assetFacets,
  assetStatusChanged,
  assetUpdated,
  serializeAsset,
} from './events.ts'
import type { CreateAssetInput, DeleteAssetInput, UpdateAssetInput } from './commands.ts'
import { demandTransition, OPEN_WORK } from './rules.ts'
import { demandParent, lockAsset, lockTree } from './tree.ts'

/** Ids listed in a refusal. */
const LISTED = 20

export async function createAsset(unit: UnitOfWork, input: CreateAssetInput): Promise<Asset> {
  if (input.parentId != null) {
    await lockTree(unit)
    await demandParent(unit, undefined, input.parentId)
  }
  await findAssetType(unit, input.assetTypeId, 'assetTypeId')
  const place = await findLocation(unit, input.locationId, 'locationId')
  await demandFreeExternalId(unit, input.externalId)
  const asset = await unlessTaken(
    unit.tx.asset.create({
      data: {
        id: newId('asset', unit.now.getTime()),
        organizationId: unit.organizationId,
        name: input.name,
        description: input.description ?? null,
        assetTypeId: input.assetTypeId,
        locationId: place.id,
        parentId: input.parentId ?? null,
        status: input.status ?? 'ONLINE',
        statusChangedAt: unit.now,
        metadata: input.metadata ?? {},
        purchaseCostCents: input.purchaseCostCents ?? null,
        purchasedAt: input.purchasedAt ?? null,
        warrantyEndsAt: input.warrantyEndsAt ?? null,
        automaticStatus: input.automaticStatus ?? false,
        externalId: input.externalId ?? null,
        created: unit.now,
        updated: unit.now,
      },
    }),
    () => externalIdTaken(input.externalId ?? '', []),
  )
  await beginStatus(unit, asset.id, asset.status)
  record(unit, assetCreated, {
    subjectId: asset.id,
    object: serializeAsset(asset),
    facets: assetFacets(asset, place),
  })
  return asset
}

/**
 * Changes details and, if asked, the status. Details are told by asset.updated, a status by
 * asset.status.changed, both by both. Nothing changed = nothing written, no event.
 */
export async function updateAsset(unit: UnitOfWork, input: UpdateAssetInput): Promise<Asset> {
  if (input.parentId !== undefined) await lockTree(unit)
  const before = await lockAsset(unit, input.id)
  const { id: _id, archived, ...given } = input
  const changes = Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined))
  const after: Asset = { ...before, ...changes }
  if (archived !== undefined) after.archivedAt = archived ? (before.archivedAt ?? unit.now) : null
  if (after.parentId !== null && after.parentId !== before.parentId) {
    await demandParent(unit, before.id, after.parentId)
  }
  if (after.assetTypeId !== before.assetTypeId) {
    await findAssetType(unit, after.assetTypeId, 'assetTypeId')
  }
  if (after.externalId !== before.externalId) await demandFreeExternalId(unit, after.externalId)
  if (after.status !== before.status) {
    await demandStatus(unit, before, after.status)
    after.statusCause = null
  }
  const place = await findLocation(unit, after.locationId, 'locationId')
  return saveAsset(unit, before, after, place)
}

export async function changeAssetStatus(
  unit: UnitOfWork,
  input: { id: string; status: AssetStatus },
): Promise<Asset> {
  const before = await lockAsset(unit, input.id)
  if (input.status === before.status) return before
  await demandStatus(unit, before, input.status)
  const place = await findLocation(unit, before.locationId, 'locationId')
  return saveAsset(unit, before, { ...before, status: input.status, statusCause: null }, place)
}

/**
 * Removes an asset. While anything names it, a work order above all, its row stays out of reach.
 * @throws DomainError CONFLICT listing its parts, or its open work orders unless forced.
 */
export async function deleteAsset(unit: UnitOfWork, input: DeleteAssetInput): Promise<string> {
  await lockTree(unit)
  const asset = await lockAsset(unit, input.id)
  const parts = await unit.tx.asset.findMany({
    where: { parentId: asset.id, deletedAt: null },
    select: { id: true },
    take: LISTED,
  })
  if (parts.length > 0) throw inTheWay(asset, parts, 'has parts')
  if (input.force !== true) {
    const open = await openWorkOrders(unit, asset.id)
    if (open.length > 0)
      throw inTheWay(asset, open, 'has open work orders; force leaves them as they are')
  }
  const place = await findLocation(unit, asset.locationId, 'locationId')
  await removeRow(unit, asset.id)
  record(unit, assetDeleted, {
    subjectId: asset.id,
    object: { id: asset.id, deleted: true },
    facets: assetFacets(asset, place),
  })
  return asset.id
}

/** Foreign keys know best what still names an asset, in this slice and in later ones. */
async function removeRow(unit: UnitOfWork, id: string): Promise<void> {
  await unit.tx.$executeRaw`SAVEPOINT asset_removal`
  try {
    await unit.tx.asset.delete({ where: { id } })
  } catch (error) {
    if (!(error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003'))
      throw error
    await unit.tx.$executeRaw`ROLLBACK TO SAVEPOINT asset_removal`
    await unit.tx.asset.update({
      where: { id },
      data: { deletedAt: unit.now, updated: unit.now, version: { increment: 1 } },
    })
  }
}

/**
 * Checks that new work can be given to an asset, and keeps it so until the end of the transaction:
 * whoever would delete or decommission it waits, and then sees the new work order.
 * @throws DomainError NOT_FOUND or VALIDATION naming the input field.
 */
export async function demandWorkableAsset(
  unit: UnitOfWork,
  id: string,
  field: string,
): Promise<void> {
  const rows = await unit.tx.$queryRaw<{ status: AssetStatus }[]>(Prisma.sql`
    SELECT status FROM asset
     WHERE id = ${id} AND organization_id = ${unit.organizationId} AND deleted_at IS NULL FOR SHARE`)
  const asset = rows[0]
  if (asset === undefined) throw notFound('Asset', id, field)
  if (asset.status === 'DECOMMISSIONED') throw invalid(`Asset ${id} is decommissioned`, field)
}

/** Writes a changed asset and the events that tell of it. */
export async function saveAsset(
  unit: UnitOfWork,
  before: Asset,
  after: Asset,
  place: PlaceRef,
  cause: Pick<EventInput<never>, 'consequence'> = {},
): Promise<Asset> {
  const previous = diffPayloads(serializeAsset(before), serializeAsset(after))
  if (previous === undefined) return before
  const moved = after.status !== before.status
  const { id, organizationId: _organization, created: _created, metadata, ...data } = after
  const asset = await unlessTaken(
    unit.tx.asset.update({
      where: { id },
      data: {
        ...data,
        metadata: metadata ?? {},
        ...(moved ? { statusChangedAt: unit.now } : {}),
        updated: unit.now,
        version: before.version + 1,
      },
    }),
    () => externalIdTaken(after.externalId ?? '', []),
  )
  if (moved) await beginStatus(unit, id, asset.status)
  const { status, ...details } = previous
  const facets = assetFacets(asset, place)
  const event = { subjectId: id, object: serializeAsset(asset), facets, ...cause }
  if (Object.keys(details).length > 0) record(unit, assetUpdated, { ...event, previous: details })
  if (moved) record(unit, assetStatusChanged, { ...event, previous: { status } })
  return asset
}

/** The history of statuses: what the health score is computed from. */
async function beginStatus(unit: UnitOfWork, assetId: string, status: AssetStatus): Promise<void> {
  await unit.tx.assetStatusSpan.updateMany({
    where: { assetId, endedAt: null },
    data: { endedAt: unit.now },
  })
  await unit.tx.assetStatusSpan.create({
    data: { organizationId: unit.organizationId, assetId, status, startedAt: unit.now },
  })
}

async function demandStatus(unit: UnitOfWork, asset: Asset, to: AssetStatus): Promise<void> {
  demandTransition(asset.status, to, mayRevive(unit.caller))
  if (to !== 'DECOMMISSIONED') return
  const open = await openWorkOrders(unit, asset.id)
  if (open.length > 0) throw inTheWay(asset, open, 'has open work orders')
}

/** Only whoever administers the organization undoes what was meant for good. */
export function mayRevive(caller: Caller | undefined): boolean {
  return caller?.kind === 'user' && (caller.role === 'OWNER' || caller.role === 'ADMIN')
}

function openWorkOrders(unit: UnitOfWork, assetId: string): Promise<{ id: string }[]> {
  return unit.tx.workOrder.findMany({
    where: { assetId, status: { in: [...OPEN_WORK] } },
    select: { id: true },
    take: LISTED,
  })
}

function inTheWay(asset: Asset, rows: readonly { id: string }[], why: string): DomainError {
  return new DomainError(
    `${asset.name} ${why}`,
    { code: 'CONFLICT', ids: rows.map((row) => row.id) },
    ['input', 'id'],
  )
}

async function demandFreeExternalId(
  unit: UnitOfWork,
  externalId: string | null | undefined,
): Promise<void> {
  if (externalId == null) return
  const holder = await unit.tx.asset.findFirst({ where: { externalId, deletedAt: null } })
  if (holder !== null) throw externalIdTaken(externalId, [holder.id])
}

function externalIdTaken(externalId: string, ids: readonly string[]): DomainError {
  return new DomainError(
    `External id ${externalId} belongs to another asset`,
    { code: 'CONFLICT', ids },
    ['input', 'externalId'],
  )
}
