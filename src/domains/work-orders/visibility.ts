import { restrictEvents } from '../../events/own-events.ts'
import { NOTHING, restrictReading } from '../../graphql/reading/visibility.ts'
import { ofCompany } from './access.ts'

restrictReading('WorkOrder', 'work-orders', ({ role, userId, companyId }) => {
  if (role !== 'CONTRACTOR') return { reportedById: userId }
  return companyId === undefined ? NOTHING : ofCompany(companyId)
})

restrictEvents('work-orders', ({ role, userId, companyId }) => {
  switch (role) {
    case 'REQUESTER':
      return { reporter: [userId] }
    case 'CONTRACTOR':
      return companyId === undefined ? 'none' : { company: [companyId] }
    default:
      return 'all'
  }
})

restrictEvents('work-requests', ({ role, userId }) =>
  role === 'REQUESTER' ? { reporter: [userId] } : 'all',
)
restrictReading('WorkRequest', 'work-requests', ({ userId }) => ({ requestedById: userId }))

restrictReading('MaintenanceSchedule', 'work-orders', ({ role, companyId }) =>
  role === 'CONTRACTOR' && companyId !== undefined ? { companyId } : NOTHING,
)

// The store, and what an hour of somebody costs, are the house's business.
restrictReading('Part', 'work-orders', () => NOTHING)
restrictReading('LaborRate', 'work-orders', () => ({ userId: { in: [] } }))
