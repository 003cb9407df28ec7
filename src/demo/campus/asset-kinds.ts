/** A kind of equipment of the campus. */
export interface Kind {
  name: string
  trade: string
  manufacturer: string
  model: string
  costCents: number
  /** How many on three sites; 200 in all. */
  count: number
  /** Kind of which each is a part. */
  partOf?: string
}

const kind = (
  trade: string,
  name: string,
  count: number,
  costCents: number,
  manufacturer: string,
  model: string,
  partOf?: string,
): Kind => ({ trade, name, count, costCents, manufacturer, model, ...(partOf && { partOf }) })

const COOLING = 'Heating and cooling'
const SAFETY = 'Fire and security'
/** 200 pieces in all; a part's kind comes after that of the whole. */
export const KINDS: readonly Kind[] = [
  kind(COOLING, 'Air handling unit', 12, 2_850_000, 'Northwind', 'AHU-900'),
  kind(COOLING, 'Fan coil unit', 36, 118_000, 'Northwind', 'FC-22', 'Air handling unit'),
  kind(COOLING, 'Chiller', 4, 8_400_000, 'Polarline', 'CH-400'),
  kind(COOLING, 'Circulation pump', 12, 164_000, 'Rheinpumpen', 'RP-65', 'Chiller'),
  kind(COOLING, 'Boiler', 6, 1_930_000, 'Calor', 'B-250'),
  kind('Electrical', 'Distribution board', 20, 287_000, 'Voltara', 'DB-48'),
  kind('Electrical', 'Emergency light', 24, 14_500, 'Lumix', 'EL-3'),
  kind('Electrical', 'Uninterruptible supply', 4, 1_260_000, 'Voltara', 'UPS-20'),
  kind(SAFETY, 'Fire door', 18, 196_000, 'Brandt', 'T30'),
  kind(SAFETY, 'Smoke detector panel', 8, 342_000, 'Sentry', 'SP-8'),
  kind(SAFETY, 'Access reader', 16, 38_000, 'Sentry', 'AR-2'),
  kind(SAFETY, 'Camera', 14, 52_000, 'Sentry', 'C-5'),
  kind('Plumbing', 'Water heater', 10, 94_000, 'Calor', 'WH-80'),
  kind('Plumbing', 'Sump pump', 4, 121_000, 'Rheinpumpen', 'SP-12'),
  kind('Grounds and roof', 'Gate motor', 4, 208_000, 'Portax', 'G-7'),
  kind('Grounds and roof', 'Roof drain', 8, 19_000, 'Brandt', 'RD-100'),
]
