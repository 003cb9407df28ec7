import { newId } from '../../database/ids.ts'
import type { EventDefinition } from '../../events/define.ts'
import { diffPayloads } from '../../events/diff.ts'
import type { Quotation, QuotationLine, RateItem } from '../../generated/prisma/client.ts'
import type { RateUnit } from '../../generated/prisma/enums.ts'
import {
  quotationApproved,
  quotationFacets,
  quotationRejected,
  quotationSubmitted,
  quotationWithdrawn,
  serializeQuotation,
} from '../../domains/sor/quotations/events.ts'
import { lineAmountCents, totalCents } from '../../domains/sor/money.ts'
import { coversAmount } from '../../domains/sor/rules.ts'
import { atWork, hoursAfter, type Person } from '../campus/campus.ts'
import { REJECTION_REASONS } from '../campus/faults.ts'
import type { Story } from './story.ts'

interface Offer {
  quotation: Quotation
  lines: QuotationLine[]
}

/**
 * A contractor's quotation for the work of a story: drawn up, handed in, decided.
 * @returns when it was decided; undefined while it waits, for then the work is not completed.
 */
export function tellQuotation(story: Story, from: Date): Date | undefined {
  const { campus } = story
  const { random, now } = campus
  const contractor = random.pick(campus.people.contractors)
  const drawnUp = atWork(from)
  if (drawnUp >= now) return undefined
  const offer = draw(story, contractor, drawnUp)
  if (offer === undefined) return from
  const decided = decide(story, offer, contractor)
  story.step.rows.push(
    { table: 'quotation', values: offer.quotation },
    ...offer.lines.map((values) => ({ table: 'quotation_line' as const, values })),
  )
  return decided
}

function decide(story: Story, offer: Offer, contractor: Person): Date | undefined {
  const { random } = story.campus
  const submit = (after: Date) => {
    const at = atWork(hoursAfter(after, 0.5 + 5 * random.next()))
    const changes = {
      status: 'SUBMITTED' as const,
      submittedById: contractor.id,
      submittedAt: at,
      rejectedById: null,
      rejectedAt: null,
      rejectionReason: null,
    }
    return change(story, offer, at, contractor.id, changes, quotationSubmitted) ? at : undefined
  }
  let at = submit(offer.quotation.created)
  if (at === undefined) return undefined
  const outcome = random.weighted({ approved: 78, rejected: 15, withdrawn: 7 })
  const decider = deciderOf(story, offer)
  at = atWork(hoursAfter(at, 3 + 40 * random.next()))
  if (outcome === 'withdrawn') {
    const back = { status: 'DRAFT' as const, submittedById: null, submittedAt: null }
    if (!change(story, offer, at, contractor.id, back, quotationWithdrawn)) return undefined
    const gone = hoursAfter(at, 0.1)
    const cancelReason = 'No longer needed'
    change(story, offer, gone, contractor.id, { status: 'CANCELLED', cancelReason })
    return at
  }
  if (outcome === 'rejected') {
    const rejection = {
      status: 'REJECTED' as const,
      rejectedById: decider,
      rejectedAt: at,
      rejectionReason: random.pick(REJECTION_REASONS),
    }
    if (!change(story, offer, at, decider, rejection, quotationRejected)) return undefined
    at = atWork(hoursAfter(at, 2 + 20 * random.next()))
    const revision = offer.quotation.revision + 1
    const again = { status: 'DRAFT' as const, revision, submittedById: null, submittedAt: null }
    if (!change(story, offer, at, contractor.id, again)) return undefined
    at = submit(at)
    if (at === undefined) return undefined
    at = atWork(hoursAfter(at, 3 + 30 * random.next()))
  }
  const approval = { status: 'APPROVED' as const, approvedById: decider, approvedAt: at }
  return change(story, offer, at, decider, approval, quotationApproved) ? at : undefined
}

/** A manager within the limit that the campus gives managers, else the owner. */
function deciderOf({ campus }: Story, { quotation }: Offer): string {
  const { managers, managerLimitCents } = campus.people
  const covered = coversAmount(managerLimitCents, quotation.totalAmountCents)
  return covered ? campus.random.pick(managers).id : campus.ownerId
}

