import { builder } from '../../../graphql/builder.ts'
import { type VisitorDay } from './counts.ts'

export const DayObject = builder.objectRef<VisitorDay>('VisitorDay').implement({
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
