import { RateScheduleStatus, RateUnit } from '../../../generated/prisma/enums.ts'
import { builder } from '../../../graphql/builder.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { isInForce, SCHEDULE_TRANSITIONS } from '../rules.ts'

export const ScheduleStatusEnum = builder.enumType('RateScheduleStatus', {
  description: 'Where a schedule of rates stands.',
  values: {
    [RateScheduleStatus.DRAFT]: { description: 'Being drawn up; items and rates may change.' },
    [RateScheduleStatus.PUBLISHED]: { description: 'Fixed; in force during its period.' },
    [RateScheduleStatus.SUPERSEDED]: { description: 'Replaced by a later revision. Final.' },
    [RateScheduleStatus.EXPIRED]: { description: 'Its period is over. Final.' },
    [RateScheduleStatus.ARCHIVED]: { description: 'Taken out of use before its end. Final.' },
  },
})

export const RateUnitEnum = builder.enumType('RateUnit', {
  description: 'What a rate is for one of.',
  values: {
    [RateUnit.EACH]: { description: 'One piece.' },
    [RateUnit.M]: { description: 'One metre.' },
    [RateUnit.M2]: { description: 'One square metre.' },
    [RateUnit.M3]: { description: 'One cubic metre.' },
    [RateUnit.HOUR]: { description: 'One hour of work.' },
    [RateUnit.DAY]: { description: 'One day of work.' },
    [RateUnit.LOT]: { description: 'The whole of it, however much that is.' },
  },
})

builder.prismaNode('RateItem', {
  id: { field: 'id' },
  nullable: true,
  // What the caller may not know of is not found, by its id either.
  findUnique: (id) => ({ id }),
  name: registerNode('rateItem', 'RateItem'),
  description: 'One line of a schedule of rates: a piece of work and what one unit of it costs.',
  authScopes: { permission: 'sor:read' },
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Unique in its schedule.' }),
    shortDescription: t.exposeString('shortDescription', { description: 'The work in one line.' }),
    longDescription: t.exposeString('longDescription', {
      nullable: true,
      description: 'What the rate includes.',
    }),
    trade: t.exposeString('trade', { nullable: true, description: 'Plumbing, electrical, …' }),
    unit: t.expose('unit', { type: RateUnitEnum, description: 'What the rate is for one of.' }),
    rateCents: t.expose('rateCents', {
      type: 'BigInt',
      description: "Price of one unit, in cents of the schedule's currency.",
    }),
    standardMinutes: t.exposeInt('standardMinutes', {
      nullable: true,
      description: 'Minutes that one unit usually takes.',
    }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether it may be quoted.' }),
    schedule: t.relation('schedule', { description: 'The schedule that it belongs to.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

export const RateScheduleType = builder.prismaNode('RateSchedule', {
  id: { field: 'id' },
  nullable: true,
  findUnique: (id) => ({ id }),
  name: registerNode('rateSchedule', 'RateSchedule'),
  description:
    'A schedule of rates: what work costs during a period. Fixed once published; changed by a new revision.',
  authScopes: { permission: 'sor:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name, shared by its revisions.' }),
    description: t.exposeString('description', { nullable: true, description: 'Details.' }),
    status: t.expose('status', { type: ScheduleStatusEnum, description: 'Where it stands.' }),
    allowedStatuses: t.field({
      type: [ScheduleStatusEnum],
      description: 'Statuses that it could go to now.',
      select: { status: true },
      resolve: (schedule) => [...SCHEDULE_TRANSITIONS[schedule.status]],
    }),
    inForce: t.boolean({
      description: 'Whether quotations can be handed in at its rates now.',
      select: { status: true, effectiveFrom: true, effectiveTo: true, supersededAt: true },
      resolve: (schedule) => isInForce(schedule, new Date()),
    }),
    companyId: t.exposeID('companyId', {
      nullable: true,
      description: 'Its id, for callers who may not read companies.',
    }),
    company: t.relation('company', {
      nullable: true,
      description: 'Company that the rates were agreed with; null = for everybody.',
    }),
    currency: t.exposeString('currency', { description: 'ISO 4217 code of its rates.' }),
    effectiveFrom: t.expose('effectiveFrom', {
      type: 'DateTime',
      description: 'Start of its period.',
    }),
    effectiveTo: t.expose('effectiveTo', {
      type: 'DateTime',
      description: 'End of its period, which no longer belongs to it.',
    }),
    revision: t.exposeInt('revision', { description: '1, 2, 3, …: each replaces the one before.' }),
    supersedes: t.relation('supersedes', {
      nullable: true,
      description: 'The revision before.',
    }),
    supersededAt: t.expose('supersededAt', {
      type: 'DateTime',
      nullable: true,
      description: 'From when a later revision takes its place; may lie ahead.',
    }),
    itemCount: t.exposeInt('itemCount', { description: 'How many items it has.' }),
    publishedBy: t.relation('publishedBy', { nullable: true, description: 'Who published it.' }),
    publishedAt: t.expose('publishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was published.',
    }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was taken out of use.',
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was drawn up.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
