import { newId } from '../../database/ids.ts'
import { diffPayloads } from '../../events/diff.ts'
import type { RateItem, RateSchedule } from '../../generated/prisma/client.ts'
import type { RateUnit } from '../../generated/prisma/enums.ts'
import {
  scheduleExpired,
  scheduleFacets,
  schedulePublished,
  serializeSchedule,
} from '../../domains/sor/schedules/events.ts'
import { DAY_MS, type Campus, type Fact, type Step } from './campus.ts'

/** Trade, its code, and seven things with the unit and the cents of a plain repair: 7 × 7 × 5 = 245 items. */
const TRADES: [trade: string, code: string, things: [string, RateUnit, number][]][] = [
  [
    'Plumbing',
    'PL',
    [
      ['mixer tap', 'EACH', 6_850],
      ['wash basin', 'EACH', 9_400],
      ['toilet cistern', 'EACH', 8_200],
      ['waste pipe', 'M', 3_450],
      ['water heater', 'EACH', 21_500],
      ['radiator valve', 'EACH', 4_900],
      ['floor drain', 'EACH', 7_700],
    ],
  ],
  [
    'Electrical',
    'EL',
    [
      ['socket outlet', 'EACH', 4_150],
      ['light fitting', 'EACH', 5_300],
      ['distribution board', 'EACH', 38_900],
      ['cable run', 'M', 1_280],
      ['emergency light', 'EACH', 7_450],
      ['isolator switch', 'EACH', 6_100],
      ['door entry panel', 'EACH', 14_800],
    ],
  ],
  [
    'Heating and cooling',
    'HC',
    [
      ['fan coil unit', 'EACH', 18_600],
      ['air filter bank', 'EACH', 9_900],
      ['circulation pump', 'EACH', 32_400],
      ['duct section', 'M', 5_750],
      ['chiller compressor', 'EACH', 148_000],
      ['room thermostat', 'EACH', 6_300],
      ['condensate drain', 'M', 2_900],
    ],
  ],
  [
    'Carpentry',
    'CA',
    [
      ['internal door', 'EACH', 12_700],
      ['door closer', 'EACH', 5_950],
      ['window handle', 'EACH', 3_800],
      ['skirting board', 'M', 1_650],
      ['ceiling tile', 'M2', 3_150],
      ['kitchen unit', 'EACH', 16_900],
      ['handrail', 'M', 6_450],
    ],
  ],
  [
    'Decorating',
    'DE',
    [
      ['plaster', 'M2', 3_900],
      ['wall paint', 'M2', 1_225],
      ['wall tile', 'M2', 6_700],
      ['vinyl flooring', 'M2', 4_450],
      ['carpet tile', 'M2', 3_850],
      ['sealant joint', 'M', 875],
      ['safety marking', 'M', 1_150],
    ],
  ],
  [
    'Fire and security',
    'FS',
    [
      ['smoke detector', 'EACH', 5_500],
      ['fire door', 'EACH', 24_800],
      ['sprinkler head', 'EACH', 8_950],
      ['hose reel', 'EACH', 13_300],
      ['access reader', 'EACH', 17_600],
      ['camera', 'EACH', 15_200],
      ['alarm panel', 'EACH', 42_500],
    ],
  ],
  [
    'Grounds and roof',
    'GR',
    [
      ['gutter', 'M', 2_750],
      ['roof membrane', 'M2', 7_900],
      ['paving', 'M2', 5_600],
      ['fence panel', 'EACH', 8_300],
      ['bollard', 'EACH', 11_900],
      ['gate motor', 'EACH', 29_700],
      ['topsoil', 'M3', 6_200],
    ],
  ],
]

/** What can be done to a thing, in hundredths of the price of a repair, and the minutes it takes. */
const ACTIONS: [verb: string, percent: number, minutes: number][] = [
  ['Inspect', 35, 20],
  ['Adjust', 60, 30],
  ['Repair', 100, 60],
  ['Replace', 260, 105],
  ['Remove', 80, 45],
]

/** The schedule in force, its predecessor that covers the time before, both with 245 items. */
export function addRates(campus: Campus): Step[] {
  const renewed = new Date(campus.now.getTime() - 135 * DAY_MS)
  const year = 365 * DAY_MS
  return [
    addSchedule(campus, new Date(renewed.getTime() - year), renewed, 96),
    addSchedule(campus, renewed, new Date(renewed.getTime() + year), 100),
  ]
}

function addSchedule(campus: Campus, from: Date, to: Date, percent: number): Step {
  const drawnUp = new Date(from.getTime() - 20 * DAY_MS)
  const publishedAt = new Date(from.getTime() - 6 * DAY_MS)
  const publisher = campus.people.managers[0]?.id ?? campus.ownerId
  const draft: RateSchedule = {
    id: newId('rateSchedule', drawnUp.getTime()),
    organizationId: campus.organizationId,
    name: 'Building maintenance rates',
    description: 'Agreed with all contractors on the campus',
    status: 'DRAFT',
    companyId: null,
    currency: campus.currency,
    effectiveFrom: from,
    effectiveTo: to,
    revision: 1,
    supersedesId: null,
    supersededAt: null,
    itemCount: 0,
    publishedById: null,
    publishedAt: null,
    archivedAt: null,
    version: 1,
    created: drawnUp,
    updated: drawnUp,
  }
  const items = makeItems(draft, percent)
  const filled: RateSchedule = { ...draft, itemCount: items.length, version: 2 }
  const published: RateSchedule = {
    ...filled,
    status: 'PUBLISHED',
    publishedById: publisher,
    publishedAt,
    version: 3,
    updated: publishedAt,
  }
  const isOver = to <= campus.now
  const today: RateSchedule = isOver
    ? { ...published, status: 'EXPIRED', version: 4, updated: to }
    : published
  const tell = (definition: Fact['definition'], before: RateSchedule, after: RateSchedule) => ({
    at: after.updated,
    definition,
    subjectId: draft.id,
    object: serializeSchedule(after),
    previous: diffPayloads(serializeSchedule(before), serializeSchedule(after)),
    facets: scheduleFacets(after),
    actorId: definition === scheduleExpired ? undefined : publisher,
  })
  campus.rates.push({ schedule: today, items })
  return {
    at: drawnUp,
    rows: [
      { table: 'rate_schedule', values: today },
      ...items.map((values) => ({ table: 'rate_item' as const, values })),
    ],
    facts: [
      tell(schedulePublished, filled, published),
      ...(isOver ? [tell(scheduleExpired, published, today)] : []),
    ],
  }
}

function makeItems(schedule: RateSchedule, percent: number): RateItem[] {
  return TRADES.flatMap(([trade, prefix, things]) =>
    things.flatMap(([thing, unit, cents], place) =>
      ACTIONS.map(([verb, share, minutes], action): RateItem => ({
        id: newId('rateItem', schedule.created.getTime()),
        organizationId: schedule.organizationId,
        scheduleId: schedule.id,
        code: `${prefix}-${place + 1}${action + 1}0`,
        shortDescription: `${verb} ${thing}`,
        longDescription: null,
        trade,
        unit,
        // Rates are agreed in steps of 5 cents.
        rateCents: (BigInt(cents * share * percent) / 50_000n) * 5n,
        standardMinutes: minutes,
        enabled: true,
        version: 1,
        created: schedule.created,
        updated: schedule.created,
      })),
    ),
  )
}
