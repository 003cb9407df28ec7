import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import {
  byCents,
  byId,
  byMoment,
  byNumber,
  computed,
  exactText,
  exactly,
  oneOf,
} from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { search } from '../../../graphql/lists/search.ts'
import { RateUnitEnum, ScheduleStatusEnum } from './type.ts'

builder.queryFields((t) => ({
  rateSchedule: t.prismaField({
    type: 'RateSchedule',
    nullable: true,
    description: 'One schedule of rates; null when there is none with this id.',
    authScopes: { permission: 'sor:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the schedule.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).rateSchedule.findUnique({
        ...query,
        where: { id },
      }),
  }),
}))

const schedules = defineList('RateSchedule', {
  called: 'schedules of rates',
  where: {
    statuses: oneOf(ScheduleStatusEnum, 'One of these statuses.', 'status'),
    companyId: byId('By company.'),
    inForceAt: computed('DateTime', 'Published, and in force at this moment.', inForceAt),
    effectiveFrom: byMoment('By start of the period.'),
    effectiveTo: byMoment('By end of the period.'),
    search: search('the name and the description', ['name', 'description']),
    created: byMoment('By creation.'),
    updated: byMoment('By last change.'),
  },
  orderBy: {
    CREATED: ['created', 'Creation.'],
    UPDATED: ['updated', 'Last change.'],
    NAME: ['name', 'Name.'],
    EFFECTIVE_FROM: ['effectiveFrom', 'Start of the period.'],
    EFFECTIVE_TO: ['effectiveTo', 'End of the period.'],
  },
  otherwise: [{ created: 'desc' }],
})

function inForceAt(at: Date): object {
  return {
    status: 'PUBLISHED',
    effectiveFrom: { lte: at },
    effectiveTo: { gt: at },
    OR: [{ supersededAt: null }, { supersededAt: { gt: at } }],
  }
}

schedules.query('rateSchedules', {
  description: 'Schedules of rates, newest first unless ordered otherwise.',
  authScopes: { permission: 'sor:read' },
})

const items = defineList('RateItem', {
  called: 'items',
  where: {
    codes: oneOf('String', 'One of these codes (at most 100).', 'code'),
    units: oneOf(RateUnitEnum, 'One of these units.', 'unit'),
    trade: exactText('Of this trade; case does not matter.'),
    enabled: exactly('Boolean', 'Only those that may, or may not, be quoted.'),
    rateCents: byCents('By rate.'),
    standardMinutes: byNumber('By the time that it takes.'),
    search: search('the code and the descriptions', [
      'code',
      'shortDescription',
      'longDescription',
    ]),
  },
  orderBy: {
    CODE: ['code', 'Code.'],
    TRADE: ['trade', 'Trade.'],
    RATE: ['rateCents', 'Rate.'],
    CREATED: ['created', 'Creation.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ code: 'asc' }],
})

items.below('RateSchedule', 'items', {
  connection: 'RateItem',
  description: 'Its items, by code unless ordered otherwise.',
})
