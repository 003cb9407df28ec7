import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { settleMemory } from './process/settle-memory.ts'

const HELP = `Plantroom: facilities operations over GraphQL, with signed webhooks and live events.

  npm start                  start (settings come from the environment, see .env.example)
  npm start -- --help        this text
  npm start -- --version     the version
`

try {
  const { values } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
  })
  if (values.help === true) console.log(HELP)
  else if (values.version === true) console.log(readVersion())
  else {
    await main()
    settleMemory()
  }
} catch (error) {
  await fail(error)
}

async function main(): Promise<void> {
  // Loaded here, so that --help answers at once and the compile cache covers everything below.
  const [{ startApp }, { loadConfig }, { readOrMakeSecrets }, { createLogger }, tour] =
    await Promise.all([
      import('./app.ts'),
      import('./config/config.ts'),
      import('./database/postgres/data-folder.ts'),
      import('./log.ts'),
      import('./demo/first-run.ts'),
    ])
  const config = loadConfig(process.env, readOrMakeSecrets)
  const log = createLogger(config.logLevel)
  const app = await startApp(config, log)

  let stopping = false
  const stop = (signal: string) => {
    if (stopping) return
    stopping = true
    console.log(
      `${signal}: finishing what is in flight (at most ${config.shutdownTimeoutMs / 1_000} s)`,
    )
    const tooLong = setTimeout(() => {
      console.error('Stopping took too long; what was in flight is sent again at the next start.')
      process.exit(1)
    }, config.shutdownTimeoutMs + 15_000)
    tooLong.unref()
    app[Symbol.asyncDispose]().then(
      () => process.exit(0),
      (error: unknown) => void fail(error),
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)

  if (app.url === undefined) {
    console.log('Plantroom worker is running.')
    return
  }
  const demo =
    config.database.kind === 'embedded' ? await tour.prepareDemo(app, config, app.url) : undefined
  if (demo !== undefined) {
    const file = path.join(config.dataDir, 'demo.json')
    writeFileSync(file, `${JSON.stringify(demo.file, null, 2)}\n`, { mode: 0o600 })
  }
  console.log(tour.describe(app.url, config, demo))
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
  const [{ StartupError }, { ConfigError }] = await Promise.all([
    import('./errors.ts'),
    import('./config/config.ts'),
  ])
  if (error instanceof StartupError || error instanceof ConfigError) console.error(error.message)
  else if (error instanceof TypeError && 'code' in error)
    console.error(`${error.message}\n\n${HELP}`)
  else console.error(error)
  process.exit(1)
}
