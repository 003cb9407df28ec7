import { createHash, randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import path from 'node:path'
import type { Command } from 'commander'
import type { Followed } from '../../sdk/client/index.ts'
import { type CursorFile, cursorFile } from '../cursor-file.ts'
import { EXIT, Failure } from '../failure.ts'
import { forward } from '../forward.ts'
import { withServer } from '../options.ts'
import { note, paint, say } from '../output.ts'
import { findUrl, openClient, type ServerOptions } from '../profile.ts'
import { findStart } from '../start-cursor.ts'
import { environment } from '../environment.ts'

interface ListenOptions extends ServerOptions {
  forwardTo?: string
  since?: string
  after?: string
  resume?: boolean
  secret?: string
  exitOnGap?: boolean
  json?: boolean
}

const HELP = `
Each event goes to the receiver as the signed POST that a webhook would be: the same body to the byte, both
signatures, made with a secret of this machine (--secret or PLANTROOM_SECRET to use another). One after
another, in order; one that the receiver does not take is tried again until it does.
After any break the stream goes on behind the last event that the receiver took. With --resume that holds
for the next start too.`

export function register(command: Command): void {
  withServer(command)
    .argument('[types...]', 'types of events: workorder.created, workorder.*; all when left out')
    .option('--forward-to <url>', 'where to send them; only shown when left out')
    .option('--since <duration>', 'begin with what happened so long ago: 10m, 2h, 1d')
    .option('--after <cursor>', 'begin behind this cursor')
    .option(
      '--resume',
      'begin where the last listen --resume with these types ended, and keep the place',
    )
    .option('--secret <whsec>', 'signing secret; made and shown when left out')
    .option('--exit-on-gap', 'end with code 4 when events are missing, instead of going on')
    .addHelpText('after', HELP)
    .action((types: string[], options: ListenOptions) => listen(types, options))
}

async function listen(types: readonly string[], options: ListenOptions): Promise<void> {
  const url = await findUrl(options)
  const client = await openClient(options)
  const place = options.resume === true ? placeOf(url, types, options.forwardTo) : undefined
  const after = options.after ?? (await place?.read()) ?? (await findStart(client, options.since))
  const secret = secretOf(options)
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
  const following = client.follow({
    types: types.length === 0 ? ['*'] : types,
    ...(after === undefined ? {} : { after }),
    signal: ending.signal,
    onState: (state, why) => note(why === undefined ? state : `${state}: ${why}`),
  })
  for await (const item of following) {
    if (item.kind === 'gap') demandNoGap(item, options)
    if (item.kind === 'event') {
      const taken = await forward(item, { secret, url: options.forwardTo, signal: ending.signal })
      if (!taken) break
      show(item, options, taken)
    }
    await place?.write(item.cursor)
  }
}

function show(
  item: Followed & { kind: 'event' },
  { json }: ListenOptions,
  status: number | 'shown',
): void {
  const { position, cursor, event, body } = item
  const { type, data } = event
  const id = (data.object as { id?: string }).id ?? ''
  if (json === true) return say(JSON.stringify({ position, cursor, type, id, status, body }))
  say(`${paint('dim', `#${position}`)} ${type} ${id} ${paint('green', String(status))}`)
}

function demandNoGap(item: Followed & { kind: 'gap' }, { exitOnGap }: ListenOptions): void {
  const sentence =
    item.reason === 'RETENTION'
      ? 'Events are missing: those after the cursor are no longer kept'
      : 'The cursor lies beyond the end of the log: a backup was restored'
  if (exitOnGap === true) throw new Failure(sentence, EXIT.gap)
  note(`${sentence}; going on with the oldest that there is`)
}

function secretOf({ secret, forwardTo }: ListenOptions): string {
  const given = secret ?? environment['PLANTROOM_SECRET']
  if (given !== undefined) {
    if (!given.startsWith('whsec_'))
      throw new Failure('A signing secret begins with whsec_', EXIT.usage)
    return given
  }
  const made = `whsec_${randomBytes(32).toString('base64')}`
  if (forwardTo !== undefined) note(`signing secret of this run: ${made}`)
  return made
}

function placeOf(url: string, types: readonly string[], to: string | undefined): CursorFile {
  const key = createHash('sha256')
    .update(JSON.stringify([url, types, to]))
    .digest('hex')
    .slice(0, 16)
  const folder = environment['XDG_STATE_HOME'] ?? path.join(homedir(), '.local/state')
  return cursorFile(path.join(folder, 'plantroom', `listen-${key}`))
}
