const OPEN = '[OPEN, ACCEPTED, IN_PROGRESS, ON_HOLD, REOPENED]'

/** Somebody and somewhere of the seeded organization, and the moment of asking. */
export interface DashboardScope {
  siteId: string
  technicianId: string
  now: Date
}

/** What the screens of a facilities team ask for most, each as one document. */
export function dashboardQueries({ siteId, technicianId, now }: DashboardScope) {
  const daysAgo = (days: number) => JSON.stringify(new Date(now.getTime() - days * 86_400_000))
  const row = 'id title status priority slaStatus dueAt assignee { name } location { name }'
  return {
    openByPriority: `{ workOrders(first: 50, where: { status: { in: ${OPEN} } },
      orderBy: [{ field: PRIORITY, direction: DESC }]) { totalCount nodes { ${row} } } }`,
    myWork: `{ workOrders(first: 50, where: { assigneeId: { in: ["${technicianId}"] }, status: { in: ${OPEN} } },
      orderBy: [{ field: SLA_RESOLUTION_DEADLINE }]) { totalCount nodes { ${row} asset { name status } } } }`,
    slaAtRisk: `{ workOrders(first: 50, where: { status: { in: ${OPEN} }, slaStatus: { in: [AT_RISK, CRITICAL, BREACHED] } },
      orderBy: [{ field: SLA_RESOLUTION_DEADLINE }]) { totalCount nodes { ${row} } } }`,
    siteBoard: `{ location(id: "${siteId}") { name }
      workOrders(first: 50, where: { siteId: "${siteId}", status: { in: ${OPEN} } }) { totalCount nodes { ${row} } } }`,
    search: `{ workOrders(first: 20, where: { search: "chiller refrig" }) { totalCount nodes { ${row} } } }`,
    monthFigures: `{ workOrderMetrics(from: ${daysAgo(30)}, to: ${daysAgo(0)}) {
      total { count open meanSecondsToRespond meanSecondsToResolve } byStatus { status count }
      byPriority { priority count } slaCompliance { clock met breached rate } } }`,
    yearTrend: `{ workOrderMetrics(from: ${daysAgo(365)}, to: ${daysAgo(0)}) {
      overTime(unit: WEEK) { start opened completed } byLocation(first: 10) { location { name } count } } }`,
    assetsOfSite: `{ assets(first: 50, where: { siteId: "${siteId}" }) { totalCount nodes {
      id name status assetType { name } location { name } health { score } } } }`,
    assetHealth: `{ assetMetrics(groupBy: SITE) { groupName assetCount averageHealthScore availability } }`,
    frontDesk: `{ bookings(first: 50, where: { startTime: { gte: ${daysAgo(0.5)}, lt: ${daysAgo(-0.5)} } }) {
        nodes { title status startTime endTime resource { name } bookedBy { name } } }
      visitors(first: 50, where: { siteId: "${siteId}", expectedArrival: { gte: ${daysAgo(0.5)}, lt: ${daysAgo(-0.5)} } }) {
        nodes { name company status expectedArrival host { name } } } }`,
  }
}
