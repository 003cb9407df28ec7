import { invalid } from '../../errors.ts'
import type { LocationKind } from '../../generated/prisma/enums.ts'

/** Kind that a parent must have: exactly one tier up; a site has none. */
const PARENT_KIND: Readonly<Record<LocationKind, LocationKind | undefined>> = {
  LOCATION: undefined,
  SUB_LOCATION: 'LOCATION',
  ZONE: 'SUB_LOCATION',
}

/** @throws DomainError VALIDATION when a place of this kind cannot stand under such a parent. */
export function demandFittingParent(kind: LocationKind, parent: LocationKind | undefined): void {
  const wanted = PARENT_KIND[kind]
  if (wanted === parent) return
  if (wanted === undefined) throw invalid('A LOCATION stands alone: leave parentId out', 'parentId')
  throw invalid(
    `A ${kind} needs a parent of kind ${wanted}${parent === undefined ? '' : `, not ${parent}`}`,
    'parentId',
  )
}

/** @throws DomainError VALIDATION for a name that is no IANA time zone. */
export function demandTimezone(timezone: string | null | undefined): void {
  if (timezone == null) return
  try {
    Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch {
    throw invalid(
      `"${timezone.slice(0, 60)}" is not an IANA time zone like Europe/Berlin`,
      'timezone',
    )
  }
}
