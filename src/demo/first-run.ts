import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Backend } from '../database/unit-of-work.ts'
import type { Config } from '../config/config.ts'
import { API_KEY_PATTERN, hashApiKey } from '../identity/keys/api-keys.ts'
import { issueAccessToken } from '../identity/sessions/tokens.ts'
import { seedDemo } from './seed-demo.ts'

/** What a first look needs, as kept in `<data folder>/demo.json`. */
interface DemoFile {
  url: string
  graphqlUrl: string
  organizationId: string
  apiKey: string
  ownerToken: string
}

export interface Demo {
  file: DemoFile
  /** A work order whose status the tour changes. */
  workOrderId: string | undefined
}

/** The tour's token outlives an afternoon of trying, not a forgotten laptop. */
const TOKEN_TTL_MS = 7 * 24 * 3_600_000

/**
 * The demo organization of an embedded installation: seeded at the first start, found again later.
 * Undefined when the installation holds organizations of somebody's own instead.
 */
export async function prepareDemo(
  app: Backend,
  config: Config,
  url: string,
): Promise<Demo | undefined> {
  const kept = await findKept(app, config)
  const isNew = (await app.database.unscoped.organization.count()) === 0
  if (kept === undefined && !isNew) return undefined
  const demo = kept ?? (await seedDemo(app))
  const owner = await app.database
    .scopedTo(demo.organizationId)
    .user.findFirst({ where: { role: 'OWNER', status: 'ACTIVE' }, orderBy: { id: 'asc' } })
  const order = await app.database
    .scopedTo(demo.organizationId)
    .workOrder.findFirst({ where: { status: 'OPEN' }, orderBy: { id: 'asc' } })
  const { token } = await issueAccessToken(
    { ...config.auth, accessTokenTtlMs: TOKEN_TTL_MS },
    owner?.id ?? '',
  )
  return {
    workOrderId: order?.id,
    file: {
      url,
      graphqlUrl: `${url}/graphql`,
      organizationId: demo.organizationId,
      apiKey: demo.apiKey,
      ownerToken: token,
    },
  }
}

/** The demo of an earlier start, if its key still works. */
async function findKept(
  app: Backend,
  config: Config,
): Promise<{ organizationId: string; apiKey: string } | undefined> {
  const file = path.join(config.dataDir, 'demo.json')
  if (!existsSync(file)) return undefined
  const apiKey = API_KEY_PATTERN.exec(
    /"apiKey": *"([^"]*)"/.exec(readFileSync(file, 'utf8'))?.[1] ?? '',
  )?.[0]
  if (apiKey === undefined) return undefined
  const found = await app.database.unscoped.apiKey.findFirst({
    where: { keyHash: hashApiKey(apiKey), revokedAt: null },
  })
  return found === null ? undefined : { organizationId: found.organizationId, apiKey }
}

/** What is printed once everything runs. */
export function describe(url: string, config: Config, demo: Demo | undefined): string {
  const lines = [
    `Plantroom is running.`,
    ``,
    `  GraphQL     ${url}/graphql   (GraphiQL in a browser, WebSocket, SSE)`,
    `  Health      ${url}/health/ready`,
  ]
  if (config.webhooks.allowHttp) {
    lines.push(
      ``,
      `  Development: webhooks may go to plain http and to this machine. Production (NODE_ENV) allows neither.`,
    )
  }
  if (demo === undefined) return lines.join('\n')
  const { apiKey, ownerToken, graphqlUrl } = demo.file
  lines.push(
    ``,
    `  Demo owner's token   ${ownerToken}`,
    `  Demo API key         ${apiKey}`,
    `  (both also in ${path.join(config.dataDir, 'demo.json')})`,
    ``,
    `Three things to try:`,
    ``,
    `# list work orders`,
    curl(
      graphqlUrl,
      `X-Api-Key: ${apiKey}`,
      '{ workOrders(first: 5) { nodes { id title status } } }',
    ),
    ``,
    `# register a webhook (start a receiver first: node examples/receiver.mjs)`,
    curl(
      graphqlUrl,
      `Authorization: Bearer ${ownerToken}`,
      'mutation { webhookEndpointCreate(input: { url: "http://127.0.0.1:4100/hooks", eventTypes: ["workorder.*"] }) { endpoint { id } signingSecret userErrors { message } } }',
    ),
  )
  if (demo.workOrderId !== undefined) {
    lines.push(
      ``,
      `# change a status`,
      curl(
        graphqlUrl,
        `X-Api-Key: ${apiKey}`,
        `mutation { workOrderChangeStatus(input: { id: "${demo.workOrderId}", status: IN_PROGRESS }) { workOrder { id status } userErrors { message } } }`,
      ),
    )
  }
  return lines.join('\n')
}

function curl(url: string, header: string, query: string): string {
  return `curl -s ${url} -H 'Content-Type: application/json' -H '${header}' -d '${JSON.stringify({ query })}'`
}
