import type { DomainErrorDetail } from '../../errors.ts'
import { builder } from '../builder.ts'

const UserErrorCode = builder.enumType('UserErrorCode', {
  description: 'Kind of an expected failure: branch on this, never on the text.',
  values: {
    VALIDATION: { description: 'An input does not meet a rule.' },
    NOT_FOUND: { description: 'There is no such record in your organization.' },
    VERSION_CONFLICT: { description: 'The record has changed since the version you expected.' },
    INVALID_TRANSITION: {
      description: 'The record cannot go from its status to the one asked for.',
    },
    CONFLICT: { description: 'Another record stands in the way.' },
    IN_FLIGHT: { description: 'It is being done at this moment: ask again once it has ended.' },
    APPROVAL_REQUIRED: { description: 'Somebody else has to decide this.' },
    IDEMPOTENCY: { description: 'The idempotency key was used with another input, or is in use.' },
    QUOTA: { description: 'A limit of your plan is reached.' },
  },
})

/** A DomainError as data: GraphQL takes an instance of Error for a fault of the resolver. */
export interface Refusal {
  message: string
  detail: DomainErrorDetail
  path: readonly string[] | undefined
}

/** Every concrete type is told by its code, so one resolver serves the interface. */
export const UserError = builder.interfaceRef<Refusal>('UserError').implement({
  description: 'An expected failure of a mutation. Nothing was changed.',
  resolveType: (error) => TYPE_NAMES[error.detail.code],
  fields: (t) => ({
    code: t.field({
      type: UserErrorCode,
      description: 'Kind of the failure.',
      resolve: (error) => error.detail.code,
    }),
    message: t.exposeString('message', { description: 'What is wrong, for a person.' }),
    path: t.field({
      type: ['String'],
      nullable: true,
      description: 'The input field at fault, from the argument down: ["input", "title"].',
      resolve: (error) => (error.path === undefined ? null : [...error.path]),
    }),
  }),
})

const TYPE_NAMES: Record<DomainErrorDetail['code'], string> = {
  VALIDATION: 'ValidationError',
  NOT_FOUND: 'NotFoundError',
  VERSION_CONFLICT: 'VersionConflictError',
  INVALID_TRANSITION: 'StateTransitionError',
  CONFLICT: 'ConflictError',
  IN_FLIGHT: 'InFlightError',
  APPROVAL_REQUIRED: 'ApprovalRequiredError',
  IDEMPOTENCY: 'IdempotencyError',
  QUOTA: 'QuotaError',
}

function detailOf<C extends DomainErrorDetail['code']>(error: Refusal, code: C) {
  const detail = error.detail
  if (detail.code !== code) throw new Error(`${detail.code} is not ${code}`)
  return detail as Extract<DomainErrorDetail, { code: C }>
}

const concrete = (name: string) => builder.objectRef<Refusal>(name)

concrete('ValidationError').implement({
  description: 'An input does not meet a rule.',
  interfaces: [UserError],
})

concrete('NotFoundError').implement({
  description: 'There is no such record in your organization.',
  interfaces: [UserError],
  fields: (t) => ({
    // Not `id`: caches that know records by it would take the error for the record.
    missingId: t.id({
      description: 'The id that was not found.',
      resolve: (error) => detailOf(error, 'NOT_FOUND').id,
    }),
  }),
})

concrete('VersionConflictError').implement({
  description: 'The record has changed since the version you expected: read it again and decide.',
  interfaces: [UserError],
  fields: (t) => ({
    currentVersion: t.int({
      description: 'Version of the record now.',
      resolve: (error) => detailOf(error, 'VERSION_CONFLICT').currentVersion,
    }),
  }),
})

concrete('StateTransitionError').implement({
  description: 'The record cannot go from its status to the one asked for.',
  interfaces: [UserError],
  fields: (t) => ({
    from: t.string({
      description: 'Status of the record now.',
      resolve: (error) => detailOf(error, 'INVALID_TRANSITION').from,
    }),
    allowed: t.stringList({
      description: 'Statuses that it could go to.',
      resolve: (error) => [...detailOf(error, 'INVALID_TRANSITION').allowed],
    }),
  }),
})

/** Later floors add what they know of the records. */
export const ConflictError = concrete('ConflictError').implement({
  description: 'Other records stand in the way.',
  interfaces: [UserError],
  fields: (t) => ({
    ids: t.idList({
      description: 'The records in the way.',
      resolve: (error) => [...detailOf(error, 'CONFLICT').ids],
    }),
  }),
})

concrete('InFlightError').implement({
  description: 'What was asked for is being done at this moment: ask again once it has ended.',
  interfaces: [UserError],
  fields: (t) => ({
    ids: t.idList({
      description: 'The records with which it is so.',
      resolve: (error) => [...detailOf(error, 'IN_FLIGHT').ids],
    }),
  }),
})

concrete('ApprovalRequiredError').implement({
  description: 'You may not decide this: you handed it in yourself, or it exceeds your limit.',
  interfaces: [UserError],
  fields: (t) => ({
    approverIds: t.idList({
      description: 'Users who may (at most 20).',
      resolve: (error) => [...detailOf(error, 'APPROVAL_REQUIRED').approverIds],
    }),
  }),
})

concrete('IdempotencyError').implement({
  description: 'The idempotency key was used with another input, or its first request still runs.',
  interfaces: [UserError],
})

concrete('QuotaError').implement({
  description: 'A limit of your plan is reached.',
  interfaces: [UserError],
})
