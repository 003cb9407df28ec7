import { graphql } from '../../src/generated/client/index.ts'

/** Operations on bookings. */
export const CreateBooking = graphql(`
  mutation CreateBooking($input: BookingCreateInput!) {
    bookingCreate(input: $input) {
      booking {
        id
        status
        startTime
        endTime
        checkInOpensAt
        checkInDeadline
        autoRelease
        version
      }
      userErrors {
        code
        message
        path
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

export const UpdateBooking = graphql(`
  mutation UpdateBooking($input: BookingUpdateInput!) {
    bookingUpdate(input: $input) {
      booking {
        id
        status
        startTime
        endTime
        title
        version
      }
      changedIds
      eventCursor
      userErrors {
        code
        message
        path
        ... on ConflictError {
          ids
        }
        ... on StateTransitionError {
          from
          allowed
        }
        ... on VersionConflictError {
          currentVersion
        }
      }
    }
  }
`)

export const CancelBooking = graphql(`
  mutation CancelBooking($input: BookingCancelInput!) {
    bookingCancel(input: $input) {
      booking {
        id
        status
        cancelReason
      }
      cancelledIds
      eventCursor
      userErrors {
        code
        ... on StateTransitionError {
          from
          allowed
        }
      }
    }
  }
`)

export const ApproveBooking = graphql(`
  mutation ApproveBooking($input: BookingApproveInput!) {
    bookingApprove(input: $input) {
      booking {
        id
        status
        approvedAt
      }
      userErrors {
        code
        message
      }
    }
  }
`)

export const RejectBooking = graphql(`
  mutation RejectBooking($input: BookingRejectInput!) {
    bookingReject(input: $input) {
      booking {
        id
        status
        rejectReason
      }
      userErrors {
        code
        message
      }
    }
  }
`)

export const CheckInBooking = graphql(`
  mutation CheckInBooking($input: BookingCheckInInput!) {
    bookingCheckIn(input: $input) {
      booking {
        id
        status
        checkedInAt
      }
      eventCursor
      userErrors {
        code
        message
        ... on StateTransitionError {
          from
          allowed
        }
      }
    }
  }
`)

export const EndBooking = graphql(`
  mutation EndBooking($input: BookingEndInput!) {
    bookingEnd(input: $input) {
      booking {
        id
        status
        endedAt
      }
      userErrors {
        code
        message
      }
    }
  }
`)

export const MarkNoShow = graphql(`
  mutation MarkNoShow($input: BookingMarkNoShowInput!) {
    bookingMarkNoShow(input: $input) {
      booking {
        id
        status
        releasedAt
      }
      userErrors {
        code
      }
    }
  }
`)

export const UnmarkNoShow = graphql(`
  mutation UnmarkNoShow($input: BookingUnmarkNoShowInput!) {
    bookingUnmarkNoShow(input: $input) {
      booking {
        id
        status
        releasedAt
      }
      userErrors {
        code
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

export const DeleteBooking = graphql(`
  mutation DeleteBooking($input: BookingDeleteInput!) {
    bookingDelete(input: $input) {
      deletedId
      userErrors {
        code
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

export const BulkDeleteBookings = graphql(`
  mutation BulkDeleteBookings($input: BookingBulkDeleteInput!) {
    bookingBulkDelete(input: $input) {
      deletedIds
      userErrors {
        code
        ... on NotFoundError {
          missingId
        }
      }
    }
  }
`)

export const CreateSeries = graphql(`
  mutation CreateSeries($input: BookingSeriesCreateInput!) {
    bookingSeriesCreate(input: $input) {
      series {
        id
        timezone
        daysOfWeek
        bookings(first: 100) {
          totalCount
          nodes {
            id
            startTime
            endTime
          }
        }
      }
      bookingIds
      skipped {
        startTime
        reason
        bookingIds
      }
      userErrors {
        code
        message
        path
        ... on ConflictError {
          ids
        }
      }
    }
  }
`)

export const CancelSeries = graphql(`
  mutation CancelSeries($input: BookingSeriesCancelInput!) {
    bookingSeriesCancel(input: $input) {
      series {
        id
        status
      }
      cancelledIds
      eventCursor
      userErrors {
        code
      }
    }
  }
`)

export const DeleteSeries = graphql(`
  mutation DeleteSeries($input: BookingSeriesDeleteInput!) {
    bookingSeriesDelete(input: $input) {
      deletedId
      userErrors {
        code
      }
    }
  }
`)

export const ReadBooking = graphql(`
  query ReadBooking($id: ID!) {
    booking(id: $id) {
      id
      status
      title
      startTime
      endTime
      releasedAt
      endedAt
      rejectReason
      version
      bookedBy {
        id
      }
    }
  }
`)