function change(
  story: Story,
  offer: Offer,
  at: Date,
  actorId: string,
  changes: Partial<Quotation>,
  definition?: EventDefinition,
): boolean {
  if (at >= story.campus.now) return false
  const { quotation: before, lines } = offer
  const after: Quotation = { ...before, ...changes, updated: at, version: before.version + 1 }
  offer.quotation = after
  if (definition === undefined) return true
  const object = serializeQuotation(after, lines)
  story.step.facts.push({
    at,
    definition,
    subjectId: after.id,
    object,
    previous: diffPayloads(serializeQuotation(before, lines), object),
    facets: quotationFacets(after, story.place, story.order.companyId),
    actorId,
  })
  return true
}

/** A draft priced from the schedule in force; undefined when there is none. */
function draw({ campus, order, occasion }: Story, contractor: Person, at: Date): Offer | undefined {
  const { random } = campus
  const rates = campus.rates.find(
    ({ schedule }) => schedule.effectiveFrom <= at && at < schedule.effectiveTo,
  )
  if (rates === undefined) return undefined
  const id = newId('quotation', at.getTime())
  const fitting = rates.items.filter((item) => item.trade === occasion.trade)
  const chosen = new Set(Array.from({ length: random.int(1, 8) }, () => random.pick(fitting)))
  const lines = Array.from(chosen, (item, index) => {
    const { quantityMilli, amountCents } = measure(item.unit, item.rateCents, campus.random.next())
    return newLine(campus.organizationId, id, index + 1, at, item, quantityMilli, amountCents)
  })
  if (random.chance(0.08)) lines.push(offScheduleLine(campus.organizationId, id, lines.length, at))
  const quotation: Quotation = {
    id,
    organizationId: campus.organizationId,
    scheduleId: rates.schedule.id,
    workOrderId: order.id,
    status: 'DRAFT',
    revision: 1,
    note: null,
    currency: rates.schedule.currency,
    totalAmountCents: totalCents(lines.map((line) => line.amountCents)) ?? 0n,
    lineItemCount: lines.length,
    createdById: contractor.id,
    submittedById: null,
    submittedAt: null,
    submittedByIds: [],
    submittedThrough: null,
    submittedDigest: null,
    approvedById: null,
    approvedAt: null,
    approvedThrough: null,
    approvedDigest: null,
    rejectedById: null,
    rejectedAt: null,
    rejectionReason: null,
    cancelReason: null,
    version: 1,
    created: at,
    updated: at,
  }
  return { quotation, lines }
}

/** Pieces are counted, lengths and areas are measured. */
function measure(unit: RateUnit, rateCents: bigint, luck: number) {
  const quantityMilli =
    unit === 'EACH'
      ? BigInt(1 + Math.floor(luck * 3)) * 1_000n
      : BigInt(500 + Math.floor(luck * 240) * 50)
  return { quantityMilli, amountCents: lineAmountCents(quantityMilli, rateCents) ?? 0n }
}

function newLine(
  organizationId: string,
  quotationId: string,
  position: number,
  at: Date,
  item: RateItem,
  quantityMilli: bigint,
  amountCents: bigint,
): QuotationLine {
  return {
    id: newId('quotationLine', at.getTime()),
    organizationId,
    quotationId,
    position,
    itemId: item.id,
    code: item.code,
    description: item.shortDescription,
    unit: item.unit,
    quantityMilli,
    rateCents: item.rateCents,
    amountCents,
    offScheduleReason: null,
  }
}

function offScheduleLine(
  organizationId: string,
  quotationId: string,
  before: number,
  at: Date,
): QuotationLine {
  return {
    id: newId('quotationLine', at.getTime()),
    organizationId,
    quotationId,
    position: before + 1,
    itemId: null,
    code: null,
    description: 'Hire of a lifting platform',
    unit: 'DAY',
    quantityMilli: 1_000n,
    rateCents: 18_500n,
    amountCents: 18_500n,
    offScheduleReason: 'The schedule has no access equipment',
  }
}
