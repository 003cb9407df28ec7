import type { PrismaClient } from '../../generated/prisma/client.ts'

/**
 * Resources that have no room at some moment between, the buffer after it included. The number of
 * bookings only rises where one begins, so the beginning and each start inside are looked at.
 */
export async function findTaken(
  prisma: PrismaClient,
  organizationId: string,
  { from, to }: { from: Date; to: Date },
): Promise<string[]> {
  const rows = await prisma.$queryRaw<{ id: string }[]>`
    WITH hold AS (
      SELECT b.id, b.resource_id, r.max_concurrent, greatest(b.start_time, ${from}) AS at, b.hold_end
        FROM booking b
        JOIN resource r ON r.id = b.resource_id
       WHERE b.organization_id = ${organizationId}
         AND b.status IN ('PENDING', 'CONFIRMED', 'CHECKED_IN', 'COMPLETED')
         AND b.start_time < b.hold_end
         AND b.start_time < ${to}::timestamptz + make_interval(mins => r.buffer_minutes)
         AND b.start_time > ${from}::timestamptz - interval '33 days'
         AND b.hold_end > ${from}
    )
    SELECT DISTINCT one.resource_id AS id
      FROM hold one
      JOIN hold other
        ON other.resource_id = one.resource_id AND other.at <= one.at AND other.hold_end > one.at
     GROUP BY one.id, one.resource_id, one.max_concurrent
    HAVING count(*) >= one.max_concurrent`
  return rows.map((row) => row.id)
}
