import { restrictEvents } from '../../events/own-events.ts'
import { NOTHING, restrictReading } from '../../graphql/reading/visibility.ts'

// Visits to somebody, and those that they announced.
restrictReading('Visitor', 'visitors', ({ userId }) => ({
  OR: [
    { hostId: userId },
    { registeredById: userId },
    { invitation: { OR: [{ createdById: userId }, { hostIds: { has: userId } }] } },
  ],
}))
restrictEvents('visitors', ({ role, userId }) =>
  role === 'REQUESTER' ? { party: [userId] } : 'all',
)
restrictReading('VisitorInvitation', 'visitors', ({ userId }) => ({
  OR: [{ createdById: userId }, { hostIds: { has: userId } }],
}))

// Who is kept out is for those who decide about visits.
restrictReading('VisitorBlock', 'visitors', () => NOTHING)
