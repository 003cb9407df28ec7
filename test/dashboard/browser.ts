import chromium from '@sparticuz/chromium'
import { type Browser, type BrowserContext, chromium as launcher, type Page } from 'playwright-core'
import { createOrganization } from '../../src/demo/seed-demo.ts'
import { newId } from '../../src/database/ids.ts'
import type { TestApp } from '../harness/app.ts'

/** What the package starts it with for clouds, without what would switch protection off. */
const UNWANTED = /web-security|single-process|no-zygote|site-isolation|disable-features/

/** A real browser, out of an npm package. Where it cannot start the tests fail, and say why. */
export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  const executablePath = await chromium.executablePath()
  const args = chromium.args.filter((arg) => !UNWANTED.test(arg))
  return await launcher.launch({ executablePath, args, headless: true })
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
