import { builder } from '../../../graphql/builder.ts'
import { callerOf, demandAll, scopedPrisma } from '../../../graphql/context.ts'
import { countVisitors, type VisitorDay } from './counts.ts'

const DayObject = builder.objectRef<VisitorDay>('VisitorDay').implement({
  description: 'Visits of one day, at the local time of their places.',
  fields: (t) => ({
    day: t.exposeString('day', { description: 'The day, "2026-03-29".' }),
    expected: t.exposeInt('expected', { description: 'Visits announced for it, and walk-ins.' }),
    arrived: t.exposeInt('arrived', { description: 'Of these, those that took place.' }),
    walkIns: t.exposeInt('walkIns', { description: 'Came without being announced.' }),
    noShows: t.exposeInt('noShows', { description: 'Did not come.' }),
    cancelled: t.exposeInt('cancelled', { description: 'Were called off.' }),
    denied: t.exposeInt('denied', { description: 'Were refused.' }),
    meanMinutes: t.exposeFloat('meanMinutes', {
      nullable: true,
      description: 'Mean length of the visits that have ended, minutes; null without any.',
    }),
  }),
})

builder.queryField('visitorDays', (t) =>
  t.field({
    type: [DayObject],
    description: 'Visits per day, oldest day first; days without any are left out.',
    authScopes: { permission: 'visitors:read' },
    complexity: { field: 50, multiplier: 1 },
    args: {
      from: t.arg.string({ required: true, description: 'First day, "2026-03-01".' }),
      to: t.arg.string({ required: true, description: 'Last day, at most 366 days in all.' }),
      siteId: t.arg.id({ description: 'At this site; all sites when left out.' }),
    },
    resolve: (_root, span, context) => {
      demandAll(context, 'visitors:read')
      return countVisitors(scopedPrisma(context), callerOf(context).organizationId, span)
    },
  }),
)
