import { restrictEvents } from '../../events/own-events.ts'
import { restrictReading } from '../../graphql/reading/visibility.ts'

restrictReading('Booking', 'bookings', ({ userId }) => ({ bookedById: userId }))
restrictEvents('bookings', ({ role, userId }) =>
  role === 'REQUESTER' ? { party: [userId] } : 'all',
)
restrictReading('BookingSeries', 'bookings', ({ userId }) => ({ bookedById: userId }))
