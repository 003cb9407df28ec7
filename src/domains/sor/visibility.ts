import { restrictEvents } from '../../events/own-events.ts'
import { restrictReading } from '../../graphql/reading/visibility.ts'

// A contractor's quotations are those of their company: drawn up by them or by a colleague.
restrictReading('Quotation', 'sor', ({ userId, companyId }) =>
  companyId === undefined
    ? { createdById: userId }
    : { OR: [{ createdById: userId }, { createdBy: { companyId } }] },
)

restrictEvents('sor', ({ role, userId, companyId, organizationId }) =>
  role === 'CONTRACTOR'
    ? { party: [userId, organizationId, ...(companyId === undefined ? [] : [companyId])] }
    : 'all',
)

// Rates being drawn up are no business of a contractor, nor what another company is paid.
restrictReading('RateSchedule', 'sor', ({ companyId }) => ({
  status: { not: 'DRAFT' },
  OR: [{ companyId: null }, ...(companyId === undefined ? [] : [{ companyId }])],
}))
