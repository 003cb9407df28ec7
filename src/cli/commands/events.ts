import type { Command } from 'commander'
import { EXIT, Failure } from '../failure.ts'
import { withServer } from '../options.ts'
import { say, sayRecords } from '../output.ts'
import { openClient, type ServerOptions } from '../profile.ts'
import { parseDuration } from '../start-cursor.ts'

const LIST = `query PlantroomEvents($after: EventCursor, $first: Int, $since: DateTime, $types: [EventType!]) {
  events(after: $after, first: $first, since: $since, types: $types) {
    edges { cursor node { position created type id body } }
    pageInfo { hasNextPage endCursor }
  }
}`

interface Node {
  position: number
  created: string
  type: string
  id: string
  body: string
}

interface Page {
  events: {
    edges: { cursor: string; node: Node }[]
    pageInfo: { hasNextPage: boolean; endCursor: string }
  }
}

interface ListOptions extends ServerOptions {
  json?: boolean
  since?: string
  after?: string
  limit: string
}

const PAGE = 100

export function register(command: Command): void {
  withServer(command.command('list').description('what happened, oldest first'))
    .argument('[types...]', 'types of events; all when left out')
    .option('--since <duration>', 'from so long ago on: 10m, 2h, 1d', '1h')
    .option('--after <cursor>', 'behind this cursor, instead of --since')
    .option('--limit <count>', 'at most so many', '100')
    .action((types: string[], options: ListOptions) => list(types, options))
  withServer(command.command('get').description('the bytes of one event, as they are signed'))
    .argument('<cursor>', 'cursor of the event before it, as events list --json prints it')
    .action(async (after: string, options: ServerOptions) => {
      const client = await openClient(options)
      const page = await client.query<Page, object>(LIST, { after, first: 1 })
      const [edge] = page.events.edges
      if (edge === undefined) throw new Failure('There is no event behind this cursor')
      say(edge.node.body)
    })
}

async function list(types: readonly string[], options: ListOptions): Promise<void> {
  const limit = Number(options.limit)
  if (!(limit >= 1)) throw new Failure('--limit must be 1 or more', EXIT.usage)
  const client = await openClient(options)
  const since = new Date(Date.now() - parseDuration(options.since ?? '1h')).toISOString()
  let from: object = options.after === undefined ? { since } : { after: options.after }
  const records: Record<string, unknown>[] = []
  while (records.length < limit) {
    const first = Math.min(PAGE, limit - records.length)
    const { events } = await client.query<Page, object>(LIST, {
      ...from,
      first,
      types: types.length === 0 ? null : types,
    })
    for (const { cursor, node } of events.edges) {
      const { body, ...shown } = node
      records.push(options.json === true ? { ...shown, cursor, body } : shown)
    }
    if (!events.pageInfo.hasNextPage) break
    from = { after: events.pageInfo.endCursor }
  }
  sayRecords(records, options.json, 'Nothing happened.')
}
