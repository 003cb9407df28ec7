import { NOTHING, restrictReading } from '../graphql/visibility.ts'

// Visits to somebody, and those that they announced.
restrictReading('Visitor', 'visitors', ({ userId }) => ({
  OR: [
    { hostId: userId },
    { registeredById: userId },
    { invitation: { OR: [{ createdById: userId }, { hostIds: { has: userId } }] } },
  ],
}))
restrictReading('VisitorInvitation', 'visitors', ({ userId }) => ({
  OR: [{ createdById: userId }, { hostIds: { has: userId } }],
}))

// Who is kept out is for those who decide about visits.
restrictReading('VisitorBlock', 'visitors', () => NOTHING)
