import { builder } from '../builder.ts'
import type { RequestRate } from './request-limits.ts'

const RateLimit = builder.objectRef<RequestRate>('RateLimit').implement({
  description: 'Requests of the caller in the last 60 seconds, over all servers.',
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'Requests allowed in any 60 seconds.' }),
    remaining: t.exposeInt('remaining', { description: 'Requests left now, this one counted.' }),
    used: t.int({
      description: 'Requests counted in the last 60 seconds, this one included.',
      resolve: (rate) => rate.limit - rate.remaining,
    }),
    resetAt: t.field({
      type: 'DateTime',
      description: 'When the oldest counted request is forgotten, from when on there is more.',
      resolve: (rate) => new Date(rate.resetAt),
    }),
    requests: t.exposeInt('requests', {
      description: 'What this request counts as: a mutation as one per top-level field.',
    }),
  }),
})

builder.queryField('rateLimit', (t) =>
  t.field({
    type: RateLimit,
    nullable: true,
    description: 'What the caller has left of its requests; the same as in the RateLimit headers.',
    authScopes: { signedIn: true },
    resolve: (_root, _args, context) => context.rate ?? null,
  }),
)
