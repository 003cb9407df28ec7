import { LATENCY_BOUNDS_MS } from '../../webhooks/statistics/statistics.ts'

const COLUMNS = LATENCY_BOUNDS_MS.map((bound) => `le${bound}`)
const COUNTS = LATENCY_BOUNDS_MS.map((bound, index) => {
  const above = index === 0 ? '' : ` AND given.total_ms > ${LATENCY_BOUNDS_MS[index - 1]}`
  return `count(*) FILTER (WHERE given.total_ms <= ${bound}${above})`
})

/**
 * The part of the log's statement that counts attempts by hour. It counts what was logged by this very
 * statement, so that what is written again is not counted again. Its rows are locked last and in the
 * order of their keys: two statements never wait for each other.
 */
export const COUNT_HOURS = `
    INSERT INTO webhook_attempt_hour AS known
           (endpoint_id, organization_id, hour, event_type, status_code, failure, attempts,
            ${COLUMNS.join(', ')})
    SELECT touched.endpoint_id, touched.organization_id,
           date_trunc('hour', to_timestamp(given.started_ms / 1000), 'UTC') AS hour,
           delivery.event_type, coalesce(given.status_code, 0) AS status_code,
           coalesce(given.failure, '') AS failure, count(*),
           ${COUNTS.join(',\n           ')}
      FROM given JOIN logged ON logged.id = given.id JOIN touched ON touched.number = given.lane
      JOIN webhook_delivery AS delivery ON delivery.id = given.delivery_id
     WHERE given.trigger NOT IN ('TEST', 'SYNC') AND (SELECT count(*) FROM moved) >= 0
     GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 3, 4, 5, 6
    ON CONFLICT (endpoint_id, hour, event_type, status_code, failure) DO UPDATE
       SET attempts = known.attempts + excluded.attempts,
           ${COLUMNS.map((name) => `${name} = known.${name} + excluded.${name}`).join(', ')}`
