import { restrictReading } from '../graphql/visibility.ts'
import { ofCompany } from './access.ts'

const NONE = { id: { in: [] } }

restrictReading('WorkOrder', 'work-orders', ({ role, userId, companyId }) => {
  if (role !== 'CONTRACTOR') return { reportedById: userId }
  return companyId === undefined ? NONE : ofCompany(companyId)
})
