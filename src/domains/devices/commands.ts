import type { Device } from '../../generated/prisma/client.ts'
import { defineCommand } from '../../graphql/commands/command.ts'
import {
  heartbeatInput,
  registerDeviceInput,
  reportAppInput,
  reportSyncInput,
  unregisterDeviceInput,
  updateDeviceInput,
} from './input.ts'
import { HEARTBEAT_SECONDS } from './rules.ts'
import { DeviceKindEnum, DeviceObject, SyncStatusEnum } from './type.ts'
import {
  heartbeat,
  registerDevice,
  reportAppVersion,
  reportSyncStatus,
  unregisterDevice,
  updateDevice,
} from './service.ts'

const { minimum, maximum, default: usual } = HEARTBEAT_SECONDS

defineCommand('deviceRegister', {
  description: 'Registers a device. Records device.registered.',
  permission: 'devices:write',
  schema: registerDeviceInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'Name, 1–200 characters.' }),
    kind: t.field({ type: DeviceKindEnum, required: true, description: 'What it is for.' }),
    locationId: t.id({ required: true, description: 'Where it is.' }),
    serialNumber: t.string({
      description: 'Serial number, 1–200 characters; a registered device must not have it yet.',
    }),
    appVersion: t.string({ description: 'Version of the app that it runs.' }),
    heartbeatSeconds: t.int({
      description: `Seconds between its heartbeats: ${minimum}–${maximum}, ${usual} when left out.`,
    }),
  }),
  run: registerDevice,
  payload: (t) => ({
    device: t.field({
      type: DeviceObject,
      nullable: true,
      description: 'The new device.',
      resolve: (payload): Device | null => payload.result ?? null,
    }),
  }),
})

defineCommand('deviceUpdate', {
  description: 'Changes settings of a device; what is left out stays.',
  permission: 'devices:write',
  schema: updateDeviceInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The device.' }),
    name: t.string({ description: 'New name, 1–200 characters.' }),
    locationId: t.id({ description: 'New place.' }),
    heartbeatSeconds: t.int({ description: `New rhythm, ${minimum}–${maximum} seconds.` }),
  }),
  run: updateDevice,
  payload: (t) => ({
    device: t.field({
      type: DeviceObject,
      nullable: true,
      description: 'The device after the change.',
      resolve: (payload): Device | null => payload.result ?? null,
    }),
  }),
})

defineCommand('deviceUnregister', {
  description: 'Removes a device. Records device.unregistered.',
  permission: 'devices:write',
  schema: unregisterDeviceInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The device.' }),
  }),
  run: unregisterDevice,
  payload: (t) => ({
    unregisteredId: t.id({
      nullable: true,
      description: 'Id of the removed device.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})

defineCommand('deviceHeartbeat', {
  description:
    'A sign of life of a device. Records device.health.online when it was not online, device.app.updated for another version, and device.in_sync or device.out_of_sync when that changed; usually nothing.',
  permission: 'devices:write',
  schema: heartbeatInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The device.' }),
    appVersion: t.string({ description: 'Version of the app that it runs now.' }),
    syncStatus: t.field({
      type: SyncStatusEnum,
      description: 'Whether it has the newest content now.',
    }),
  }),
  run: heartbeat,
  payload: (t) => ({
    device: t.field({
      type: DeviceObject,
      nullable: true,
      description: 'The device.',
      resolve: (payload): Device | null => payload.result ?? null,
    }),
  }),
})

defineCommand('deviceReportAppVersion', {
  description: 'Says which version of its app a device runs. Records device.app.updated.',
  permission: 'devices:write',
  schema: reportAppInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The device.' }),
    appVersion: t.string({ required: true, description: 'The version, 1–100 characters.' }),
  }),
  run: reportAppVersion,
  payload: (t) => ({
    device: t.field({
      type: DeviceObject,
      nullable: true,
      description: 'The device after the change.',
      resolve: (payload): Device | null => payload.result ?? null,
    }),
  }),
})

defineCommand('deviceReportSyncStatus', {
  description:
    'Says whether a device has the newest content. Records device.in_sync or device.out_of_sync.',
  permission: 'devices:write',
  schema: reportSyncInput,
  input: (t) => ({
    id: t.id({ required: true, description: 'The device.' }),
    syncStatus: t.field({
      type: SyncStatusEnum,
      required: true,
      description: 'Whether it has.',
    }),
  }),
  run: reportSyncStatus,
  payload: (t) => ({
    device: t.field({
      type: DeviceObject,
      nullable: true,
      description: 'The device after the change.',
      resolve: (payload): Device | null => payload.result ?? null,
    }),
  }),
})
