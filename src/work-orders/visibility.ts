import { NOTHING, restrictReading } from '../graphql/visibility.ts'
import { ofCompany } from './access.ts'

restrictReading('WorkOrder', 'work-orders', ({ role, userId, companyId }) => {
  if (role !== 'CONTRACTOR') return { reportedById: userId }
  return companyId === undefined ? NOTHING : ofCompany(companyId)
})

restrictReading('WorkRequest', 'work-requests', ({ userId }) => ({ requestedById: userId }))

restrictReading('MaintenanceSchedule', 'work-orders', ({ role, companyId }) =>
  role === 'CONTRACTOR' && companyId !== undefined ? { companyId } : NOTHING,
)

// The store, and what an hour of somebody costs, are the house's business.
restrictReading('Part', 'work-orders', () => NOTHING)
restrictReading('LaborRate', 'work-orders', () => ({ userId: { in: [] } }))
