import type { Pool } from 'pg'

/**
 * Ends an endpoint's deliveries on the system's own account; events go on being kept for it until a
 * person resumes it. Without effect on one that is paused, disabled or deleted.
 */
export async function disableEndpoint(
  pool: Pool,
  endpointId: string,
  reason: string,
): Promise<void> {
  await pool.query({
    name: 'disable-endpoint',
    text: `UPDATE webhook_endpoint
              SET status = 'DISABLED', disabled_reason = $2, version = version + 1, updated = now()
            WHERE id = $1 AND status = 'ACTIVE' AND deleted_at IS NULL`,
    values: [endpointId, reason],
  })
}
