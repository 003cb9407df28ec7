import { tellExhausted } from '../../../src/webhooks/life/exhausted-sweep.ts'
import { sweepEndpointLife } from '../../../src/webhooks/life/life-sweep.ts'
import { type Emitter, type Emitters, on, type World } from './world.ts'

const newEndpoint = (world: World, more: object = {}) =>
  world.make(
    'webhookEndpointCreate',
    { url: world.receiver.url, eventTypes: ['company.*'], ...more },
    'endpoint',
  )

const sql = (world: World, text: string, values: unknown[]) =>
  world.app.database.pool.query(text, values)

/** An endpoint of which nothing but failure came for this share of the time that it is given. */
function failing(share: number): Emitter {
  return {
    by: 'webhook endpoint life',
    async arrange(world) {
      const id = await newEndpoint(world)
      const { webhooks } = world.test.config
      const now = new Date()
      const since = new Date(now.getTime() - webhooks.disableAfterMs * share)
      await sql(
        world,
        `UPDATE delivery_lane SET failing_since = $2, last_failure_at = $3, consecutive_failures = 7
          WHERE endpoint_id = $1`,
        [id, since, now],
      )
      return () =>
        world.sweep('webhook endpoint life', () => sweepEndpointLife(world.app, webhooks, now))
    },
  }
}

/** A delivery whose time was over. */
const exhausted: Emitter = {
  by: 'exhausted deliveries',
  async arrange(world) {
    const id = await newEndpoint(world)
    await world.run('webhookEndpointPause', { id })
    await world.run('companyCreate', { name: 'Acme', kind: 'VENDOR' })
    await world.arrived(id)
    await sql(
      world,
      `UPDATE webhook_delivery SET status = 'EXHAUSTED', completed_at = now(), attempt_count = 9,
              next_attempt_at = NULL WHERE endpoint_id = $1`,
      [id],
    )
    return () => world.sweep('exhausted deliveries', () => tellExhausted(world.app))
  },
}

/** A document that an upgrade left without one of its fields; the next event cannot be shaped. */
const unshaped: Emitter = {
  by: 'companyCreate',
  async arrange(world) {
    const document = 'subscription { events { ... on EventEnvelope { data } } }'
    const id = await newEndpoint(world, { payload: document })
    await sql(
      world,
      `UPDATE webhook_endpoint SET payload = $2, payload_hash = md5($2) || md5($2), version = version + 1
        WHERE id = $1`,
      [id, document.replace('data', 'gone')],
    )
    return async () => {
      await world.run('companyCreate', { name: 'Acme', kind: 'VENDOR' })
      await world.writtenOf('webhook.endpoint.payload.invalid', id)
    }
  },
}

export const WEBHOOK_EMITTERS: Emitters = {
  'webhook.test': on('webhookEndpointTest', newEndpoint, (world, id) =>
    world.run('webhookEndpointTest', { id }),
  ),
  'webhook.endpoint.failing': failing(0.6),
  'webhook.endpoint.disabled': failing(1.1),
  'webhook.delivery.exhausted': exhausted,
  'webhook.endpoint.payload.invalid': unshaped,
}
