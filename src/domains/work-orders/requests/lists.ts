import { atSite, byId, byMoment, oneOf } from '../../../graphql/lists/comparators.ts'
import { defineList } from '../../../graphql/lists/define-list.ts'
import { search } from '../../../graphql/lists/search.ts'
import { callerOf } from '../../../graphql/context.ts'
import { StatusEnum, visible } from './type.ts'

const requests = defineList('WorkRequest', {
  called: 'work requests',
  where: {
    statuses: oneOf(StatusEnum, 'One of these statuses.', 'status'),
    locationId: byId('By place.'),
    siteId: atSite(),
    requestedById: byId('By who asked.'),
    decidedById: byId('By who decided.'),
    created: byMoment('By when it was asked for.'),
    updated: byMoment('By last change.'),
    decidedAt: byMoment('By when it was decided.'),
    search: search('the title and the description', ['title', 'description']),
  },
  orderBy: {
    CREATED: ['created', 'When it was asked for.'],
    UPDATED: ['updated', 'Last change.'],
    DECIDED_AT: ['decidedAt', 'When it was decided; the open ones last going up.'],
    TITLE: ['title', 'Title.'],
    STATUS: ['status', 'Where it stands.'],
  },
  otherwise: [{ created: 'desc' }],
  always: (_where, context) => visible(callerOf(context)),
})

requests.query('workRequests', {
  description: 'Work requests, newest first unless ordered otherwise. A requester sees their own.',
  authScopes: { permission: 'work-requests:read' },
})
