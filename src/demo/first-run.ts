import * as fs from 'node:fs'
import path from 'node:path'
import type { Config } from '../config/config.ts'
import type { Database } from '../database/database.ts'
import { hashApiKey } from '../identity/keys/api-keys.ts'
import { makeSignInCode, SIGN_IN_CODE_MINUTES } from '../identity/sessions/sign-in-code.ts'
import { type DemoFile, hasDemo, keepDemo, readKept } from './demo-file.ts'

/** How an installation gets its first organization when it has no demo. */
const FIRST_ORGANIZATION =
  'There is no organization yet: npm run create-organization -- --name "Acme" --email owner@acme.example makes the first one and prints its owner\'s password.'

interface FirstLook {
  demo: Demo | { damaged: string } | undefined
  /** Nobody can sign in yet. */
  isEmpty: boolean
}

/** What somebody who has just started this installation can do with it. */
export async function lookAround(
  database: Database,
  config: Config,
  url: string,
): Promise<FirstLook> {
  return {
    demo: await findDemo(database, config, url),
    isEmpty: (await database.unscoped.organization.count()) === 0,
  }
}

interface Demo {
  file: DemoFile
  /** A work order whose status the tour changes. */
  workOrderId: string | undefined
  /** Signs the demo's owner in, once. */
  signInUrl: string | undefined
}

/**
 * The demo of this installation, with a fresh token; undefined when there is none, its key was
 * revoked, or this is production. What cannot be read of its file is told in `damaged`.
 */
async function findDemo(
  database: Database,
  config: Config,
  url: string,
): Promise<Demo | { damaged: string } | undefined> {
  if (!hasDemo(config)) return undefined
  const file = path.join(config.dataDir, 'demo.json')
  if (!fs.existsSync(file)) return undefined
  const kept = readKept(file)
  if (kept === undefined) {
    return {
      damaged: `${file} is damaged, and the demo's key is in no other place: restore it from a backup, or begin anew with another DATA_DIR.`,
    }
  }
  const key = await database.unscoped.apiKey.findFirst({
    where: { keyHash: hashApiKey(kept.apiKey), revokedAt: null },
  })
  if (key === null) return undefined
  const { organizationId } = key
  const scoped = database.scopedTo(organizationId)
  const owner = await scoped.user.findFirst({
    where: { role: 'OWNER', status: 'ACTIVE' },
    orderBy: { id: 'asc' },
  })
  const order = await scoped.workOrder.findFirst({
    where: { status: 'OPEN' },
    orderBy: { id: 'asc' },
  })
  return {
    workOrderId: order?.id,
    // Behind #, where no server and no log sees it.
    signInUrl: owner === null ? undefined : `${url}/#code=${await makeSignInCode(database, owner)}`,
    file: await keepDemo(config, url, {
      organizationId,
      ownerId: owner?.id ?? '',
      apiKey: kept.apiKey,
    }),
  }
}

/** What is printed once everything runs. */
export function describe(url: string, config: Config, { demo, isEmpty }: FirstLook): string {
  const lines = [
    `Plantroom is running.`,
    ``,
    `  Dashboard   ${url}/`,
    `  GraphQL     ${url}/graphql   (GraphiQL in a browser, WebSocket, SSE)`,
    `  Health      ${url}/health/ready`,
  ]
  if (config.webhooks.allowHttp) {
    lines.push(
      ``,
      `  Development: webhooks may go to plain http and to this machine. Production (NODE_ENV) allows neither.`,
    )
  }
  if (isEmpty) lines.push(``, `  ${FIRST_ORGANIZATION}`)
  if (demo !== undefined && 'damaged' in demo) lines.push(``, `  ${demo.damaged}`)
  if (demo === undefined || 'damaged' in demo) return lines.join('\n')
  const { apiKey, ownerToken, graphqlUrl } = demo.file
  if (demo.signInUrl !== undefined) {
    lines.push(
      ``,
      `  Open the dashboard as the demo's owner (works once, within ${SIGN_IN_CODE_MINUTES} minutes):`,
      `  ${demo.signInUrl}`,
    )
  }
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
