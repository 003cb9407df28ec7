import { whenApiChanges } from '../../identity/organization/organization.ts'
import { resumeEndpoint } from './endpoint-life.ts'

/** Told to whoever looks at a paused endpoint; and how one paused by a person is told apart. */
const REASON = 'The plan has no webhooks'

// Without webhooks in the plan endpoints pause, and events go on being kept for them; with it those
// that were paused for it, and only those, go on.
whenApiChanges(async (unit, hasApi) => {
  if (!hasApi) {
    await unit.tx.webhookEndpoint.updateMany({
      where: { status: 'ACTIVE', deletedAt: null },
      data: {
        status: 'PAUSED',
        disabledReason: REASON,
        updated: unit.now,
        version: { increment: 1 },
      },
    })
    return
  }
  const paused = await unit.tx.webhookEndpoint.findMany({
    where: { status: 'PAUSED', disabledReason: REASON, deletedAt: null },
    select: { id: true },
    orderBy: { id: 'asc' },
  })
  for (const { id } of paused) await resumeEndpoint(unit, { id, skipBuffered: false })
})
