import { createHmac } from 'node:crypto'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../harness/app.ts'
import { startReceiver, type Receiver } from '../harness/receiver.ts'
import { addOwner, openBrowser, signIn, watchFaults } from './browser.ts'
import { changeSomething } from './scene.ts'

// What an integrator does, in a real browser against a real receiver, one thing after the other.
const opened = new AsyncDisposableStack()
let test: TestApp
let receiver: Receiver
let context: BrowserContext
let page: Page
let faults: string[]
let organizationId: string
let secret = ''

beforeAll(async () => {
  test = opened.use(await startTestApp({ WEBHOOK_RETRY_DELAYS: '200ms' }))
  receiver = opened.use(await startReceiver())
  const browser = opened.use(await openBrowser())
  const owner = await addOwner(test)
  organizationId = owner.organizationId
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

describe('an integrator', () => {
  it('finds a type of event by a part of its name, and takes its example along', async () => {
    await page.keyboard.press('g')
    await page.keyboard.press('e')
    await page.getByRole('link', { name: 'workorder.created' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('sla.breached')
    await page.getByRole('link', { name: 'workorder.created' }).waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'workorder.sla.breached' }).waitFor()
    await page.keyboard.press('y')
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()), { timeout: 15_000 })
      .toContain('"type": "workorder.sla.breached"')
  })

  it('registers an endpoint, and is shown its secret once', async () => {
    await page.keyboard.press('g')
    await page.keyboard.press('w')
    await page.getByText('No endpoint is registered').waitFor()
    await page.keyboard.press('n')
    await page.getByLabel('URL').fill(receiver.url)
    await page.getByRole('combobox', { name: 'Types of events' }).fill('workorder.*')
    await page.getByRole('option', { name: 'workorder.*', exact: true }).click()
    await page.getByLabel('Name (optional)').fill('Ticket system')
    await page.getByRole('dialog').getByRole('button', { name: 'Register an endpoint' }).click()
    await page.getByRole('button', { name: 'Copy: Signing secret' }).click()
    secret = await page.evaluate(() => navigator.clipboard.readText())
    expect(secret).toMatch(/^whsec_/)
    const done = page.getByRole('button', { name: 'Done' })
    expect(await done.isDisabled()).toBe(true)
    await page.getByLabel('I have stored it').check()
    await done.click()
    await page.getByRole('heading', { level: 1, name: 'Ticket system' }).waitFor()
    expect(await page.content()).not.toContain(secret)
  })

  it('sends a test, whose signature fits the secret that was copied', async () => {
    await page.getByRole('button', { name: 'Send a test' }).click()
    const [sent] = await receiver.waitFor(1)
    await page.getByText('The test was answered with 200').waitFor()
    const [, time, signature] =
      /^t=(\d+),v1=(\w+)$/.exec(String(sent?.headers['x-infodeck-signature'])) ?? []
    const expected = createHmac('sha256', secret).update(`${time}.${sent?.body}`).digest('hex')
    expect(signature).toBe(expected)
  })

  it('has a pasted request checked without it leaving the browser', async () => {
    const [sent] = receiver.received
    await page.getByRole('tab', { name: 'Signing' }).click()
    await page
      .getByLabel('x-infodeck-signature')
      .fill(String(sent?.headers['x-infodeck-signature']))
    await page.getByLabel('Raw body').fill(sent?.body ?? '')
    await page.getByLabel('Signing secret').fill(secret)
    await page.getByRole('button', { name: 'Check', exact: true }).click()
    await page.getByText('Genuine: the signature fits.').waitFor()
    await page.getByLabel('Raw body').fill(`${sent?.body} `)
    await page.getByRole('button', { name: 'Check', exact: true }).click()
    await page.getByText('It does not fit').waitFor()
  })

  it('sees why nothing arrives, and the rest drain once the receiver is repaired', async () => {
    await page.keyboard.press('g')
    await page.keyboard.press('h')
    await page.getByText('Nothing needs you.').waitFor()
    receiver.answer = () => ({ status: 503, body: 'out of order' })
    await changeSomething(test, organizationId)
    const failing = page.locator('tr[data-row]', { hasText: 'Failing' })
    await failing.getByText('unless one succeeds').waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.locator('[data-sentence]', { hasText: 'failed in a row since' }).waitFor()
    await page.getByRole('tab', { name: 'Deliveries' }).click()
    const row = page.locator('tr[data-row]').first()
    await row.getByText('503').waitFor()
    await row.getByRole('link', { name: 'workorder.created' }).click()
    await page.getByText('out of order').first().waitFor()
    receiver.answer = undefined
    await page.getByText('Delivered', { exact: true }).waitFor()
    await page.getByRole('link', { name: /Ticket system/ }).click()
    await page.locator('[data-sentence]', { hasText: 'Everything is delivered.' }).waitFor()
    await page.getByRole('link', { name: 'Home', exact: true }).click()
    await page.getByText('Nothing needs you.').waitFor()
    await page.goBack()
    await page.getByRole('tab', { name: 'Replays' }).waitFor()
  })

  it('replays by a plan that says what it would do first', async () => {
    await page.getByRole('tab', { name: 'Replays' }).click()
    await page.getByRole('button', { name: 'Plan a replay' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Delivered', { exact: true }).click()
    await dialog.getByRole('button', { name: 'Show what it would do' }).click()
    await dialog.getByText('1 delivery would be sent once more').waitFor()
    const before = receiver.received.length
    await dialog.getByRole('button', { name: 'Send 1 delivery' }).click()
    await receiver.waitFor(before + 1)
    await page.getByText('Completed').waitFor()
  })

  it('rotates the secret with both signing for a while', async () => {
    await page.getByRole('tab', { name: 'Signing' }).click()
    await page.getByRole('button', { name: 'Rotate the secret' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate the secret' }).click()
    await page.getByLabel('I have stored it').check()
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByText('The previous secret signs too until').waitFor()
  })

  it('caused no request to another host, no breach of the policy and no error', () => {
    expect(faults).toEqual([])
  })
})
