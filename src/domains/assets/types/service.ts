import { newId } from '../../../database/ids.ts'
import { unlessTaken } from '../../../database/unique.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, notFound } from '../../../errors.ts'
import type { AssetType } from '../../../generated/prisma/client.ts'
import type { CreateAssetTypeInput, UpdateAssetTypeInput } from './commands.ts'

export async function createAssetType(
  unit: UnitOfWork,
  input: CreateAssetTypeInput,
): Promise<AssetType> {
  await demandFreeName(unit, input.name)
  return unlessTaken(
    unit.tx.assetType.create({
      data: {
        id: newId('assetType', unit.now.getTime()),
        organizationId: unit.organizationId,
        name: input.name,
        description: input.description ?? null,
        created: unit.now,
        updated: unit.now,
      },
    }),
    () => nameTaken(input.name, []),
  )
}

export async function updateAssetType(
  unit: UnitOfWork,
  input: UpdateAssetTypeInput,
): Promise<AssetType> {
  const before = await lockAssetType(unit, input.id)
  const name = input.name ?? before.name
  const description = input.description === undefined ? before.description : input.description
  if (name === before.name && description === before.description) return before
  if (name !== before.name) await demandFreeName(unit, name)
  return unlessTaken(
    unit.tx.assetType.update({
      where: { id: before.id },
      data: { name, description, updated: unit.now, version: { increment: 1 } },
    }),
    () => nameTaken(name, []),
  )
}

/** @throws DomainError CONFLICT listing assets of the type, deleted ones included. */
export async function deleteAssetType(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const type = await lockAssetType(unit, input.id)
  const assets = await unit.tx.asset.findMany({
    where: { assetTypeId: type.id },
    select: { id: true },
    take: 20,
  })
  if (assets.length > 0) {
    throw new DomainError(
      `There are assets of type ${type.name}`,
      { code: 'CONFLICT', ids: assets.map((asset) => asset.id) },
      ['input', 'id'],
    )
  }
  await unit.tx.assetType.delete({ where: { id: type.id } })
  return type.id
}

/** @throws DomainError NOT_FOUND naming the input field that held the id. */
export async function findAssetType(
  unit: UnitOfWork,
  id: string,
  field: string,
): Promise<AssetType> {
  const type = await unit.tx.assetType.findUnique({ where: { id } })
  if (type === null) throw notFound('Asset type', id, field)
  return type
}

async function lockAssetType(unit: UnitOfWork, id: string): Promise<AssetType> {
  if (!(await lockRow(unit, 'assetType', id))) throw notFound('Asset type', id)
  return findAssetType(unit, id, 'id')
}

async function demandFreeName(unit: UnitOfWork, name: string): Promise<void> {
  const holder = await unit.tx.assetType.findFirst({ where: { name } })
  if (holder !== null) throw nameTaken(name, [holder.id])
}

function nameTaken(name: string, ids: readonly string[]): DomainError {
  return new DomainError(
    `There is an asset type named ${name} already`,
    { code: 'CONFLICT', ids },
    ['input', 'name'],
  )
}
