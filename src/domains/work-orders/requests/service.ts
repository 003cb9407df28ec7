import { newId } from '../../../database/ids.ts'
import { lockRow, type UnitOfWork } from '../../../database/unit-of-work.ts'
import { DomainError, notFound } from '../../../errors.ts'
import { diffPayloads } from '../../../events/diff.ts'
import { record } from '../../../events/record.ts'
import type { WorkRequest } from '../../../generated/prisma/client.ts'
import type { WorkRequestStatus } from '../../../generated/prisma/enums.ts'
import { userIdOf } from '../../../identity/users/people.ts'
import { demandCoordinator } from '../access.ts'
import {
  requestFacets,
  serializeWorkRequest,
  workRequestAccepted,
  workRequestCreated,
  workRequestRejected,
} from './events.ts'
import type {
  AcceptWorkRequestInput,
  CreateWorkRequestInput,
  RejectWorkRequestInput,
} from './commands.ts'
import { createWorkOrder } from '../service/create.ts'
import { findPlace } from '../service/load.ts'
import { FINAL, type Transitions } from '../../../states.ts'

/** A request is decided on once. */
export const REQUEST_TRANSITIONS: Transitions<WorkRequestStatus> = {
  PENDING: ['ACCEPTED', 'REJECTED'],
  ACCEPTED: FINAL,
  REJECTED: FINAL,
}

export async function createWorkRequest(
  unit: UnitOfWork,
  input: CreateWorkRequestInput,
): Promise<WorkRequest> {
  const place = await findPlace(unit, input.locationId, 'locationId')
  const request = await unit.tx.workRequest.create({
    data: {
      id: newId('workRequest', unit.now.getTime()),
      organizationId: unit.organizationId,
      title: input.title,
      description: input.description ?? null,
      locationId: place.id,
      requestedById: userIdOf(unit.caller) ?? null,
      created: unit.now,
      updated: unit.now,
    },
  })
  record(unit, workRequestCreated, {
    subjectId: request.id,
    object: serializeWorkRequest(request),
    facets: requestFacets(request, place),
  })
  return request
}

/** Makes a work order of a request, reported by whoever asked. */
export async function acceptWorkRequest(
  unit: UnitOfWork,
  input: AcceptWorkRequestInput,
): Promise<WorkRequest> {
  const before = await lockForDecision(unit, input, 'ACCEPTED')
  const order = await createWorkOrder(
    unit,
    {
      title: input.title ?? before.title,
      description: before.description ?? undefined,
      priority: input.priority,
      type: 'REQUEST',
      locationId: before.locationId,
      assigneeId: input.assigneeId,
      companyId: input.companyId,
      dueAt: input.dueAt,
    },
    { requestId: before.id, reportedById: before.requestedById },
  )
  const after = await decide(unit, before, { status: 'ACCEPTED' })
  await announce(unit, workRequestAccepted, before, after, order.id)
  return after
}

export async function rejectWorkRequest(
  unit: UnitOfWork,
  input: RejectWorkRequestInput,
): Promise<WorkRequest> {
  const before = await lockForDecision(unit, input, 'REJECTED')
  const after = await decide(unit, before, { status: 'REJECTED', rejectReason: input.reason })
  await announce(unit, workRequestRejected, before, after)
  return after
}

async function lockForDecision(
  unit: UnitOfWork,
  input: { id: string },
  to: WorkRequestStatus,
): Promise<WorkRequest> {
  demandCoordinator(unit.caller)
  if (!(await lockRow(unit, 'workRequest', input.id))) throw notFound('Work request', input.id)
  const request = await unit.tx.workRequest.findUniqueOrThrow({ where: { id: input.id } })
  const allowed = REQUEST_TRANSITIONS[request.status]
  if (allowed.includes(to)) return request
  throw new DomainError(
    `A work request that is ${request.status} cannot become ${to}`,
    { code: 'INVALID_TRANSITION', from: request.status, allowed },
    ['input', 'id'],
  )
}

function decide(
  unit: UnitOfWork,
  before: WorkRequest,
  decision: { status: WorkRequestStatus; rejectReason?: string },
): Promise<WorkRequest> {
  return unit.tx.workRequest.update({
    where: { id: before.id },
    data: {
      ...decision,
      decidedById: userIdOf(unit.caller) ?? null,
      decidedAt: unit.now,
      updated: unit.now,
      version: before.version + 1,
    },
  })
}

async function announce(
  unit: UnitOfWork,
  event: typeof workRequestAccepted,
  before: WorkRequest,
  after: WorkRequest,
  workOrderId?: string,
): Promise<void> {
  const object = serializeWorkRequest(after, workOrderId)
  const place = await findPlace(unit, after.locationId, 'locationId')
  record(unit, event, {
    subjectId: after.id,
    object,
    previous: diffPayloads(serializeWorkRequest(before), object) ?? {},
    facets: requestFacets(after, place, workOrderId),
  })
}
