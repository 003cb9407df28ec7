import { z } from 'zod'
import { unlessGiven } from '../../graphql/commands/input-shapes.ts'
import { DeviceKind, DeviceSyncStatus } from '../../generated/prisma/enums.ts'
import { HEARTBEAT_SECONDS } from './rules.ts'

const text = (max: number) =>
  z.string().trim().min(1, 'must not be empty').max(max, `must have at most ${max} characters`)
const { minimum, maximum } = HEARTBEAT_SECONDS
const heartbeatSeconds = z
  .number()
  .int()
  .min(minimum, `must be at least ${minimum}`)
  .max(maximum, `must be at most ${maximum}`)
const appVersion = text(100)

export const registerDeviceInput = z.object({
  name: text(200),
  kind: z.enum(DeviceKind),
  locationId: z.string(),
  serialNumber: text(200).nullish(),
  appVersion: appVersion.nullish(),
  heartbeatSeconds: unlessGiven(heartbeatSeconds),
})
export type RegisterDeviceInput = z.infer<typeof registerDeviceInput>

export const updateDeviceInput = z.object({
  id: z.string(),
  name: unlessGiven(text(200)),
  locationId: unlessGiven(z.string()),
  heartbeatSeconds: unlessGiven(heartbeatSeconds),
})
export type UpdateDeviceInput = z.infer<typeof updateDeviceInput>

export const unregisterDeviceInput = z.object({ id: z.string() })
export type UnregisterDeviceInput = z.infer<typeof unregisterDeviceInput>

export const heartbeatInput = z.object({
  id: z.string(),
  appVersion: unlessGiven(appVersion),
  syncStatus: unlessGiven(z.enum(DeviceSyncStatus)),
})
export type HeartbeatInput = z.infer<typeof heartbeatInput>

export const reportAppInput = z.object({ id: z.string(), appVersion })
export const reportSyncInput = z.object({ id: z.string(), syncStatus: z.enum(DeviceSyncStatus) })
