import path from 'node:path'
import type { Config } from '../config/config.ts'
import type { Demo } from './history/demo.ts'

/** How an installation gets its first organization when it has no demo. */
const FIRST_ORGANIZATION =
  'There is no organization yet: npm run create-organization -- --name "Acme" --email owner@acme.example makes the first one and prints its owner\'s password.'

/** What is printed once everything runs. */
export function describe(
  url: string,
  config: Config,
  { demo, isEmpty }: { demo: Demo | { damaged: string } | undefined; isEmpty: boolean },
): string {
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
  if (isEmpty) lines.push(``, `  ${FIRST_ORGANIZATION}`)
  if (demo !== undefined && 'damaged' in demo) lines.push(``, `  ${demo.damaged}`)
  if (demo === undefined || 'damaged' in demo) return lines.join('\n')
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
