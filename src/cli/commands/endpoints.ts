import type { Command } from 'commander'
import { withServer } from '../options.ts'
import { note, say, sayRecords } from '../output.ts'
import { openClient, type ServerOptions } from '../profile.ts'
import { demandDone, type UserError } from '../user-errors.ts'

const LIST = `query PlantroomEndpoints { webhookEndpoints(first: 100) {
  nodes { id name status url eventTypes ordering }
} }`

const CREATE = `mutation PlantroomEndpointCreate($input: WebhookEndpointCreateInput!) {
  done: webhookEndpointCreate(input: $input) { endpoint { id url } signingSecret userErrors { message } }
}`

/** Commands that name an endpoint and say what became of it. */
const COMMANDS: readonly [string, string, string][] = [
  [
    'pause',
    'send nothing until it is resumed; what happens meanwhile is kept',
    'webhookEndpointPause',
  ],
  ['resume', 'send again, what was kept first', 'webhookEndpointResume'],
]

interface Done {
  done: {
    endpoint: { id: string; url: string; status?: string } | null
    signingSecret?: string | null
    attempt?: { statusCode: number | null; failure: string | null; totalMs: number } | null
    userErrors: UserError[]
  }
}

export function register(command: Command): void {
  withServer(command.command('list').description('every endpoint and its state')).action(
    async (options: ServerOptions & { json?: boolean }) => {
      const client = await openClient(options)
      const { webhookEndpoints } = await client.query<
        { webhookEndpoints: { nodes: Record<string, unknown>[] } },
        undefined
      >(LIST)
      sayRecords(
        webhookEndpoints.nodes,
        options.json,
        'There are no endpoints: plantroom endpoints create URL',
      )
    },
  )
  registerCreate(command)
  for (const [name, description, mutation] of COMMANDS) {
    withServer(command.command(name).description(description))
      .argument('<endpoint>', 'its id')
      .action(async (id: string, options: ServerOptions) => {
        const { endpoint } = await run(
          options,
          `mutation($id: ID!) { done: ${mutation}(input: { id: $id }) { endpoint { id url status } userErrors { message } } }`,
          { id },
        )
        say(`${id} is ${endpoint?.status}`)
      })
  }
  registerTest(command)
  registerRotate(command)
  withServer(command.command('delete').description('remove it; nothing more is sent'))
    .argument('<endpoint>', 'its id')
    .action(async (id: string, options: ServerOptions) => {
      await run(
        options,
        'mutation($id: ID!) { done: webhookEndpointDelete(input: { id: $id }) { deletedId userErrors { message } } }',
        { id },
      )
      say(`${id} is deleted`)
    })
}

async function run(
  options: ServerOptions,
  document: string,
  variables: object,
): Promise<Done['done']> {
  const client = await openClient(options)
  const { done } = await client.mutate<Done, object>(document, variables)
  demandDone(done.userErrors)
  return done
}

function registerCreate(command: Command): void {
  withServer(command.command('create').description('have events sent to a URL'))
    .argument('<url>', 'public https URL')
    .option('--types <types...>', 'types of events', ['*'])
    .option('--name <name>', 'what it is called')
    .action(
      async (
        url: string,
        options: ServerOptions & { types: string[]; name?: string; json?: boolean },
      ) => {
        const { types: eventTypes, name } = options
        const input = { url, eventTypes, ...(name === undefined ? {} : { name }) }
        const { endpoint, signingSecret } = await run(options, CREATE, { input })
        if (options.json === true) return say(JSON.stringify({ ...endpoint, signingSecret }))
        say(`${endpoint?.id} ${endpoint?.url}`)
        say(`SIGNING_SECRET=${signingSecret}`)
        note('The secret is not shown again.')
      },
    )
}

function registerTest(command: Command): void {
  withServer(
    command.command('test').description('send a test event, and say what the receiver answers'),
  )
    .argument('<endpoint>', 'its id')
    .action(async (id: string, options: ServerOptions) => {
      const { attempt } = await run(
        options,
        'mutation($id: ID!) { done: webhookEndpointTest(input: { id: $id }) { attempt { statusCode failure totalMs } userErrors { message } } }',
        { id },
      )
      if (attempt == null) return say('sent; there is no answer yet')
      say(`${attempt.statusCode ?? attempt.failure} after ${attempt.totalMs} ms`)
    })
}

function registerRotate(command: Command): void {
  withServer(
    command.command('rotate').description('a new signing secret; the old one goes on for a while'),
  )
    .argument('<endpoint>', 'its id')
    .option('--grace <seconds>', 'how long the old one signs too', '86400')
    .action(async (id: string, options: ServerOptions & { grace: string }) => {
      const { signingSecret } = await run(
        options,
        'mutation($id: ID!, $graceSeconds: Int!) { done: webhookEndpointRotateSecret(input: { id: $id, graceSeconds: $graceSeconds }) { signingSecret userErrors { message } } }',
        { id, graceSeconds: Number(options.grace) },
      )
      say(`SIGNING_SECRET=${signingSecret}`)
    })
}
