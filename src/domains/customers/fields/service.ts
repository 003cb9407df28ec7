import { newId } from '../../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, invalid, notFound } from '../../../errors.ts'
import { diffPayloads } from '../../../events/diff.ts'
import { record } from '../../../events/record.ts'
import type { CustomerField } from '../../../generated/prisma/client.ts'
import {
  customerFieldCreated,
  customerFieldDeleted,
  customerFieldUpdated,
  serializeCustomerField,
} from '../events.ts'
import type { CreateCustomerFieldInput, UpdateCustomerFieldInput } from './commands.ts'

/** Fields of one organization. */
const MAX_FIELDS = 100

/**
 * The fields as they stay until the end of the transaction: whoever writes values holds them
 * together with others who do, whoever changes fields waits for all of them and keeps them out.
 */
export async function readFields(unit: UnitOfWork): Promise<CustomerField[]> {
  await unit.tx
    .$queryRaw`SELECT pg_advisory_xact_lock_shared(hashtextextended(${lockName(unit)}, 0))::text`
  return unit.tx.customerField.findMany({ orderBy: [{ position: 'asc' }, { key: 'asc' }] })
}

async function lockFields(unit: UnitOfWork): Promise<void> {
  await unit.tx
    .$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${lockName(unit)}, 0))::text`
}

const lockName = (unit: UnitOfWork) => `customer fields ${unit.organizationId}`

/** Adds a field to keep about customers. */
export async function createCustomerField(
  unit: UnitOfWork,
  input: CreateCustomerFieldInput,
): Promise<CustomerField> {
  await lockFields(unit)
  const fields = await unit.tx.customerField.findMany({ select: { id: true, key: true } })
  const same = fields.find((field) => field.key === input.key)
  if (same !== undefined) {
    throw new DomainError(
      `There is a field ${input.key} already`,
      { code: 'CONFLICT', ids: [same.id] },
      ['input', 'key'],
    )
  }
  if (fields.length >= MAX_FIELDS) {
    throw new DomainError(`At most ${MAX_FIELDS} customer fields`, { code: 'QUOTA' }, ['input'])
  }
  const choices = input.choices ?? []
  demandFittingChoices(input.type, choices)
  const field = await unit.tx.customerField.create({
    data: {
      id: newId('customerField', unit.now.getTime()),
      organizationId: unit.organizationId,
      key: input.key,
      label: input.label,
      type: input.type,
      choices,
      required: input.required ?? false,
      position: input.position ?? fields.length,
      created: unit.now,
      updated: unit.now,
    },
  })
  record(unit, customerFieldCreated, {
    subjectId: field.id,
    object: serializeCustomerField(field),
    facets: {},
  })
  return field
}

/** Changes a field; values that are there stay as they are until they are changed themselves. */
export async function updateCustomerField(
  unit: UnitOfWork,
  input: UpdateCustomerFieldInput,
): Promise<CustomerField> {
  await lockFields(unit)
  const before = await lockField(unit, input.id)
  const { id: _id, ...given } = input
  const changes = Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined))
  const after: CustomerField = { ...before, ...changes }
  demandFittingChoices(after.type, after.choices)
  const previous = diffPayloads(serializeCustomerField(before), serializeCustomerField(after))
  if (previous === undefined) return before
  const field = await unit.tx.customerField.update({
    where: { id: before.id },
    data: { ...changes, updated: unit.now, version: before.version + 1 },
  })
  record(unit, customerFieldUpdated, {
    subjectId: field.id,
    object: serializeCustomerField(field),
    previous,
    facets: {},
  })
  return field
}

/** @throws DomainError CONFLICT listing customers that still have a value. */
export async function deleteCustomerField(
  unit: UnitOfWork,
  input: { id: string },
): Promise<string> {
  await lockFields(unit)
  const field = await lockField(unit, input.id)
  const holders = await unit.tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM customer
     WHERE organization_id = ${unit.organizationId} AND jsonb_exists(fields, ${field.key})
     ORDER BY id LIMIT 20`
  if (holders.length > 0) {
    throw new DomainError(
      `Customers still have a value of ${field.key}`,
      { code: 'CONFLICT', ids: holders.map((row) => row.id) },
      ['input', 'id'],
    )
  }
  await unit.tx.customerField.delete({ where: { id: field.id } })
  record(unit, customerFieldDeleted, {
    subjectId: field.id,
    object: { id: field.id, deleted: true },
    facets: {},
  })
  return field.id
}

function demandFittingChoices(type: CustomerField['type'], choices: readonly string[]): void {
  if (type === 'CHOICE' && choices.length === 0) throw invalid('must not be empty', 'choices')
  if (type !== 'CHOICE' && choices.length > 0) throw invalid('are for CHOICE only', 'choices')
}

async function lockField(unit: UnitOfWork, id: string): Promise<CustomerField> {
  if (!(await lockRow(unit, 'customerField', id))) throw notFound('Customer field', id)
  return unit.tx.customerField.findUniqueOrThrow({ where: { id } })
}
