import { readFile } from 'node:fs/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { SCOPES } from '../../src/access/permissions.ts'
import { ask, send, startTestApp, type TestApp } from '../harness/app.ts'
import { AcceptInvitation } from '../harness/identity-documents.ts'
import { addOwner, openBrowser, type Person, signIn, watchFaults } from './browser.ts'
import { addAccess } from './scene.ts'

// What an administrator does about access, in a real browser, one thing after the other.
const opened = new AsyncDisposableStack()
let test: TestApp
let browser: Browser
let context: BrowserContext
let page: Page
let faults: string[]
let owner: Person
let key = ''

const TESSA = { email: 'tessa@example.com', password: 'a rather long password' }

beforeAll(async () => {
  test = opened.use(await startTestApp())
  browser = opened.use(await openBrowser())
  owner = await addOwner(test)
  context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  faults = watchFaults(context, test.url)
  context.setDefaultTimeout(15_000)
  page = await context.newPage()
  await signIn(page, test.url, owner)
})
afterAll(() => opened.disposeAsync())

/** By a chord, once more where the machine was too slow for its two keys. */
const goTo = (letter: string, path: string) =>
  vi.waitFor(
    async () => {
      await page.keyboard.press('g')
      await page.keyboard.press(letter)
      await page.waitForURL(`**${path}`, { timeout: 3_000 })
    },
    { timeout: 15_000 },
  )

const readWith = (apiKey: string) =>
  send(test.url, { 'X-Api-Key': apiKey }, '{ locations(first: 1) { nodes { id } } }')

const copied = () => page.evaluate(() => navigator.clipboard.readText())

/** Confirms that a secret was stored, without which its dialog stays. */
const store = async () => {
  await page.getByLabel('I have stored it').check()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

describe('an administrator', () => {
  it('creates a key within what they may grant, is shown it once, and it works', async () => {
    await goTo('k', '/api-keys')
    await page.getByText('There is no API key').waitFor()
    await page.keyboard.press('n')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('What it is for').fill('Building management')
    const scopes = dialog.getByRole('combobox', { name: 'Scopes' })
    await scopes.click()
    await page.getByRole('option').first().waitFor()
    const offered = await page.getByRole('option').allTextContents()
    expect(offered.toSorted()).toEqual(SCOPES.toSorted())
    await scopes.fill('locations:read')
    await page.getByRole('option', { name: 'locations:read', exact: true }).click()
    await dialog.getByLabel('What it is for').click()
    await dialog.getByRole('button', { name: 'Create an API key' }).click()
    await page.getByRole('button', { name: 'Copy: Line for an .env file' }).click()
    const line = await copied()
    expect(line).toMatch(/^PLANTROOM_KEY=idt_live_\w{32}$/)
    key = line.slice(line.indexOf('=') + 1)
    await store()
    const row = page.locator('tr[data-row]', { hasText: 'Building management' })
    await row.getByText('Works').waitFor()
    await row.getByText(`…${key.slice(-4)}`).waitFor()
    expect(await page.content()).not.toContain(key)
    expect(await readWith(key)).toMatchObject({ status: 200, errors: [] })
  })

  it('revokes it by the keyboard, and it is refused', async () => {
    await page.keyboard.press('j')
    await page.keyboard.press('r')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Revoke' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.locator('tr[data-row]').getByText('Revoked', { exact: true }).waitFor()
    expect((await readWith(key)).status).toBe(401)
  })

  it('sees which keys work, which nobody has used for 90 days, and which have ended', async () => {
    await addAccess(test, owner.organizationId)
    await page.reload()
    const words = {
      Gateway: 'Works',
      Forgotten: 'for 90 days',
      Trial: 'Expired',
      Leaked: 'Revoked',
    }
    for (const [name, word] of Object.entries(words)) {
      const row = page.locator('tr[data-row]', { hasText: name })
      await row.getByText(word, { exact: true }).waitFor()
    }
    // The cursor goes through all, also those with which nothing can be done any more.
    const ended = page.locator('tr[data-row]:focus', { hasText: 'Leaked' })
    const passed: boolean[] = []
    for (const _key of ['Building management', ...Object.keys(words)]) {
      await page.keyboard.press('j')
      passed.push((await ended.count()) === 1)
    }
    expect(passed).toContain(true)
    await page.locator('[data-live="live"]').waitFor()
  })

  it('invites somebody, whose acceptance shows by itself', async () => {
    await goTo('u', '/users')
    await page.locator('tr[data-row]', { hasText: owner.email }).waitFor()
    await page.keyboard.press('n')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('E-mail address').fill(TESSA.email)
    await dialog.getByLabel('Full name').fill('Tessa Technician')
    await dialog.getByRole('combobox', { name: 'Role' }).click()
    await page.getByRole('option', { name: 'Technician' }).click()
    await dialog.getByRole('button', { name: 'Invite somebody' }).click()
    await page.getByRole('button', { name: 'Copy: Invitation' }).click()
    const token = await copied()
    await store()
    const row = page.locator('tr[data-row]', { hasText: TESSA.email })
    await row.getByText('Invited').waitFor()
    await ask(test.url, {}, AcceptInvitation, { input: { token, password: TESSA.password } })
    await row.getByText('Active').waitFor()
  })

  it('is alone in seeing what their rights allow', async () => {
    await using theirs = await browser.newContext()
    const other = await theirs.newPage()
    await signIn(other, test.url, { ...TESSA, organizationId: owner.organizationId })
    await other.getByRole('link', { name: 'Users' }).first().click()
    await other.locator('tr[data-row]', { hasText: owner.email }).waitFor()
    expect(await other.getByRole('button', { name: 'Invite somebody' }).count()).toBe(0)
    expect(await other.getByRole('button', { name: 'Actions' }).count()).toBe(0)
    expect(await other.getByRole('link', { name: /API keys|Audit/ }).count()).toBe(0)
  })

  it('suspends somebody, and nobody else: not themselves', async () => {
    const row = page.locator('tr[data-row]', { hasText: TESSA.email })
    const own = page.locator('tr[data-row]', { hasText: owner.email })
    expect(await own.getByRole('button', { name: 'Actions' }).count()).toBe(0)
    await row.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name: /^Suspend(?! and)/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await row.getByText('Suspended').waitFor()
  })

  it('reads who did it, filters by it, and takes it along as a file', async () => {
    await goTo('a', '/audit')
    const row = page.locator('tr[data-row]', { hasText: 'apiKeyRevoke' })
    await row.getByText('Olivia Owner').last().waitFor()
    await page.getByLabel('Action, as apiKeyCreate').fill('userSuspend')
    await row.waitFor({ state: 'detached' })
    await page.locator('tr[data-row]', { hasText: 'userSuspend' }).waitFor()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ])
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toContain('userSuspend,Olivia Owner')
  })

  it('caused no request to another host, no breach of the policy and no error', () => {
    expect(faults).toEqual([])
  })
})
