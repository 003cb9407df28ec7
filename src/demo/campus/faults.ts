import type { WorkOrderPriority, WorkOrderType } from '../../generated/prisma/enums.ts'

/** Something that goes wrong, or is planned, in a building. */
export interface Occasion {
  title: string
  priority: WorkOrderPriority
  type: WorkOrderType
  /** Trade of the schedule of rates that a contractor would quote from. */
  trade: string
  /** Hours of work it takes, about. */
  hours: number
}

const fault = (trade: string, priority: WorkOrderPriority, hours: number, title: string) => ({
  title,
  priority,
  type: 'CORRECTIVE' as const,
  trade,
  hours,
})

export const FAULTS: readonly Occasion[] = [
  fault('Plumbing', 'MEDIUM', 1.5, 'Tap drips in the kitchenette'),
  fault('Plumbing', 'HIGH', 2, 'Blocked drain, water stands on the floor'),
  fault('Plumbing', 'CRITICAL', 3, 'Burst pipe above the suspended ceiling'),
  fault('Plumbing', 'LOW', 1, 'Toilet cistern keeps running'),
  fault('Plumbing', 'MEDIUM', 2.5, 'No hot water at the wash basins'),
  fault('Electrical', 'LOW', 0.5, 'Light tube flickers'),
  fault('Electrical', 'HIGH', 2, 'Half the sockets of a row have no power'),
  fault('Electrical', 'CRITICAL', 4, 'Distribution board smells burnt'),
  fault('Electrical', 'MEDIUM', 1, 'Emergency light failed its test'),
  fault('Electrical', 'MEDIUM', 1.5, 'Door entry panel does not answer'),
  fault('Heating and cooling', 'HIGH', 3, 'Air handling unit trips on start'),
  fault('Heating and cooling', 'MEDIUM', 1.5, 'Too cold, thermostat does not react'),
  fault('Heating and cooling', 'HIGH', 5, 'Chiller reports low refrigerant'),
  fault('Heating and cooling', 'LOW', 1, 'Fan coil unit rattles'),
  fault('Heating and cooling', 'MEDIUM', 2, 'Condensate drips from the ceiling'),
  fault('Carpentry', 'LOW', 0.75, 'Window handle is loose'),
  fault('Carpentry', 'MEDIUM', 1, 'Door scrapes on the floor'),
  fault('Carpentry', 'NONE', 0.5, 'Door closer squeaks'),
  fault('Carpentry', 'LOW', 1.5, 'Ceiling tile is stained and sags'),
  fault('Decorating', 'NONE', 3, 'Scuffed wall needs paint'),
  fault('Decorating', 'MEDIUM', 2, 'Carpet tile lifts, people trip over it'),
  fault('Decorating', 'LOW', 2, 'Wall tiles came off'),
  fault('Fire and security', 'CRITICAL', 1.5, 'Fire door does not latch'),
  fault('Fire and security', 'HIGH', 1, 'Smoke detector reports a fault'),
  fault('Fire and security', 'HIGH', 2, 'Access reader refuses valid cards'),
  fault('Fire and security', 'MEDIUM', 1.5, 'Camera shows no picture'),
  fault('Grounds and roof', 'HIGH', 4, 'Rain comes through the roof'),
  fault('Grounds and roof', 'LOW', 3, 'Paving stone stands up'),
  fault('Grounds and roof', 'MEDIUM', 2, 'Gate stays open'),
]

const planned = (trade: string, hours: number, title: string) => ({
  title,
  priority: 'LOW' as const,
  type: 'PREVENTIVE' as const,
  trade,
  hours,
})

export const PLANNED: readonly Occasion[] = [
  planned('Heating and cooling', 2, 'Change air filters'),
  planned('Heating and cooling', 1.5, 'Quarterly check of the fan coil units'),
  planned('Electrical', 1, 'Monthly test of the emergency lighting'),
  planned('Fire and security', 1.5, 'Test of the smoke detectors'),
  planned('Plumbing', 1, 'Flush rarely used outlets'),
  planned('Grounds and roof', 2, 'Clear the gutters'),
]

const other = (type: WorkOrderType, trade: string, hours: number, title: string) => ({
  title,
  priority: 'NONE' as const,
  type,
  trade,
  hours,
})

export const OTHERS: readonly Occasion[] = [
  other('INSPECTION', 'Fire and security', 2, 'Walk-through before the audit'),
  other('INSPECTION', 'Grounds and roof', 1.5, 'Look at the roof after the storm'),
  other('REQUEST', 'Carpentry', 1, 'Hang a whiteboard'),
  other('REQUEST', 'Electrical', 1, 'Additional socket at the desk'),
  other('REQUEST', 'Decorating', 2, 'Move furniture for an event'),
]

export const HOLD_REASONS = [
  'Waiting for parts',
  'Room is in use until the evening',
  'Needs a second person',
  'Supplier comes next week',
] as const

export const CANCEL_REASONS = [
  'Reported twice',
  'Gone by the time we came',
  'Part of the refurbishment',
] as const

export const REJECTION_REASONS = [
  'More hours than the work needs',
  'Please use the items of the schedule',
  'Wrong quantity',
] as const
