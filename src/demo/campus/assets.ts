import type { PoolClient } from 'pg'
import {
  assetCreated,
  assetFacets,
  assetStatusChanged,
  serializeAsset,
} from '../../domains/assets/events.ts'
import { newId } from '../../database/ids.ts'
import { diffPayloads } from '../../events/diff.ts'
import type { Asset, AssetStatusSpan, AssetType, Location } from '../../generated/prisma/client.ts'
import type { AssetStatus } from '../../generated/prisma/enums.ts'
import { type Campus, DAY_MS, type Fact, type Step } from './campus.ts'
import { type Kind, KINDS } from './asset-kinds.ts'
import { insert } from './insert.ts'

/** An asset of the campus, as it stands at the present moment of the story. */
export interface Equipment {
  /** Name of its type. */
  kind: string
  asset: Asset
  place: Location
  /** Until when another work order decides on its status. */
  busyUntil: Date
  spans: Omit<AssetStatusSpan, 'ordinal'>[]
}

/** The equipment of the campus, all running when the year begins. */
export function addAssets(campus: Campus): Step[] {
  const { organizationId, start, scale, zones } = campus
  const types = KINDS.map(({ name }): AssetType => ({
    id: newId('assetType', start.getTime()),
    organizationId,
    name,
    description: null,
    version: 1,
    created: start,
    updated: start,
  }))
  const steps: Step[] = [
    { at: start, rows: types.map((values) => ({ table: 'asset_type', values })), facts: [] },
  ]
  for (let round = 0; round < scale; round++) {
    const around = zones.slice((round * zones.length) / scale, ((round + 1) * zones.length) / scale)
    const made = new Map<string, Asset[]>()
    for (const [index, type] of types.entries()) {
      const about = KINDS[index]
      if (about === undefined) continue
      const siblings: Asset[] = []
      for (let number = 1; number <= about.count; number++) {
        const place = campus.random.pick(around)
        const parents = made.get(about.partOf ?? '')
        const asset = newAsset(campus, about, type, number, place, parents)
        siblings.push(asset)
        steps.push(begin(campus, about, asset, place))
      }
      made.set(about.name, siblings)
    }
  }
  campus.closings.push((client) => close(client, campus))
  return steps
}

function newAsset(
  campus: Campus,
  about: Kind,
  type: AssetType,
  number: number,
  place: Location,
  parents: readonly Asset[] | undefined,
): Asset {
  const { random, start } = campus
  const purchasedAt = new Date(start.getTime() - random.int(30, 3_000) * DAY_MS)
  return {
    id: newId('asset', start.getTime()),
    organizationId: campus.organizationId,
    name: `${about.name} ${number}`,
    description: null,
    assetTypeId: type.id,
    locationId: place.id,
    parentId: parents === undefined ? null : random.pick(parents).id,
    status: 'ONLINE',
    statusChangedAt: start,
    automaticStatus: false,
    statusCause: null,
    metadata: {
      manufacturer: about.manufacturer,
      model: about.model,
      serialNumber: `${about.model}-${random.int(10_000, 99_999)}`,
    },
    purchaseCostCents: BigInt(about.costCents),
    purchasedAt,
    warrantyEndsAt: new Date(purchasedAt.getTime() + 5 * 365 * DAY_MS),
    externalId: `BMS-${(campus.equipment.length + 1).toString().padStart(5, '0')}`,
    archivedAt: null,
    deletedAt: null,
    version: 1,
    created: start,
    updated: start,
  }
}

function begin(campus: Campus, { name, trade }: Kind, asset: Asset, place: Location): Step {
  const { start, organizationId } = campus
  const span = { organizationId, assetId: asset.id, status: asset.status }
  const equipment: Equipment = {
    kind: name,
    asset,
    place,
    busyUntil: start,
    spans: [{ ...span, startedAt: start, endedAt: null }],
  }
  campus.equipment.push(equipment)
  const ofTrade = campus.equipmentByTrade.get(trade)
  if (ofTrade === undefined) campus.equipmentByTrade.set(trade, [equipment])
  else ofTrade.push(equipment)
  const created: Fact = {
    at: start,
    definition: assetCreated,
    subjectId: asset.id,
    object: serializeAsset(asset),
    facets: assetFacets(asset, place),
    actorId: campus.ownerId,
  }
  return { at: start, rows: [{ table: 'asset', values: asset }], facts: [created] }
}

/** Moves an asset to another status; the fact of it, or nothing where it has that one already. */
export function moveAsset(
  equipment: Equipment,
  at: Date,
  actorId: string,
  status: AssetStatus,
): Fact[] {
  const { asset: before, place, spans } = equipment
  if (before.status === status || before.status === 'DECOMMISSIONED') return []
  const version = before.version + 1
  const after: Asset = { ...before, status, statusChangedAt: at, updated: at, version }
  equipment.asset = after
  const last = spans.at(-1)
  if (last !== undefined) last.endedAt = at
  const { organizationId, id: assetId } = after
  spans.push({ organizationId, assetId, status, startedAt: at, endedAt: null })
  const object = serializeAsset(after)
  return [
    {
      at,
      definition: assetStatusChanged,
      subjectId: assetId,
      object,
      previous: diffPayloads(serializeAsset(before), object),
      facets: assetFacets(after, place),
      actorId,
    },
  ]
}

/** Whether an asset was taken out of service for good; nothing is reported about it any more. */
export function isRetired({ asset }: Equipment): boolean {
  return asset.status === 'DECOMMISSIONED'
}

/** Where everything stands when the story ends. */
async function close(client: PoolClient, { equipment }: Campus): Promise<void> {
  const moved = equipment.filter(({ asset }) => asset.version > 1).map(({ asset }) => asset)
  if (moved.length > 0) await insert(client, 'asset', moved, 'update')
  await insert(
    client,
    'asset_status_span',
    equipment.flatMap(({ spans }) => spans),
  )
}
