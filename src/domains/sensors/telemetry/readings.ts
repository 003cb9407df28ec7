import { Prisma, type PrismaClient } from '../../../generated/prisma/client.ts'

export interface ReadingPoint {
  at: Date
  value: number
  minimum: number
  maximum: number
  count: number
}

interface Span {
  sensorId: string
  metric: string
  from: Date
  to?: Date | null | undefined
  bucketSeconds?: number | null | undefined
  first?: number | null | undefined
}

const POINTS_DEFAULT = 500
const POINTS_MAX = 2_000

/** Readings of one series, oldest first, one by one or summed up per span of time. */
export function readReadings(
  prisma: PrismaClient,
  organizationId: string,
  { sensorId, metric, from, to, bucketSeconds, first }: Span,
): Promise<ReadingPoint[]> {
  const limit = Math.min(Math.max(first ?? POINTS_DEFAULT, 1), POINTS_MAX)
  const found = Prisma.sql`
      FROM sensor_metric AS metric JOIN sensor_reading AS reading ON reading.series = metric.series
     WHERE metric.organization_id = ${organizationId} AND metric.sensor_id = ${sensorId}
       AND metric.key = ${metric} AND reading.at >= ${from} AND reading.at < ${to ?? new Date()}`
  if (bucketSeconds == null) {
    return prisma.$queryRaw(Prisma.sql`
      SELECT reading.at, reading.value, reading.value AS minimum, reading.value AS maximum, 1 AS count
      ${found} ORDER BY reading.at LIMIT ${limit}`)
  }
  // Spans begin at multiples of their length since midnight UTC, wherever the question begins.
  const bin = Prisma.sql`date_bin(make_interval(secs => ${Math.max(bucketSeconds, 1)}::float8), reading.at, 'epoch'::timestamptz)`
  return prisma.$queryRaw(Prisma.sql`
    SELECT bin AS at, avg(value) AS value, min(value) AS minimum, max(value) AS maximum,
           count(*)::int AS count
      FROM (SELECT ${bin} AS bin, reading.value ${found}) AS binned
     GROUP BY bin ORDER BY bin LIMIT ${limit}`)
}
