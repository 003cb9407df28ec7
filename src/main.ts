import { inBackground } from './process/background.ts'
import './process/demand-node.mjs'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { endOnFault } from './process/end-on-fault.ts'
import { openOutput, printTo } from './process/output.ts'
import { settleMemory } from './process/settle-memory.ts'
import { openStopSwitch, type StopSwitch } from './process/stop-switch.ts'

const HELP = `Plantroom: facilities operations over GraphQL, with signed webhooks and live events.

  npm start                  start (settings come from the environment, see .env.example)
  npm start -- --help        this text
  npm start -- --version     the version
`

/** For output that is still on its way to its reader. */
const LAST_WORDS_MS = 500

const stdout = openOutput(1)
const stderr = openOutput(2)
printTo(stdout, stderr)

try {
  const { values } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
  })
  if (values.help === true) console.log(HELP)
  else if (values.version === true) console.log(readVersion())
  else {
    const byNpm = process.env['npm_lifecycle_event'] === 'start'
    await exit(await main(openStopSwitch({ byNpm })))
  }
  await stdout.flush(LAST_WORDS_MS)
} catch (error) {
  await fail(error)
}

/** Runs until it is told to stop; resolves with the exit code. */
async function main(stop: StopSwitch): Promise<number> {
  // Loaded here, so that --help answers at once and the compile cache covers everything below.
  const [{ startApp }, { loadConfig }, { readOrMakeSecrets }, { createLogger }, firstRun, demo] =
    await Promise.all([
      import('./app.ts'),
      import('./config/config.ts'),
      import('./database/postgres/data-folder.ts'),
      import('./log.ts'),
      import('./demo/first-run.ts'),
      import('./demo/seed-demo.ts'),
    ])
  const config = loadConfig(process.env, readOrMakeSecrets)
  stop.limit(config.shutdownTimeoutMs)
  const log = createLogger(config.logLevel, stderr)
  const { shutdownTimeoutMs } = config
  endOnFault({
    log,
    stop: stop.onFault,
    shutdownTimeoutMs,
    exit: (code) => inBackground('ending', () => exit(code)),
  })
  const { signal } = stop
  let isStarted = false
  try {
    await using app = await startApp(config, log, {
      signal,
      onLost: stop.onLost,
      prepare: (database) => demo.makeDemo(database, config, signal),
    })
    isStarted = true
    if (app.url === undefined) console.log('Plantroom worker is running.')
    else {
      const found = await firstRun.lookAround(app.database, config, app.url)
      console.log(firstRun.describe(app.url, config, found))
    }
    settleMemory()
    await stop.asked
  } catch (error) {
    // A start that was given up fails in whatever it was doing just then. What ends badly keeps its code.
    if (stop.exitCode === 0 && (isStarted || !signal.aborted)) throw error
  }
  return stop.exitCode
}

function readVersion(): string {
  const text = readFileSync(path.resolve(import.meta.dirname, '../package.json'), 'utf8')
  const parsed: unknown = JSON.parse(text)
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed
    ? String(parsed.version)
    : 'unknown'
}

/** Expected reasons are one sentence; anything else keeps its stack, for a bug report. */
async function fail(error: unknown): Promise<never> {
  const [{ StartupError, sentenceOf }, { ConfigError }] = await Promise.all([
    import('./errors.ts'),
    import('./config/config.ts'),
  ])
  const sentence = sentenceOf(error)
  if (error instanceof StartupError || error instanceof ConfigError) console.error(error.message)
  else if (sentence !== undefined) console.error(sentence)
  else if (error instanceof TypeError && 'code' in error)
    console.error(`${error.message}\n\n${HELP}`)
  else console.error(error)
  return exit(1)
}

/** With what was said last. */
async function exit(code: number): Promise<never> {
  await Promise.all([stdout, stderr].map((output) => output.flush(LAST_WORDS_MS)))
  process.exit(code)
}
