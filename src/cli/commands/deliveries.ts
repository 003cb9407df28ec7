import type { Command } from 'commander'
import { demandDone, type UserError } from '../user-errors.ts'
import { withServer } from '../options.ts'
import { say, sayRecords } from '../output.ts'
import { openClient, type ServerOptions } from '../profile.ts'

const LIST = `query PlantroomDeliveries($endpointId: ID!, $first: Int, $where: WebhookDeliveryWhere) {
  webhookDeliveries(endpointId: $endpointId, first: $first, where: $where) {
    nodes { sequence id created eventType status attemptCount lastStatusCode lastFailure nextAttemptAt }
  }
}`

const RETRY = `mutation PlantroomRetry($id: ID!) {
  webhookDeliveryRetry(input: { id: $id }) { delivery { id status } userErrors { message } }
}`

interface ListOptions extends ServerOptions {
  json?: boolean
  status?: string[]
  limit: string
}

export function register(command: Command): void {
  withServer(command.command('list').description('deliveries of an endpoint, the newest first'))
    .argument('<endpoint>', 'its id')
    .option('--status <status...>', 'PENDING, SUCCEEDED, EXHAUSTED …')
    .option('--limit <count>', 'at most so many, up to 100', '20')
    .action(async (endpointId: string, { status, limit, ...options }: ListOptions) => {
      const client = await openClient(options)
      const { webhookDeliveries } = await client.query<
        { webhookDeliveries: { nodes: Record<string, unknown>[] } },
        object
      >(LIST, { endpointId, first: Number(limit), where: status === undefined ? null : { status } })
      sayRecords(webhookDeliveries.nodes, options.json, 'Nothing was delivered.')
    })
  withServer(command.command('retry').description('send one again now'))
    .argument('<delivery>', 'its id')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options)
      const { webhookDeliveryRetry } = await client.mutate<
        {
          webhookDeliveryRetry: {
            delivery: { id: string; status: string } | null
            userErrors: UserError[]
          }
        },
        { id: string }
      >(RETRY, { id })
      demandDone(webhookDeliveryRetry.userErrors)
      say(`${id} is ${webhookDeliveryRetry.delivery?.status ?? 'being sent'}`)
    })
}
