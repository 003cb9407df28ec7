import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { Prisma, type Asset } from '../../generated/prisma/client.ts'
import type { AssetStatus } from '../../generated/prisma/enums.ts'
import { findLocation } from '../locations/service.ts'
import { saveAsset } from './service.ts'

/*
 * Of an asset with `automaticStatus` the status follows what happens to it: MAINTENANCE while somebody
 * works on it, OFFLINE while one of its sensors is silent, ONLINE when what put it there has ended.
 * `statusCause` names the work order or the sensor that put it there. A status that a person set has
 * no cause, so nothing but a person takes it back.
 */

const WORK = 'wo-'
const SENSOR = 'sns-'

/** Work has begun on an asset. */
export async function workBegins(
  unit: UnitOfWork,
  assetId: string | null,
  workOrderId: string,
): Promise<void> {
  const asset = await lockAutomatic(unit, assetId)
  if (asset === undefined) return
  const yields = asset.status === 'ONLINE' || isCausedBy(asset, 'OFFLINE', SENSOR)
  if (yields) await moveTo(unit, asset, 'MAINTENANCE', workOrderId)
}

/** Work on an asset has ended; it goes back into service with the last of what is under way. */
export async function workEnds(unit: UnitOfWork, assetId: string | null): Promise<void> {
  const asset = await lockAutomatic(unit, assetId)
  if (asset === undefined || !isCausedBy(asset, 'MAINTENANCE', WORK)) return
  const goesOn = await unit.tx.workOrder.count({
    where: {
      assetId: asset.id,
      status: { in: ['IN_PROGRESS', 'ON_HOLD'] },
      startedAt: { not: null },
    },
  })
  if (goesOn > 0) return
  const silent = await findSilent(unit, asset.id)
  await (silent === undefined
    ? moveTo(unit, asset, 'ONLINE', null)
    : moveTo(unit, asset, 'OFFLINE', silent))
}

/** A sensor of an asset fell silent: takes it offline, but only what is in service. */
export async function sensorFellSilent(
  unit: UnitOfWork,
  assetId: string | null,
  sensorId: string,
): Promise<void> {
  const asset = await lockAutomatic(unit, assetId)
  if (asset?.status === 'ONLINE') await moveTo(unit, asset, 'OFFLINE', sensorId)
}

/** A sensor of an asset is heard of again, and its row says so. */
export async function sensorCameBack(unit: UnitOfWork, assetId: string | null): Promise<void> {
  const asset = await lockAutomatic(unit, assetId)
  if (asset === undefined || !isCausedBy(asset, 'OFFLINE', SENSOR)) return
  if ((await findSilent(unit, asset.id)) === undefined) await moveTo(unit, asset, 'ONLINE', null)
}

const isCausedBy = (asset: Asset, status: AssetStatus, kind: string) =>
  asset.status === status && asset.statusCause?.startsWith(kind) === true

async function findSilent(unit: UnitOfWork, assetId: string): Promise<string | undefined> {
  const sensor = await unit.tx.sensor.findFirst({
    where: { assetId, staleSince: { not: null } },
    orderBy: { id: 'asc' },
    select: { id: true },
  })
  return sensor?.id
}

/** The asset if its status is automatic, locked; most are not, and then nobody waits. */
async function lockAutomatic(unit: UnitOfWork, id: string | null): Promise<Asset | undefined> {
  if (id === null) return undefined
  const rows = await unit.tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT 1 FROM asset
     WHERE id = ${id} AND organization_id = ${unit.organizationId}
       AND automatic_status AND deleted_at IS NULL
       FOR NO KEY UPDATE`)
  return rows.length === 0 ? undefined : unit.tx.asset.findUniqueOrThrow({ where: { id } })
}

async function moveTo(
  unit: UnitOfWork,
  before: Asset,
  status: AssetStatus,
  statusCause: string | null,
): Promise<void> {
  const place = await findLocation(unit, before.locationId, 'locationId')
  const after = { ...before, status, statusCause }
  await saveAsset(unit, before, after, place, { consequence: true })
}
