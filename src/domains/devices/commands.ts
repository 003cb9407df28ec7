import type { Device } from '../../generated/prisma/client.ts'
import { type CommandBody, defineCommand } from '../../graphql/commands/command.ts'
import { inputOf, type ValueOf } from '../../graphql/commands/input/field.ts'
import { id, int, oneOf, onlyId, text } from '../../graphql/commands/input/fields.ts'
import { deletedPayload, recordPayload } from '../../graphql/commands/payloads.ts'
import { HEARTBEAT_SECONDS } from './rules.ts'
import {
  heartbeat,
  registerDevice,
  reportAppVersion,
  reportSyncStatus,
  unregisterDevice,
  updateDevice,
} from './service.ts'
import { DeviceKindEnum, DeviceObject, SyncStatusEnum } from './type.ts'

const name = text({ max: 200 }, 'Name, {min}–{max} characters.')
const appVersion = text({ max: 100 }, 'The version, {min}–{max} characters.')
const { minimum, maximum, default: usual } = HEARTBEAT_SECONDS
const heartbeatSeconds = int(
  { min: minimum, max: maximum },
  `Seconds between its heartbeats: ${minimum}–${maximum}, ${usual} when left out.`,
)

const registerInput = inputOf({
  name,
  kind: oneOf(DeviceKindEnum, 'What it is for.'),
  locationId: id('Where it is.'),
  serialNumber: text(
    { max: 200 },
    'Serial number, {min}–{max} characters; a registered device must not have it yet.',
  ).optional(),
  appVersion: appVersion.describe('Version of the app that it runs.').optional(),
  heartbeatSeconds: heartbeatSeconds.optional(),
})
export type RegisterDeviceInput = ValueOf<typeof registerInput>

const updateInput = inputOf({
  id: id('The device.'),
  name: name.describe('New name, {min}–{max} characters.').optional(),
  locationId: id('New place.').optional(),
  heartbeatSeconds: heartbeatSeconds
    .describe(`New rhythm, ${minimum}–${maximum} seconds.`)
    .optional(),
})
export type UpdateDeviceInput = ValueOf<typeof updateInput>

const heartbeatInput = inputOf({
  id: id('The device.'),
  appVersion: appVersion.describe('Version of the app that it runs now.').optional(),
  syncStatus: oneOf(SyncStatusEnum, 'Whether it has the newest content now.').optional(),
})
export type HeartbeatInput = ValueOf<typeof heartbeatInput>

/** A command that answers with the device. */
function defineDeviceCommand<I>(
  name: string,
  answer: string,
  options: CommandBody<I, Device>,
): void {
  defineCommand<I, Device>(name, {
    ...options,
    permission: 'devices:write',
    payload: recordPayload('device', DeviceObject, answer),
  })
}

defineDeviceCommand('deviceRegister', 'The new device.', {
  description: 'Registers a device. Records device.registered.',
  input: registerInput,
  run: registerDevice,
})

defineDeviceCommand('deviceUpdate', 'The device after the change.', {
  description: 'Changes settings of a device; what is left out stays.',
  input: updateInput,
  run: updateDevice,
})

defineCommand('deviceUnregister', {
  description: 'Removes a device. Records device.unregistered.',
  permission: 'devices:write',
  input: onlyId('The device.'),
  run: unregisterDevice,
  payload: deletedPayload('Id of the removed device.', 'unregisteredId'),
})

defineDeviceCommand('deviceHeartbeat', 'The device.', {
  description:
    'A sign of life of a device. Records device.health.online when it was not online, device.app.updated for another version, and device.in_sync or device.out_of_sync when that changed; usually nothing.',
  input: heartbeatInput,
  run: heartbeat,
})

defineDeviceCommand('deviceReportAppVersion', 'The device after the change.', {
  description: 'Says which version of its app a device runs. Records device.app.updated.',
  input: inputOf({ id: id('The device.'), appVersion }),
  run: reportAppVersion,
})

defineDeviceCommand('deviceReportSyncStatus', 'The device after the change.', {
  description:
    'Says whether a device has the newest content. Records device.in_sync or device.out_of_sync.',
  input: inputOf({ id: id('The device.'), syncStatus: oneOf(SyncStatusEnum, 'Whether it has.') }),
  run: reportSyncStatus,
})
