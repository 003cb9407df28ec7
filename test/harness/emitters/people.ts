import { sweepClosing } from '../../../src/domains/visitors/sweeps.ts'
import type { Credentials } from '../app.ts'
import { isObject } from '../recorded.ts'
import {
  type Emitter,
  type Emitters,
  inMinutes,
  later,
  newEmail,
  noonZone,
  on,
  plain,
  unique,
  type World,
} from './world.ts'

const visit = (world: World) => ({
  name: 'Jane Smith',
  email: newEmail(),
  company: 'Acme',
  hostId: world.ownerId,
  locationId: world.siteId,
})

const newVisitor = (world: World) =>
  world.make('visitorRegister', { ...visit(world), expectedArrival: inMinutes(1) }, 'visitor')

async function visitorInside(world: World): Promise<string> {
  const id = await newVisitor(world)
  await world.run('visitorCheckIn', { id })
  return id
}

/** A visit that somebody has to agree to first. */
async function visitorInDoubt(world: World): Promise<string> {
  const siteId = await world.make(
    'locationCreate',
    { name: 'Plant', kind: 'LOCATION', timezone: noonZone() },
    'location',
  )
  await world.run('visitPolicyUpdate', { siteId, requiresApproval: true })
  const input = { ...visit(world), locationId: siteId, expectedArrival: inMinutes(1) }
  // Of somebody who may not approve: others' guests are agreed to by registering them.
  const { credentials } = await world.addPerson('REQUESTER')
  return world.make('visitorRegister', input, 'visitor', credentials)
}

const visited = (by: string, make: (world: World) => Promise<string>, input: object = {}) =>
  on(by, make, (world, id) => world.run(by, { id, ...input }))

const invite = (world: World) =>
  world.make(
    'visitorInvitationCreate',
    {
      type: 'PLANNED',
      hostIds: [world.ownerId],
      locationId: world.siteId,
      startAt: inMinutes(60),
      endAt: inMinutes(120),
      visitors: [{ name: 'Jane Smith', email: newEmail() }],
    },
    'invitation',
  )

const person = () => ({ email: newEmail(), name: 'New Person', role: 'TECHNICIAN' })
const inviteUser = (world: World) => world.make('userInvite', person(), 'user')

async function joinedUser(world: World): Promise<string> {
  const invited = await world.run('userInvite', person(), 'user { id } invitationToken')
  await accept(world, invited['invitationToken'])
  return isObject(invited['user']) ? String(invited['user']['id']) : ''
}

const accept = (world: World, token: unknown) => {
  const nobody: Credentials = {}
  return world.run('invitationAccept', { token, password: 'rather a long one' }, 'userId', nobody)
}

const invited: Emitter = plain('userInvite', inviteUser)

const newCompany = (world: World) =>
  world.make('companyCreate', { name: unique('Acme'), kind: 'CONTRACTOR' }, 'company')

async function newManager(world: World): Promise<string> {
  const { userId } = await world.addPerson()
  return world.make('managerCreate', { userId, locationId: world.siteId }, 'manager')
}

const newCustomer = (world: World) =>
  world.make('customerCreate', { name: unique('Customer') }, 'customer')
const fieldInput = () => ({ key: unique('floor').replace(' ', '_'), label: 'Floor', type: 'TEXT' })
const newField = (world: World) => world.make('customerFieldCreate', fieldInput(), 'customerField')

export const PEOPLE_EMITTERS: Emitters = {
  'visitor.registered': plain('visitorRegister', newVisitor),
  'visitor.updated': visited('visitorUpdate', newVisitor, { purpose: 'Audit' }),
  'visitor.approved': visited('visitorApprove', visitorInDoubt),
  'visitor.denied': visited('visitorDeny', visitorInDoubt, { reason: 'Not today' }),
  'visitor.cancelled': visited('visitorCancel', newVisitor),
  'visitor.checked_in': visited('visitorCheckIn', newVisitor),
  'visitor.checked_out': visited('visitorCheckOut', visitorInside),
  'visitor.checkpoint.completed': visited('visitorCompleteCheckpoint', newVisitor, { key: 'NDA' }),
  'visitor.no_show': on('visits at closing', newVisitor, (world) =>
    world.sweep('visits at closing', () => sweepClosing(world.app, later(2 * 1_440))),
  ),
  'visitor.erased': visited('visitorErase', async (world) => {
    const id = await visitorInside(world)
    await world.run('visitorCheckOut', { id })
    return id
  }),
  'visitor.invitation.created': plain('visitorInvitationCreate', invite),
  'visitor.invitation.updated': visited('visitorInvitationUpdate', invite, {
    endAt: inMinutes(180),
  }),
  'visitor.invitation.cancelled': visited('visitorInvitationCancel', invite),
  'visitor.invitation.deleted': visited('visitorInvitationDelete', async (world) => {
    const id = await invite(world)
    await world.run('visitorInvitationCancel', { id })
    return id
  }),
  'user.created': invited,
  'user.invitation.created': invited,
  'user.invitation.sent': invited,
  'user.invitation.resent': visited('userInvitationResend', inviteUser),
  'user.activated': {
    by: 'invitationAccept',
    async arrange(world) {
      const { invitationToken } = await world.run('userInvite', person(), 'invitationToken')
      return () => accept(world, invitationToken)
    },
  },
  'user.updated': visited('userUpdate', joinedUser, { name: 'Renamed' }),
  'user.suspended': visited('userSuspend', joinedUser),
  'user.deleted': visited('userDelete', joinedUser),
  'company.created': plain('companyCreate', newCompany),
  'company.updated': visited('companyUpdate', newCompany, { phone: '+49 30 1' }),
  'company.deleted': visited('companyDelete', newCompany),
  'manager.created': {
    by: 'managerCreate',
    async arrange(world) {
      const { userId } = await world.addPerson()
      return () => world.run('managerCreate', { userId, locationId: world.siteId })
    },
  },
  'manager.updated': visited('managerUpdate', newManager, { title: 'Night manager' }),
  'manager.deleted': visited('managerDelete', newManager),
  'customer.created': plain('customerCreate', newCustomer),
  'customer.updated': visited('customerUpdate', newCustomer, { notes: 'Pays late' }),
  'customer.deleted': visited('customerDelete', newCustomer),
  'customer_field.created': plain('customerFieldCreate', newField),
  'customer_field.updated': visited('customerFieldUpdate', newField, { label: 'Level' }),
  'customer_field.deleted': visited('customerFieldDelete', newField),
  'organization.updated': plain('organizationUpdate', (world) =>
    world.run('organizationUpdate', { name: unique('Organization') }),
  ),
  'notification.created': plain('notificationCreate', (world) =>
    world.run('notificationCreate', { userId: world.ownerId, title: 'Look here' }),
  ),
  'analytics.event.created': {
    by: 'analyticsRecord',
    async arrange(world) {
      await world.run('organizationUpdate', { analyticsSamplePercent: 100 })
      return () => world.run('analyticsRecord', { events: [{ name: 'dashboard.opened' }] })
    },
  },
}
