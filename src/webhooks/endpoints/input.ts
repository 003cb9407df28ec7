import { z } from 'zod'
import { unlessGiven } from '../../graphql/commands/input-shapes.ts'
import { MAX_FILTER_IDS } from '../../events/match.ts'
import { WebhookOrdering } from '../../generated/prisma/enums.ts'
import { findHeaderFaults } from './custom-headers.ts'
import { faultOfPatterns } from '../../event-log/event-patterns.ts'

const MAX_EVENT_TYPES = 100
const MAX_CHANGED_FIELDS = 50
const MAX_IN_FLIGHT = 50
/** A week. */
const MAX_GRACE_SECONDS = 604_800
const DEFAULT_GRACE_SECONDS = 86_400

const name = z.string().trim().max(100, 'must have at most 100 characters')
const description = z.string().trim().max(1_000, 'must have at most 1000 characters')

const eventTypes = z
  .array(z.string())
  .min(1, 'must name at least one event type')
  .max(MAX_EVENT_TYPES, `at most ${MAX_EVENT_TYPES} are allowed`)
  .superRefine((patterns, context) => {
    const fault = faultOfPatterns(patterns)
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault })
  })
  .transform((patterns) => [...new Set(patterns)])

const ids = z
  .array(z.string())
  .min(1, 'must not be empty; leave it out to let everything through')
  .max(MAX_FILTER_IDS, `at most ${MAX_FILTER_IDS} ids are allowed`)
  .nullish()
const filter = z.object({
  locationIds: ids,
  siteIds: ids,
  assetIds: ids,
  assetTypeIds: ids,
  workOrderIds: ids,
  resourceIds: ids,
  scheduleIds: ids,
  quotationIds: ids,
  subjectIds: ids,
})

const changedFields = z
  .array(z.string().min(1, 'must not be empty').max(100, 'must have at most 100 characters'))
  .max(MAX_CHANGED_FIELDS, `at most ${MAX_CHANGED_FIELDS} are allowed`)

const header = z.object({ name: z.string(), value: z.string() })

const customHeaders = z.array(header).superRefine(refuseFaults)
/** Without a value: the one that is stored under this name stays. */
const changedHeaders = z
  .array(z.object({ name: z.string(), value: z.string().nullish() }))
  .superRefine((headers, context) => {
    refuseFaults(
      headers.map((each) => ({ name: each.name, value: each.value ?? 'kept' })),
      context,
    )
  })

function refuseFaults(headers: z.infer<typeof header>[], context: z.RefinementCtx): void {
  for (const { index, field, message } of findHeaderFaults(headers)) {
    const path = [index, field].filter((part) => part !== undefined)
    context.addIssue({ code: 'custom', path, message })
  }
}

/** Whether it is a document that can be rendered is found out with the schema. */
const payload = z.string().min(1, 'must not be empty; null is the form of the catalogue')

const maxInFlight = z.number().int().min(1, 'must be 1–50').max(MAX_IN_FLIGHT, 'must be 1–50')

/** No body that was reduced is as large, and none that an event has is larger. */
const BODY_BYTES = { min: 1_024, max: 10_485_760 }
const BODY_BYTES_FAULT = `must be ${BODY_BYTES.min}–${BODY_BYTES.max}; null is no limit`
const maxBodyBytes = z
  .number()
  .int()
  .min(BODY_BYTES.min, BODY_BYTES_FAULT)
  .max(BODY_BYTES.max, BODY_BYTES_FAULT)

export const createEndpointInput = z.object({
  url: z.string(),
  eventTypes,
  name: name.nullish(),
  description: description.nullish(),
  customHeaders: customHeaders.nullish(),
  filter: filter.nullish(),
  changedFields: changedFields.nullish(),
  ordering: z.enum(WebhookOrdering).nullish(),
  maxInFlight: maxInFlight.nullish(),
  maxBodyBytes: maxBodyBytes.nullish(),
  integrationId: z.string().nullish(),
  payload: payload.nullish(),
})
export type CreateEndpointInput = z.infer<typeof createEndpointInput>

export const updateEndpointInput = z.object({
  id: z.string(),
  url: unlessGiven(z.string()),
  eventTypes: unlessGiven(eventTypes),
  name: name.nullish(),
  description: description.nullish(),
  customHeaders: changedHeaders.nullish(),
  filter: filter.nullish(),
  changedFields: changedFields.nullish(),
  ordering: unlessGiven(z.enum(WebhookOrdering)),
  maxInFlight: unlessGiven(maxInFlight),
  maxBodyBytes: maxBodyBytes.nullish(),
  integrationId: z.string().nullish(),
  payload: payload.nullish(),
})
export type UpdateEndpointInput = z.infer<typeof updateEndpointInput>

export const endpointInput = z.object({ id: z.string() })
export type EndpointInput = z.infer<typeof endpointInput>

export const resumeEndpointInput = endpointInput.extend({
  skipBuffered: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
})
export type ResumeEndpointInput = z.infer<typeof resumeEndpointInput>

export const rotateSecretInput = endpointInput.extend({
  graceSeconds: z
    .number()
    .int()
    .min(0, `must be 0–${MAX_GRACE_SECONDS}`)
    .max(MAX_GRACE_SECONDS, `must be 0–${MAX_GRACE_SECONDS}`)
    .nullish()
    .transform((value) => value ?? DEFAULT_GRACE_SECONDS),
})
export type RotateSecretInput = z.infer<typeof rotateSecretInput>

export const idInput = z.object({ id: z.string() })
export type IdInput = z.infer<typeof idInput>

const MAX_RETRIES = 100

export const idsInput = z.object({
  ids: z
    .array(z.string())
    .min(1, 'must name at least one')
    .max(MAX_RETRIES, `at most ${MAX_RETRIES} are allowed`)
    .transform((given) => [...new Set(given)]),
})
export type IdsInput = z.infer<typeof idsInput>
