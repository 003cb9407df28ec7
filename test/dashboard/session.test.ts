import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeSignInCode } from '../../src/identity/sessions/sign-in-code.ts'
import { startTestApp, type TestApp } from '../harness/app.ts'
import { addOwner, openBrowser, type Person, signIn } from './browser.ts'

const opened = new AsyncDisposableStack()
let test: TestApp
let browser: Browser
let owner: Person

beforeAll(async () => {
  test = opened.use(await startTestApp())
  browser = opened.use(await openBrowser())
  owner = await addOwner(test)
})
afterAll(() => opened.disposeAsync())

const isLive = '[data-live="live"]'

describe('a session in a browser', () => {
  it('outlives a reload and is shared by tabs, with nothing in storage that signs in', async () => {
    await using context = await browser.newContext()
    const page = await context.newPage()
    await signIn(page, test.url, owner)
    await page.reload()
    await page.locator(isLive).waitFor()
    const other = await context.newPage()
    await other.goto(`${test.url}/webhooks`)
    await other.locator(isLive).waitFor()
    const stored = await page.evaluate(() => JSON.stringify([localStorage, document.cookie]))
    expect(stored).not.toMatch(/eyJ|token|session/i)
  })

  it('ends in every tab with a sign-out in one', async () => {
    await using context = await browser.newContext()
    const [page, other] = [await context.newPage(), await context.newPage()]
    await signIn(page, test.url, owner)
    await other.goto(`${test.url}/webhooks`)
    await other.locator(isLive).waitFor()
    await page.getByRole('button', { name: /account and theme/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await other.getByRole('heading', { name: 'Sign in to Plantroom' }).waitFor()
    await page.getByRole('heading', { name: 'Sign in to Plantroom' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Sign in to Plantroom' }).waitFor()
  })

  it('begins with a link of the demo, whose code leaves the address and works once', async () => {
    const { id } = await test.app.database.unscoped.user.findFirstOrThrow({
      where: { organizationId: owner.organizationId },
    })
    const code = await makeSignInCode(test.app.database, {
      organizationId: owner.organizationId,
      id,
    })
    const link = `${test.url}/#code=${code}`
    await using context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(link)
    await page.locator(isLive).waitFor()
    expect(page.url()).toBe(`${test.url}/`)
    await using stranger = await browser.newContext()
    const late = await stranger.newPage()
    await late.goto(link)
    await late.getByRole('heading', { name: 'Sign in to Plantroom' }).waitFor()
  })

  it('says why a password is refused, and stays where it is', async () => {
    await using context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(test.url)
    await page.getByLabel('E-mail address').fill(owner.email)
    await page.getByLabel('Password', { exact: true }).fill('not the password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(owner.email)
  })
})
