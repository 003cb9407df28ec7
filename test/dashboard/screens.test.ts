import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PATHS } from '../../src/dashboard/app/paths.ts'
import { startTestApp, type TestApp } from '../harness/app.ts'
import { addOwner, openBrowser, type Person, signIn, watchFaults } from './browser.ts'
import { fillOrganization, type Filled } from './scene.ts'

// Every screen, in both themes and at two widths, as axe and a keyboard find it.
const opened = new AsyncDisposableStack()
let test: TestApp
let browser: Browser
let owner: Person
let filled: Filled

beforeAll(async () => {
  test = opened.use(await startTestApp())
  browser = opened.use(await openBrowser())
  owner = await addOwner(test)
  filled = opened.use(await fillOrganization(test, owner.organizationId))
})
afterAll(() => opened.disposeAsync())

/** Where `n` opens a form. */
const WITH_DIALOG = {
  Webhooks: PATHS.webhooks.path,
  'API keys': PATHS.apiKeys.path,
  Users: PATHS.users.path,
}

/** Goes there without loading the page anew, as a link would. */
async function open(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => history.pushState(null, '', to), path)
  await page.locator('h1').first().waitFor()
  await page.locator('.loading').first().waitFor({ state: 'detached' })
}

interface AxeFinding {
  id: string
  nodes: { html: string; failureSummary: string }[]
}

async function audit(page: Page): Promise<string[]> {
  const findings = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: AxeFinding[] }> }
    }
    return (await axe.run()).violations
  })
  return findings.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  )
}

/** Smaller targets than 24 px (WCAG 2.5.8), and what makes the page scroll sideways (1.4.10). */
const measure = (page: Page) =>
  page.evaluate(() => {
    const small = [...document.querySelectorAll('button, [role="tab"], input:not([type="hidden"])')]
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ element, box }) => box.width > 0 && element.closest('.visually-hidden') === null)
      .filter(({ element, box }) => {
        const label = element
          .closest('label, [class*="Checkbox-body"], .mantine-MultiSelect-input')
          ?.getBoundingClientRect()
        return Math.max(box.height, label?.height ?? 0) < 23.5
      })
      .map(({ element }) => element.outerHTML.slice(0, 160))
    const root = document.documentElement
    return { small, overflow: Math.max(0, root.scrollWidth - root.clientWidth) }
  })

function screens(): [string, string][] {
  return [
    ...Object.entries(PATHS).map(([name, { path }]): [string, string] => [name, path]),
    ...filled.screens,
  ]
}

describe.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 360],
  ['dark', 360],
] as const)('every screen in %s at %i px', (colorScheme, width) => {
  it('passes axe, has targets one can hit, and needs no scrolling to the side', async () => {
    await using context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme,
      reducedMotion: 'reduce',
    })
    context.setDefaultTimeout(15_000)
    const faults = watchFaults(context, test.url)
    const page = await context.newPage()
    await signIn(page, test.url, owner)
    await page.evaluate(axe.source)
    const found: Record<string, unknown> = {}
    for (const [name, path] of screens()) {
      await open(page, path)
      const violations = await audit(page)
      const { small, overflow } = await measure(page)
      if (violations.length + small.length + overflow > 0) {
        found[name] = { violations, small, overflow }
      }
    }
    for (const [title, path] of Object.entries(WITH_DIALOG)) {
      await open(page, path)
      // Said when the keys of the screen work.
      await expect.poll(() => page.title(), { timeout: 15_000 }).toMatch(title)
      await page.keyboard.press('n')
      const dialog = page.getByRole('dialog')
      await dialog.waitFor()
      const violations = await audit(page)
      if (violations.length > 0) found[`dialog of ${path}`] = { violations }
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
    }
    expect(found).toEqual({})
    expect(faults).toEqual([])
  })
})
