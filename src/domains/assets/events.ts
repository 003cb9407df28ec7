import { z } from 'zod'
import { defineEvent } from '../../events/define.ts'
import { omitEmpty } from '../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../events/envelope.ts'
import type { FacetsOf } from '../../events/match.ts'
import type { Asset } from '../../generated/prisma/client.ts'
import { PLACE_FACETS, placeFacets, type PlaceRef } from '../locations/events.ts'

const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)

const metadata = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .describe('Flat details: manufacturer, model, serialNumber and whatever else was given.')

/** Shape of an asset in events; the telemetry of an asset adds to a part of it. */
export const assetPayload = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  assetTypeId: z.string(),
  locationId: z.string(),
  parentAssetId: z.string().optional().describe('The asset that it is a part of.'),
  status: z.enum(['Online', 'Offline', 'Maintenance', 'Decommissioned']),
  metadata: metadata.optional(),
  purchaseCostCents: z.int().optional().describe("In cents of the organization's currency."),
  purchasedAt: seconds('Purchase').optional(),
  warrantyEndsAt: seconds('End of the warranty').optional(),
  automaticStatus: z
    .boolean()
    .optional()
    .describe('The status follows work and sensors; absent = no.'),
  externalId: z.string().optional().describe('Its id in another system.'),
  archivedAt: seconds('When it was archived').optional(),
  created: seconds('Creation'),
  updated: seconds('Last change'),
})
export type AssetPayload = z.infer<typeof assetPayload>

/** The one shape in which an asset appears in events. */
export function serializeAsset(asset: Asset): AssetPayload {
  const at = (moment: Date | null) => (moment === null ? null : toUnixSeconds(moment))
  const details = metadata.parse(asset.metadata)
  return omitEmpty({
    id: asset.id,
    name: asset.name,
    description: asset.description,
    assetTypeId: asset.assetTypeId,
    locationId: asset.locationId,
    parentAssetId: asset.parentId,
    status: assetPayload.shape.status.parse(toPascalCase(asset.status)),
    metadata: Object.keys(details).length === 0 ? null : details,
    purchaseCostCents: asset.purchaseCostCents === null ? null : Number(asset.purchaseCostCents),
    purchasedAt: at(asset.purchasedAt),
    warrantyEndsAt: at(asset.warrantyEndsAt),
    automaticStatus: asset.automaticStatus ? true : null,
    externalId: asset.externalId,
    archivedAt: at(asset.archivedAt),
    created: toUnixSeconds(asset.created),
    updated: toUnixSeconds(asset.updated),
  })
}

export function assetFacets(
  asset: Pick<Asset, 'id' | 'assetTypeId'>,
  place: PlaceRef,
): FacetsOf<'location' | 'site' | 'asset' | 'assetType'> {
  return { ...placeFacets(place), asset: [asset.id], assetType: [asset.assetTypeId] }
}

const example: AssetPayload = {
  id: 'ast-5c8n2v7',
  name: 'Chiller 2',
  assetTypeId: 'at-3k9p1x6',
  locationId: 'loc-2f7k1m9',
  status: 'Online',
  metadata: { manufacturer: 'Northwind', model: 'CH-400', serialNumber: 'NW-0098-17' },
  purchaseCostCents: 4_250_000,
  created: 1_780_000_000,
  updated: 1_780_000_000,
}

const shared = {
  scopes: ['assets:read'],
  payload: assetPayload,
  facets: [...PLACE_FACETS, 'asset', 'assetType'],
} as const

export const assetCreated = defineEvent({
  ...shared,
  type: 'asset.created',
  description: 'An asset was added.',
  example,
})

export const assetUpdated = defineEvent({
  ...shared,
  type: 'asset.updated',
  description: 'Details of an asset changed: name, place, metadata and the like, not its status.',
  example: { ...example, name: 'Chiller 2 (roof)', updated: 1_780_000_600 },
  previousExample: { name: 'Chiller' },
})

export const assetStatusChanged = defineEvent({
  ...shared,
  type: 'asset.status.changed',
  description: 'An asset went to another status.',
  example: { ...example, status: 'Maintenance', updated: 1_780_003_600 },
  previousExample: { status: 'Online' },
})

export const assetDeleted = defineEvent({
  type: 'asset.deleted',
  description: 'An asset was removed. Work orders that name it keep its id.',
  scopes: ['assets:read'],
  payload: z.object({ id: z.string(), deleted: z.literal(true) }),
  example: { id: 'ast-5c8n2v7', deleted: true },
  facets: [...PLACE_FACETS, 'asset', 'assetType'],
})
