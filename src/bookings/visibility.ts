import { restrictReading } from '../graphql/visibility.ts'

restrictReading('Booking', 'bookings', ({ userId }) => ({ bookedById: userId }))
restrictReading('BookingSeries', 'bookings', ({ userId }) => ({ bookedById: userId }))
