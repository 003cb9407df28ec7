import { expect } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { newId } from '../../src/database/ids.ts'
import { graphql } from '../../src/generated/client/index.ts'
import type { WebhookEndpointCreateInput } from '../../src/generated/client/graphql.ts'
import { addOrganization, ask, type TestApp, type TestOrganization } from './app.ts'
import { CreateEndpoint, CreateLocation, CreateWorkOrder } from './documents.ts'
import { until } from './process.ts'
import type { Received } from './receiver.ts'

const PauseAnEndpoint = graphql(`
  mutation PauseAnEndpoint($input: WebhookEndpointPauseInput!) {
    webhookEndpointPause(input: $input) {
      userErrors {
        code
      }
    }
  }
`)

const ResumeAnEndpoint = graphql(`
  mutation ResumeAnEndpoint($input: WebhookEndpointResumeInput!) {
    webhookEndpointResume(input: $input) {
      inForce
      userErrors {
        code
      }
    }
  }
`)

/** An organization with a place, and what is done in it with webhooks. */
export interface WebhookScene {
  org: TestOrganization
  addEndpoint(url: string, options?: Partial<WebhookEndpointCreateInput>): Promise<string>
  /** A part of the place; no event of its work orders. */
  addFloor(name: string): Promise<void>
  /** Records one event, workorder.created, with this title. */
  addWorkOrder(title?: string): Promise<void>
  pause(endpointId: string): Promise<void>
  /** @returns how far that holds */
  resume(endpointId: string, skipBuffered?: boolean): Promise<string | null>
  /** Resolves when everything recorded so far has its deliveries. */
  settle(): Promise<void>
  /** Statuses of an endpoint's deliveries in order. */
  statuses(endpointId: string): Promise<string[]>
  /** Types of all events about sending, oldest first. */
  told(): Promise<string[]>
}

export async function setWebhookScene(test: TestApp): Promise<WebhookScene> {
  const { pool } = test.app.database
  const org = await addOrganization(test)
  const { locationCreate } = await ask(test.url, org.owner, CreateLocation, {
    input: { name: 'Site', kind: 'LOCATION' },
  })
  const locationId = locationCreate.location?.id ?? ''
  const scene: WebhookScene = {
    org,
    async addEndpoint(url, options = {}) {
      const { webhookEndpointCreate } = await ask(test.url, org.owner, CreateEndpoint, {
        input: { url, eventTypes: ['workorder.*'], ...options },
      })
      expect(webhookEndpointCreate.userErrors).toEqual([])
      return webhookEndpointCreate.endpoint?.id ?? ''
    },
    async addFloor(name) {
      const answer = await ask(test.url, org.owner, CreateLocation, {
        input: { name, kind: 'SUB_LOCATION', parentId: locationId },
      })
      expect(answer.locationCreate.userErrors).toEqual([])
    },
    async addWorkOrder(title = 'Fix it') {
      const { workOrderCreate } = await ask(test.url, org.owner, CreateWorkOrder, {
        input: { title, locationId },
      })
      expect(workOrderCreate.userErrors).toEqual([])
    },
    async pause(id) {
      const answer = await ask(test.url, org.owner, PauseAnEndpoint, { input: { id } })
      expect(answer.webhookEndpointPause.userErrors).toEqual([])
    },
    async resume(id, skipBuffered = false) {
      const input = { id, skipBuffered }
      const answer = await ask(test.url, org.owner, ResumeAnEndpoint, { input })
      expect(answer.webhookEndpointResume.userErrors).toEqual([])
      return answer.webhookEndpointResume.inForce
    },
    settle: () =>
      until('positions', async () => {
        const found = await pool.query(
          'SELECT 1 FROM event WHERE organization_id = $1 AND position IS NULL LIMIT 1',
          [org.organizationId],
        )
        return found.rowCount === 0
      }),
    async statuses(endpointId) {
      const found = await pool.query<{ status: string }>(
        `SELECT status FROM webhook_delivery
          WHERE endpoint_id = $1 AND sequence IS NOT NULL ORDER BY sequence`,
        [endpointId],
      )
      return found.rows.map((row) => row.status)
    },
    async told() {
      const found = await pool.query<{ type: string }>(
        `SELECT type FROM event WHERE organization_id = $1 AND type LIKE 'webhook.%' ORDER BY ordinal`,
        [org.organizationId],
      )
      return found.rows.map((row) => row.type)
    },
  }
  // What made the scene is no part of what is sent in it.
  await scene.settle()
  return scene
}

/** A million deliveries would take minutes through the API: rows as the dispatcher writes them. */
export async function fillBacklog(
  test: { app: { database: Pick<Database, 'pool'> } },
  endpointId: string,
  count: number,
  values: { status?: string; completedAt?: Date; created?: Date } = {},
): Promise<void> {
  const { created = new Date() } = values
  await test.app.database.pool.query(
    `WITH event AS (
       SELECT event.* FROM event JOIN webhook_endpoint AS endpoint USING (organization_id)
        WHERE endpoint.id = $1 AND event.position IS NOT NULL ORDER BY event.position LIMIT 1),
     lane AS (
       UPDATE delivery_lane SET last_sequence = last_sequence + $2::int WHERE endpoint_id = $1
       RETURNING last_sequence - $2::int AS base)
     INSERT INTO webhook_delivery (id, organization_id, endpoint_id, event_id, event_type, subject_id,
                                   sequence, status, told, attempt_count, due_at, next_attempt_at,
                                   completed_at, created)
     SELECT $6 || right($1, 6) || lpad((lane.base + n)::text, 9, '0'),
            event.organization_id, $1, event.id, event.type, event.subject_id, lane.base + n,
            $3::webhook_delivery_status, $3 = 'EXHAUSTED', CASE WHEN $3 = 'PENDING' THEN 0 ELSE 3 END,
            $5, CASE WHEN $3 = 'PENDING' THEN $5::timestamptz END, $4, $5
       FROM event, lane, generate_series(1, $2::int) AS n`,
    [
      endpointId,
      count,
      values.status ?? 'PENDING',
      values.completedAt ?? null,
      created,
      // As much of an id as tells its time.
      newId('webhookDelivery', created.getTime()).slice(0, 'dlv-'.length + 9),
    ],
  )
}

export const titles = (received: readonly Received[]) =>
  received.map((request) => request.event.data.object['title'])

export const types = (received: readonly Received[]) =>
  received.map((request) => request.event.type)
