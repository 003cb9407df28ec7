import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import chromium, { inflate } from '@sparticuz/chromium'
import { type Browser, type BrowserContext, chromium as launcher, type Page } from 'playwright-core'
import { createOrganization } from '../../src/demo/seed-demo.ts'
import { newId } from '../../src/database/ids.ts'
import type { TestApp } from '../harness/app.ts'

const PACKAGE = path.resolve(import.meta.dirname, '../../node_modules/@sparticuz/chromium')
const VERSION: string = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8')).version

/** What the package starts it with for clouds, without what would switch protection off. */
const UNWANTED = /web-security|single-process|no-zygote|site-isolation|disable-features/

/** A real browser, out of an npm package. Where it cannot start the tests fail, and say why. */
export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  const folder = await unpackChromium()
  const options = {
    executablePath: path.join(folder, 'chromium'),
    args: chromium.args.filter((arg) => !UNWANTED.test(arg)),
    headless: true,
  }
  try {
    return await launcher.launch(options)
  } catch (error) {
    if (!String(error).includes('shared libraries')) throw error
    // A bare machine: the package carries the libraries and fonts that are missing.
    const env = {
      ...process.env,
      LD_LIBRARY_PATH: path.join(folder, 'al2023/lib'),
      FONTCONFIG_PATH: path.join(folder, 'fonts'),
    }
    return await launcher.launch({ ...options, env })
  }
}

/**
 * Unpacks the browser once per machine and user: into a folder of its own first, so that of several
 * processes at once none starts half of it.
 */
async function unpackChromium(): Promise<string> {
  const unpacked = path.join(tmpdir(), `plantroom-chromium-${VERSION}-${userInfo().uid}`)
  if (existsSync(unpacked)) return unpacked
  const own = await mkdtemp(`${unpacked}-`)
  const outside = process.env['TMPDIR']
  // The package unpacks to wherever temporary files go.
  process.env['TMPDIR'] = own
  try {
    await chromium.executablePath()
    await inflate(path.join(PACKAGE, 'bin/al2023.tar.br'))
  } finally {
    if (outside === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = outside
  }
  await rename(own, unpacked).catch(() => rm(own, { recursive: true, force: true }))
  return unpacked
}

export interface Person {
  email: string
  password: string
  organizationId: string
}

/** An organization with an owner who has a password. */
export async function addOwner(test: TestApp): Promise<Person> {
  const tag = newId('organization').slice(-8)
  const person = { email: `owner-${tag}@example.com`, password: `password of ${tag}` }
  const { organizationId } = await createOrganization(test.app.database, {
    name: 'Riverside Campus',
    plan: 'PROFESSIONAL',
    owner: { name: 'Olivia Owner', ...person },
  })
  return { ...person, organizationId }
}

/** What must not happen in any test: a request to another host, a policy that was broken, an error. */
export function watchFaults(context: BrowserContext, origin: string): string[] {
  const faults: string[] = []
  context.on('request', (request) => {
    const url = new URL(request.url())
    if (/^(data|blob):/.test(url.protocol) || url.origin === origin) return
    faults.push(`request to ${url.origin}`)
  })
  context.on('console', (message) => {
    // Who comes for the first time has no session to be taken up.
    if (message.location().url.endsWith('/graphql/session')) return
    if (message.type() === 'error') faults.push(`console: ${message.text()}`)
  })
  context.on('weberror', (error) => faults.push(`error: ${String(error.error())}`))
  return faults
}

/** Signs in by the form. */
export async function signIn(page: Page, url: string, person: Person): Promise<void> {
  await page.goto(`${url}/`)
  await page.getByLabel('E-mail address').fill(person.email)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('[data-live="live"]').waitFor()
}
