import { z } from 'zod'
import { defineEvent } from '../../../events/define.ts'
import { omitEmpty } from '../../../events/diff.ts'
import { toPascalCase, toUnixSeconds } from '../../../events/envelope.ts'
import type { FacetsOf } from '../../../events/match.ts'
import type { RateSchedule } from '../../../generated/prisma/client.ts'
import { at, seconds } from '../moments.ts'

const schedulePayload = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  status: z.enum(['Draft', 'Published', 'Superseded', 'Expired', 'Archived']),
  companyId: z.string().optional().describe('Company that the rates were agreed with.'),
  currency: z.string().describe('ISO 4217 code of its rates.'),
  effectiveFrom: seconds('Start of the period'),
  effectiveTo: seconds('End of the period, which no longer belongs to it'),
  revision: z.int().describe('1, 2, 3, …: each replaces the one before.'),
  supersedesId: z.string().optional().describe('The revision before.'),
  supersededAt: seconds('When a later revision took its place').optional(),
  itemCount: z.int(),
  publishedBy: z.string().optional(),
  publishedAt: seconds('Publication').optional(),
  archivedAt: seconds('When it was archived').optional(),
  created: seconds('Creation'),
  updated: seconds('Last change'),
})
type SchedulePayload = z.infer<typeof schedulePayload>

/** The one shape in which a schedule of rates appears in events. Its items are read by query. */
export function serializeSchedule(schedule: RateSchedule): SchedulePayload {
  return omitEmpty({
    id: schedule.id,
    name: schedule.name,
    description: schedule.description,
    status: schedulePayload.shape.status.parse(toPascalCase(schedule.status)),
    companyId: schedule.companyId,
    currency: schedule.currency,
    effectiveFrom: toUnixSeconds(schedule.effectiveFrom),
    effectiveTo: toUnixSeconds(schedule.effectiveTo),
    revision: schedule.revision,
    supersedesId: schedule.supersedesId,
    // Until its successor begins, a published schedule is what it was.
    supersededAt: schedule.status === 'SUPERSEDED' ? at(schedule.supersededAt) : null,
    itemCount: schedule.itemCount,
    publishedBy: schedule.publishedById,
    publishedAt: at(schedule.publishedAt),
    archivedAt: at(schedule.archivedAt),
    created: toUnixSeconds(schedule.created),
    updated: toUnixSeconds(schedule.updated),
  })
}

/** One being drawn up belongs to nobody yet, one for no company in particular to the whole organization. */
export function scheduleFacets(
  schedule: Pick<RateSchedule, 'id' | 'status' | 'companyId' | 'organizationId'>,
): FacetsOf<'schedule'> {
  const { id, status, companyId, organizationId } = schedule
  return { schedule: [id], ...(status === 'DRAFT' ? {} : { party: [companyId ?? organizationId] }) }
}

const scheduleExample: SchedulePayload = {
  id: 'sor-sch-3k8v2n6',
  name: 'Building services 2026',
  status: 'Published',
  currency: 'EUR',
  effectiveFrom: 1_780_000_000,
  effectiveTo: 1_811_536_000,
  revision: 1,
  itemCount: 118,
  publishedBy: 'usr-9d3x5z7',
  publishedAt: 1_779_990_000,
  created: 1_779_900_000,
  updated: 1_779_990_000,
}

const ofSchedule = {
  scopes: ['sor:read'],
  payload: schedulePayload,
  facets: ['schedule'],
} as const

export const schedulePublished = defineEvent({
  ...ofSchedule,
  type: 'sor.schedule.published',
  description: 'A schedule of rates was published: its items and rates are fixed from here on.',
  example: scheduleExample,
  previousExample: { status: 'Draft', publishedBy: null, publishedAt: null },
})

export const scheduleArchived = defineEvent({
  ...ofSchedule,
  type: 'sor.schedule.archived',
  description: 'A published schedule of rates was taken out of use before its end.',
  example: {
    ...scheduleExample,
    status: 'Archived',
    archivedAt: 1_790_000_000,
    updated: 1_790_000_000,
  },
  previousExample: { status: 'Published', archivedAt: null },
})

export const scheduleSuperseded = defineEvent({
  ...ofSchedule,
  type: 'sor.schedule.superseded',
  description: 'A published schedule of rates gave way to its next revision.',
  example: {
    ...scheduleExample,
    status: 'Superseded',
    supersededAt: 1_790_000_000,
    updated: 1_790_000_000,
  },
  previousExample: { status: 'Published', supersededAt: null },
})

export const scheduleExpired = defineEvent({
  ...ofSchedule,
  type: 'sor.schedule.expired',
  description: 'A published schedule of rates reached the end of its period.',
  example: { ...scheduleExample, status: 'Expired', updated: 1_811_536_000 },
  previousExample: { status: 'Published' },
})
