import type {
  BookingCreateInput,
  BookingSeriesCreateInput,
  ResourceCreateInput,
} from '../../src/generated/client/graphql.ts'
import { addOrganization, ask, startTestApp, type TestApp, type TestOrganization } from './app.ts'
import { CreateBooking, CreateSeries, ReadBooking } from './booking-documents.ts'
import { CreateLocation } from './documents.ts'
import { CreateResource } from './resource-documents.ts'

/** An organization with a place, and short ways to book there. */
export interface BookingDesk extends AsyncDisposable {
  test: TestApp
  org: TestOrganization
  locationId: string
  newResource(rules?: Partial<ResourceCreateInput>): Promise<string>
  book(
    input: Pick<BookingCreateInput, 'resourceId' | 'startTime' | 'endTime'> &
      Partial<BookingCreateInput>,
    who?: TestOrganization['owner'],
  ): ReturnType<typeof create>
  bookSeries(input: BookingSeriesCreateInput): ReturnType<typeof createSeries>
  read(id: string): ReturnType<typeof readBooking>
}

const create = async (
  test: TestApp,
  credentials: TestOrganization['owner'],
  input: BookingCreateInput,
) => (await ask(test.url, credentials, CreateBooking, { input })).bookingCreate

const createSeries = async (
  test: TestApp,
  credentials: TestOrganization['owner'],
  input: BookingSeriesCreateInput,
) => (await ask(test.url, credentials, CreateSeries, { input })).bookingSeriesCreate

const readBooking = async (test: TestApp, credentials: TestOrganization['owner'], id: string) =>
  (await ask(test.url, credentials, ReadBooking, { id })).booking

export async function openBookingDesk(
  timezone = 'Europe/Berlin',
  given?: TestApp,
): Promise<BookingDesk> {
  const test = given ?? (await startTestApp())
  const org = await addOrganization(test)
  const { locationCreate } = await ask(test.url, org.owner, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION', timezone },
  })
  const locationId = locationCreate.location?.id ?? ''
  return {
    test,
    org,
    locationId,
    async newResource(rules = {}) {
      const { resourceCreate } = await ask(test.url, org.owner, CreateResource, {
        input: { name: 'Elm', locationId, ...rules },
      })
      return resourceCreate.resource?.id ?? ''
    },
    book: (input, who = org.owner) => create(test, who, input),
    bookSeries: (input) => createSeries(test, org.owner, input),
    read: (id) => readBooking(test, org.owner, id),
    [Symbol.asyncDispose]: async () => {
      if (given === undefined) await test[Symbol.asyncDispose]()
    },
  }
}

const MINUTE = 60_000

/** A moment so many minutes after the coming full minute, in the form of the API. */
export function inMinutes(minutes: number): string {
  return new Date((Math.ceil(Date.now() / MINUTE) + minutes) * MINUTE).toISOString()
}

/** A moment of a day that is a week off, "10:00" in UTC. */
export function nextWeek(time: string, daysLater = 0): string {
  const day = new Date(Date.now() + (7 + daysLater) * 86_400_000).toISOString().slice(0, 10)
  return `${day}T${time}:00.000Z`
}
