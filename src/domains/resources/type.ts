import { ReservableStatus, ResourceType } from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'
import { registerNode } from '../../graphql/reading/node.ts'
import { WeekdayEnum } from '../locations/weekday.ts'
import { type OpenPeriod, parseOpenHours } from './open-hours.ts'

export const ResourceTypeEnum = builder.enumType('ResourceType', {
  description: 'Kind of thing that can be booked.',
  values: {
    [ResourceType.ROOM]: { description: 'A room.' },
    [ResourceType.DESK]: { description: 'A desk or another place to work.' },
    [ResourceType.PARKING]: { description: 'A parking space.' },
    [ResourceType.EQUIPMENT]: { description: 'Something to borrow.' },
    [ResourceType.OTHER]: { description: 'Anything else.' },
  },
})

export const ReservableStatusEnum = builder.enumType('ReservableStatus', {
  description: 'Who may book a resource.',
  values: {
    [ReservableStatus.RESERVABLE]: { description: 'Everybody who may book.' },
    [ReservableStatus.NOT_RESERVABLE]: { description: 'Nobody; bookings that exist stay.' },
    [ReservableStatus.IOT_ONLY]: { description: 'Machines with an API key only.' },
  },
})

const OpenPeriodObject = builder.objectRef<OpenPeriod>('OpenPeriod').implement({
  description: "A stretch of a weekday, on the wall clock of the resource's place.",
  fields: (t) => ({
    day: t.expose('day', { type: WeekdayEnum, description: 'Which day.' }),
    opens: t.exposeString('opens', { description: 'From, "08:30".' }),
    closes: t.exposeString('closes', { description: 'Until, "18:00"; "24:00" = midnight.' }),
  }),
})

const limit = (description: string) => ({ nullable: true as const, description })

export const ResourceObject = builder.prismaNode('Resource', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('resource', 'Resource'),
  description: 'Something that can be booked: a room, a desk, a parking space, a beamer.',
  authScopes: { permission: 'resources:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name.' }),
    description: t.exposeString('description', limit('Details.')),
    type: t.expose('type', { type: ResourceTypeEnum, description: 'Kind of thing.' }),
    location: t.relation('location', { description: 'Where.' }),
    capacity: t.exposeInt('capacity', limit('People it holds; null = does not matter.')),
    reservableStatus: t.expose('reservableStatus', {
      type: ReservableStatusEnum,
      description: 'Who may book it.',
    }),
    requiresApproval: t.exposeBoolean('requiresApproval', {
      description: 'Bookings wait for a manager.',
    }),
    requiresCheckIn: t.exposeBoolean('requiresCheckIn', {
      description: 'Bookings without a check-in are released.',
    }),
    checkInOpensMinutes: t.exposeInt('checkInOpensMinutes', {
      description: 'Check-in opens so many minutes before the start.',
    }),
    releaseAfterMinutes: t.exposeInt('releaseAfterMinutes', {
      description: 'Without a check-in, released so many minutes after the start.',
    }),
    bufferMinutes: t.exposeInt('bufferMinutes', {
      description: 'Minutes kept free between two bookings.',
    }),
    reminderMinutes: t.exposeInt(
      'reminderMinutes',
      limit('Whoever booked is reminded so many minutes before the start; null = not at all.'),
    ),
    minMinutes: t.exposeInt('minMinutes', limit('Shortest booking, minutes.')),
    maxMinutes: t.exposeInt('maxMinutes', limit('Longest booking, minutes; at most 31 days.')),
    maxAdvanceDays: t.exposeInt('maxAdvanceDays', limit('How many days ahead it may begin.')),
    openHours: t.field({
      type: [OpenPeriodObject],
      nullable: true,
      description: 'When it is open, in the order of the week; null = always.',
      select: { openHours: true },
      resolve: ({ openHours }) => parseOpenHours(openHours),
    }),
    maxConcurrent: t.exposeInt('maxConcurrent', {
      description: 'Bookings that may overlap: 1 for a room, more for a pool of equal things.',
    }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was deleted; it stays readable while bookings tell of it.',
    }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
