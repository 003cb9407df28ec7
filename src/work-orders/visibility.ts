import { restrictEvents } from '../events/own-events.ts'
import { restrictReading } from '../graphql/visibility.ts'
import { ofCompany } from './access.ts'

const NONE = { id: { in: [] } }

restrictReading('WorkOrder', 'work-orders', ({ role, userId, companyId }) => {
  if (role !== 'CONTRACTOR') return { reportedById: userId }
  return companyId === undefined ? NONE : ofCompany(companyId)
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
