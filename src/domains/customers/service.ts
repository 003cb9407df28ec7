import { newId } from '../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError, notFound } from '../../errors.ts'
import { diffPayloads } from '../../events/diff.ts'
import { record } from '../../events/record.ts'
import type { Customer } from '../../generated/prisma/client.ts'
import { demandCompany } from '../../identity/users/people.ts'
import {
  customerCreated,
  customerDeleted,
  customerUpdated,
  serializeCustomer,
  storedValues,
} from './events.ts'
import { readFields } from './fields/service.ts'
import type { CreateCustomerInput, UpdateCustomerInput } from './commands.ts'
import { changeValues } from './rules.ts'

export async function createCustomer(
  unit: UnitOfWork,
  input: CreateCustomerInput,
): Promise<Customer> {
  if (input.companyId != null) await demandCompany(unit, input.companyId)
  const fields = changeValues(await readFields(unit), {}, input.fields)
  const customer = await unit.tx.customer.create({
    data: {
      id: newId('customer', unit.now.getTime()),
      organizationId: unit.organizationId,
      name: input.name,
      email: input.email ?? null,
      phone: input.phone ?? null,
      companyId: input.companyId ?? null,
      notes: input.notes ?? null,
      externalId: input.externalId ?? null,
      fields,
      created: unit.now,
      updated: unit.now,
    },
  })
  record(unit, customerCreated, {
    subjectId: customer.id,
    object: serializeCustomer(customer),
    facets: {},
  })
  return customer
}

export async function updateCustomer(
  unit: UnitOfWork,
  input: UpdateCustomerInput,
): Promise<Customer> {
  const before = await lockCustomer(unit, input.id)
  if (input.companyId != null && input.companyId !== before.companyId) {
    await demandCompany(unit, input.companyId)
  }
  const { id: _id, fields: given, ...rest } = input
  const changes = Object.fromEntries(Object.entries(rest).filter(([, v]) => v !== undefined))
  const stored = storedValues(before)
  // Nothing said about fields: what has become required since is asked for when fields are touched.
  const fields =
    Object.keys(given).length === 0 ? stored : changeValues(await readFields(unit), stored, given)
  const previous = diffPayloads(
    serializeCustomer(before),
    serializeCustomer({ ...before, ...changes, fields }),
  )
  if (previous === undefined) return before
  const customer = await unit.tx.customer.update({
    where: { id: before.id },
    data: { ...changes, fields, updated: unit.now, version: before.version + 1 },
  })
  record(unit, customerUpdated, {
    subjectId: customer.id,
    object: serializeCustomer(customer),
    previous,
    facets: {},
  })
  return customer
}

export async function deleteCustomer(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const customer = await lockCustomer(unit, input.id)
  await demandNoBookings(unit, customer.id)
  await unit.tx.customer.delete({ where: { id: customer.id } })
  record(unit, customerDeleted, {
    subjectId: customer.id,
    object: { id: customer.id, deleted: true },
    facets: {},
  })
  return customer.id
}

/** @throws DomainError CONFLICT listing the bookings for the customer that are not over. */
async function demandNoBookings(unit: UnitOfWork, customerId: string): Promise<void> {
  const bookings = await unit.tx.booking.findMany({
    where: { customerId, status: { in: ['PENDING', 'CONFIRMED', 'CHECKED_IN'] } },
    orderBy: { startTime: 'asc' },
    take: LISTED,
    select: { id: true },
  })
  if (bookings.length === 0) return
  throw new DomainError(
    'Bookings for this customer are not over: cancel or change them first',
    { code: 'CONFLICT', ids: bookings.map((booking) => booking.id) },
    ['input', 'id'],
  )
}

/** Ids listed in a refusal. */
const LISTED = 20

async function lockCustomer(unit: UnitOfWork, id: string): Promise<Customer> {
  if (!(await lockRow(unit, 'customer', id))) throw notFound('Customer', id)
  return unit.tx.customer.findUniqueOrThrow({ where: { id } })
}
