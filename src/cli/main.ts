#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { EXIT, Failure } from './failure.ts'
import { PlantroomError } from '../sdk/client/errors.ts'
import { VERSION } from './version.ts'

/** The name of each command, what it is for, and the file that has it: loaded when it is asked for. */
const COMMANDS: readonly [string, string, () => Promise<Registering>][] = [
  ['login', 'sign in and keep the session', () => import('./commands/login.ts')],
  ['whoami', 'who is asking, and what they may do', () => import('./commands/whoami.ts')],
  ['status', 'whether the server is ready', () => import('./commands/status.ts')],
  [
    'listen',
    'forward events to a local receiver, signed, without a gap',
    () => import('./commands/listen.ts'),
  ],
  ['events', 'the log of events: list, get', () => import('./commands/events.ts')],
  ['endpoints', 'webhook endpoints', () => import('./commands/endpoints.ts')],
  ['deliveries', 'what went out, and what waits', () => import('./commands/deliveries.ts')],
  [
    'verify',
    'check a request that was received, and say why it is refused',
    () => import('./commands/verify.ts'),
  ],
  [
    'doctor',
    'try a receiver: what it must take, and what it must refuse',
    () => import('./commands/doctor.ts'),
  ],
  ['graphql', 'run a document', () => import('./commands/graphql.ts')],
]

interface Registering {
  register(command: Command): void
}

async function run(args: readonly string[]): Promise<number> {
  const program = new Command('plantroom')
    .description(
      'Plantroom from the command line. PLANTROOM_URL and PLANTROOM_KEY say which server, and who asks.',
    )
    .version(VERSION, '--version', 'print the version')
    .exitOverride()
    .showSuggestionAfterError()
  const wanted = args.find((arg) => !arg.startsWith('-'))
  for (const [name, description, load] of COMMANDS) {
    const command = program.command(name).description(description)
    if (name === wanted) (await load()).register(command)
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return Number(process.exitCode ?? EXIT.ok)
  } catch (error) {
    return explain(error)
  }
}

/** @returns the code to end with */
function explain(error: unknown): number {
  // It has printed its own sentence, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  if (error instanceof Failure) {
    process.stderr.write(`${error.message}\n`)
    return error.code
  }
  if (error instanceof PlantroomError) {
    const request = error.requestId === undefined ? '' : ` (request ${error.requestId})`
    process.stderr.write(`${error.message}${request}\n`)
    return ['UNAUTHENTICATED', 'FORBIDDEN'].includes(error.code) ? EXIT.notAllowed : EXIT.failed
  }
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  return EXIT.failed
}

// A reader that has gone (| head) ends the command without a word.
process.stdout.on('error', () => process.exit(EXIT.ok))
process.exitCode = await run(process.argv.slice(2))
