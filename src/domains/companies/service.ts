import { newId } from '../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError, notFound } from '../../errors.ts'
import { diffPayloads } from '../../events/diff.ts'
import { record } from '../../events/record.ts'
import type { Company } from '../../generated/prisma/client.ts'
import { companyCreated, companyDeleted, companyUpdated, serializeCompany } from './events.ts'
import type { CreateCompanyInput, UpdateCompanyInput } from './commands.ts'

export async function createCompany(unit: UnitOfWork, input: CreateCompanyInput): Promise<Company> {
  const company = await unit.tx.company.create({
    data: {
      id: newId('company', unit.now.getTime()),
      organizationId: unit.organizationId,
      name: input.name,
      kind: input.kind,
      email: input.email ?? null,
      phone: input.phone ?? null,
      address: input.address ?? null,
      externalId: input.externalId ?? null,
      created: unit.now,
      updated: unit.now,
    },
  })
  record(unit, companyCreated, {
    subjectId: company.id,
    object: serializeCompany(company),
    facets: {},
  })
  return company
}

export async function updateCompany(unit: UnitOfWork, input: UpdateCompanyInput): Promise<Company> {
  const before = await lockCompany(unit, input.id)
  const { id: _id, ...given } = input
  const changes = Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined))
  const previous = diffPayloads(
    serializeCompany(before),
    serializeCompany({ ...before, ...changes }),
  )
  if (previous === undefined) return before
  const company = await unit.tx.company.update({
    where: { id: before.id },
    data: { ...changes, updated: unit.now, version: before.version + 1 },
  })
  record(unit, companyUpdated, {
    subjectId: company.id,
    object: serializeCompany(company),
    previous,
    facets: {},
  })
  return company
}

/**
 * @throws DomainError CONFLICT listing the managers, people, customers and schedules of rates that it
 * still has.
 */
export async function deleteCompany(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const company = await lockCompany(unit, input.id)
  const held = { where: { companyId: company.id }, select: { id: true }, take: 20 }
  const managers = await unit.tx.manager.findMany(held)
  const users = await unit.tx.user.findMany(held)
  const customers = await unit.tx.customer.findMany(held)
  const schedules = await unit.tx.rateSchedule.findMany(held)
  const orders = await unit.tx.workOrder.findMany(held)
  const maintenance = await unit.tx.maintenanceSchedule.findMany(held)
  const ids = [managers, users, customers, schedules, orders, maintenance]
    .flat()
    .map((row) => row.id)
  if (ids.length > 0) {
    throw new DomainError(
      `${company.name} still has managers, people, customers, schedules of rates or work`,
      { code: 'CONFLICT', ids },
      ['input', 'id'],
    )
  }
  await unit.tx.company.delete({ where: { id: company.id } })
  record(unit, companyDeleted, {
    subjectId: company.id,
    object: { id: company.id, deleted: true },
    facets: {},
  })
  return company.id
}

/**
 * Locks a company, for whoever changes it or what there is once for it; to attach something to it,
 * `demandCompany` is enough.
 * @throws DomainError NOT_FOUND naming the input field that held the id.
 */
export async function lockCompany(unit: UnitOfWork, id: string, field = 'id'): Promise<Company> {
  if (!(await lockRow(unit, 'company', id))) throw notFound('Company', id, field)
  return unit.tx.company.findUniqueOrThrow({ where: { id } })
}
