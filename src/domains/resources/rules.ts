import { invalid } from '../../errors.ts'
import type { Resource } from '../../generated/prisma/client.ts'
import type { ReservableStatus } from '../../generated/prisma/enums.ts'
import type { Transitions } from '../../states.ts'

/** From which status a resource may go to which: any to any, all of them are settings. */
export const TRANSITIONS: Transitions<ReservableStatus> = {
  RESERVABLE: ['NOT_RESERVABLE', 'IOT_ONLY'],
  NOT_RESERVABLE: ['RESERVABLE', 'IOT_ONLY'],
  IOT_ONLY: ['RESERVABLE', 'NOT_RESERVABLE'],
}

/** @throws DomainError VALIDATION for settings that contradict each other. */
export function demandSettings(resource: Pick<Resource, 'minMinutes' | 'maxMinutes'>): void {
  const { minMinutes, maxMinutes } = resource
  if (minMinutes !== null && maxMinutes !== null && minMinutes > maxMinutes) {
    throw invalid('minMinutes must not exceed maxMinutes', 'minMinutes')
  }
}
