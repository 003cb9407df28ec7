import { z } from 'zod'
import { unlessGiven } from '../../graphql/commands/input-shapes.ts'
import { AssetStatus } from '../../generated/prisma/enums.ts'

const text = (max: number) =>
  z.string().trim().min(1, 'must not be empty').max(max, `must have at most ${max} characters`)
const name = text(200)
const description = z.string().trim().max(10_000, 'must have at most 10000 characters')

const METADATA_KEYS = 50

/** Flat on purpose: filters, exports and search then work on every key alike. */
const metadata = z
  .record(
    z.string().min(1).max(100, 'keys must have at most 100 characters'),
    z.union([z.string().max(1_000), z.number(), z.boolean()], {
      error: 'values must be strings of at most 1000 characters, numbers or booleans',
    }),
  )
  .refine((value) => Object.keys(value).length <= METADATA_KEYS, {
    error: `must have at most ${METADATA_KEYS} keys`,
  })

const cents = z
  .bigint()
  .min(0n, 'must not be negative')
  .max(BigInt(Number.MAX_SAFE_INTEGER), 'must be below 2^53')

const details = {
  description: description.nullish(),
  parentId: z.string().nullish(),
  purchaseCostCents: cents.nullish(),
  purchasedAt: z.date().nullish(),
  warrantyEndsAt: z.date().nullish(),
  externalId: text(200).nullish(),
}

export const createAssetInput = z.object({
  ...details,
  name,
  assetTypeId: z.string(),
  locationId: z.string(),
  status: z.enum(AssetStatus).exclude(['DECOMMISSIONED']).nullish(),
  automaticStatus: z.boolean().nullish(),
  metadata: metadata.nullish(),
})
export type CreateAssetInput = z.infer<typeof createAssetInput>

export const updateAssetInput = z.object({
  ...details,
  id: z.string(),
  name: unlessGiven(name),
  assetTypeId: unlessGiven(z.string()),
  locationId: unlessGiven(z.string()),
  status: unlessGiven(z.enum(AssetStatus)),
  automaticStatus: unlessGiven(z.boolean()),
  metadata: unlessGiven(metadata),
  archived: unlessGiven(z.boolean()),
})
export type UpdateAssetInput = z.infer<typeof updateAssetInput>

export const changeAssetStatusInput = z.object({
  id: z.string(),
  status: z.enum(AssetStatus),
})

export const deleteAssetInput = z.object({
  id: z.string(),
  force: z.boolean().nullish(),
})
export type DeleteAssetInput = z.infer<typeof deleteAssetInput>

export const createAssetTypeInput = z.object({ name, description: description.nullish() })
export type CreateAssetTypeInput = z.infer<typeof createAssetTypeInput>

export const updateAssetTypeInput = z.object({
  id: z.string(),
  name: unlessGiven(name),
  description: description.nullish(),
})
export type UpdateAssetTypeInput = z.infer<typeof updateAssetTypeInput>

export const deleteAssetTypeInput = z.object({ id: z.string() })
export type DeleteAssetTypeInput = z.infer<typeof deleteAssetTypeInput>
