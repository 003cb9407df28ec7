import { openDatabase } from '../../src/database/database.ts'
import { openQueue } from '../../src/database/queue.ts'
import { transaction } from '../../src/database/unit-of-work.ts'
import { createAssetType } from '../../src/domains/assets/types/service.ts'
import { createAsset } from '../../src/domains/assets/service.ts'
import { dispatchJob } from '../../src/events/dispatch.ts'
import { createApiKey } from '../../src/identity/keys/service.ts'
import { createLocation } from '../../src/domains/locations/service.ts'
import { createLogger } from '../../src/log.ts'
import { createOrganization } from '../../src/demo/seed-demo.ts'
import { createSensor } from '../../src/domains/sensors/service.ts'
import {
  BENCH_SECRETS,
  percentiles,
  progress,
  round,
  startProduct,
  throwAwayDatabase,
} from './stage.ts'

const ASSETS = 100
const SENSORS_PER_ASSET = 10
const READINGS_PER_CALL = 500
/** Gateways that send at the same time. */
const GATEWAYS = 4
const WARM_UP_MS = 3_000
const SECONDS = 30
/** So many readings of every sensor lie in the past already: none is refused as of the future. */
const HISTORY_MS = 3_600_000

const RECORD = `mutation Record($input: TelemetryRecordInput!) {
  telemetryRecord(input: $input) { results { status } userErrors { message } } }`

/**
 * Readings per second that gateways get stored over HTTP, 500 a call from 1,000 sensors on 100 assets,
 * while the same process tells what it tells about them: events of sensors and assets.
 */
export async function run(): Promise<object[]> {
  await using server = await throwAwayDatabase()
  const { key, sensorIds } = await furnish(server.url)
  await using product = await startProduct({
    ...BENCH_SECRETS,
    DATABASE_URL: server.url,
    REQUESTS_PER_MINUTE: '30000',
  })
  const gateway = createGateway(`${product.url}/graphql`, key, sensorIds)
  await gateway.send(WARM_UP_MS)
  const { stored, latenciesMs, tookMs } = await gateway.send(SECONDS * 1_000)
  await using database = openDatabase(server.url, 1)
  const kept = await database.pool.query<{ readings: number; events: number }>(
    `SELECT (SELECT count(*)::int FROM sensor_reading) AS readings,
            (SELECT count(*)::int FROM event WHERE type LIKE '%telemetry%' OR type LIKE 'sensor.%') AS events`,
  )
  const [found] = kept.rows
  if (found?.readings !== gateway.total()) {
    throw new Error(`${found?.readings} readings are stored, ${gateway.total()} were answered so`)
  }
  const { p50, p95 } = percentiles(latenciesMs)
  const line = {
    bench: 'telemetry',
    readingsPerSecond: Math.round(stored / (tookMs / 1_000)),
    readingsPerCall: READINGS_PER_CALL,
    seconds: round(tookMs / 1_000),
    callP50Ms: p50,
    callP95Ms: p95,
    events: found.events,
  }
  progress(`telemetry: ${JSON.stringify(line)}`)
  return [line]
}

/** Sends readings of all sensors in turn, each series one second further on with every round. */
function createGateway(url: string, key: string, sensorIds: readonly string[]) {
  const first = Date.now() - HISTORY_MS
  let next = 0
  let total = 0
  const call = async (): Promise<number> => {
    const readings = Array.from({ length: READINGS_PER_CALL }, () => {
      const number = next++
      return {
        sensorId: sensorIds[number % sensorIds.length],
        metric: 'temperature',
        value: 20 + ((number * 7) % 100) / 10,
        at: new Date(first + Math.floor(number / sensorIds.length) * 1_000),
      }
    })
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Api-Key': key },
      body: JSON.stringify({ query: RECORD, variables: { input: { readings } } }),
    })
    const { data, errors } = (await answer.json()) as {
      data?: { telemetryRecord: { results: { status: string }[]; userErrors: object[] } }
      errors?: object[]
    }
    if (data === undefined || errors !== undefined || data.telemetryRecord.userErrors.length > 0) {
      throw new Error(JSON.stringify(errors ?? data))
    }
    const { results } = data.telemetryRecord
    const kept = results.filter(({ status }) => status === 'STORED' || status === 'LATE').length
    if (kept !== READINGS_PER_CALL) throw new Error(`${kept} of ${READINGS_PER_CALL} were stored`)
    total += kept
    return kept
  }
  return {
    total: () => total,
    async send(forMs: number) {
      const latenciesMs: number[] = []
      const before = total
      const began = performance.now()
      await Promise.all(
        Array.from({ length: GATEWAYS }, async () => {
          while (performance.now() - began < forMs) {
            const sentAt = performance.now()
            await call()
            latenciesMs.push(performance.now() - sentAt)
          }
        }),
      )
      return { stored: total - before, latenciesMs, tookMs: performance.now() - began }
    },
  }
}

async function furnish(url: string): Promise<{ key: string; sensorIds: string[] }> {
  await using database = openDatabase(url, 4)
  await using queue = await openQueue(url, [dispatchJob], false, createLogger('error'))
  const backend = { database, queue }
  const owner = await createOrganization(database, {
    name: 'Bench',
    plan: 'ENTERPRISE',
    owner: { name: 'Owner', email: 'owner@example.com', password: 'not used here' },
  })
  const { site, type, key } = await transaction(backend, owner, async (unit) => ({
    site: await createLocation(unit, { name: 'Site', kind: 'LOCATION' }),
    type: await createAssetType(unit, { name: 'Machine' }),
    key: (await createApiKey(unit, { name: 'Gateway', scopes: ['sensors:write'] })).key,
  }))
  const sensorIds: string[] = []
  for (let number = 0; number < ASSETS; number++) {
    await transaction(backend, owner, async (unit) => {
      const about = { name: `Machine ${number}`, assetTypeId: type.id, locationId: site.id }
      const asset = await createAsset(unit, about)
      for (let n = 0; n < SENSORS_PER_ASSET; n++) {
        const sensor = await createSensor(unit, {
          name: `Sensor ${n}`,
          locationId: site.id,
          assetId: asset.id,
          staleAfterSeconds: undefined,
          metrics: [
            {
              key: 'temperature',
              unit: '°C',
              minimum: null,
              maximum: null,
              warningBelow: null,
              warningAbove: 80,
              alarmBelow: null,
              alarmAbove: 95,
            },
          ],
        })
        sensorIds.push(sensor.id)
      }
    })
  }
  return { key, sensorIds }
}
