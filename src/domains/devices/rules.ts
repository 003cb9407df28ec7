import type { DeviceHealth } from '../../generated/prisma/enums.ts'

/** Heartbeats that may be missing before a device counts as lost; the next one missing is too many. */
const MISSED_ALLOWED = 2
/** Silence after which a device counts as offline, whatever its rhythm. */
const OFFLINE_SECONDS = 600

/** Seconds between heartbeats: rarer ones than this would be offline before they are lost. */
export const HEARTBEAT_SECONDS = { minimum: 10, maximum: 180, default: 60 } as const

interface Silence {
  lastHeartbeatAt: Date | null
  heartbeatSeconds: number
}

function deadlines({ lastHeartbeatAt, heartbeatSeconds }: Silence) {
  const last = lastHeartbeatAt?.getTime()
  if (last === undefined) return undefined
  return {
    lost: new Date(last + (MISSED_ALLOWED + 1) * heartbeatSeconds * 1_000),
    offline: new Date(last + OFFLINE_SECONDS * 1_000),
  }
}

/** Health of a device that was last heard of at some time. */
export function healthOf(device: Silence, now: Date): DeviceHealth {
  const limits = deadlines(device)
  if (limits === undefined || now > limits.offline) return 'OFFLINE'
  return now > limits.lost ? 'LOST_COMMUNICATION' : 'ONLINE'
}

/** When the health of a device gets worse next unless it is heard of; null when it cannot. */
export function nextCheckAt(device: Silence, health: DeviceHealth): Date | null {
  const limits = deadlines(device)
  if (limits === undefined || health === 'OFFLINE') return null
  return health === 'ONLINE' ? limits.lost : limits.offline
}
