import { mkdir, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { print } from 'graphql'
import type { Browser } from 'playwright-core'
import { startApp } from '../src/app.ts'
import { loadConfig, makeOwnSecrets } from '../src/config/config.ts'
import { makeDemo } from '../src/demo/seed-demo.ts'
import { graphql } from '../src/generated/client/index.ts'
import { makeSignInCode } from '../src/identity/sessions/sign-in-code.ts'
import { issueAccessToken } from '../src/identity/sessions/tokens.ts'
import { createLogger } from '../src/log.ts'
import { openBrowser } from '../test/dashboard/browser.ts'
import { temporaryFolder } from './temporary-folder.ts'

// Pictures of the dashboard for the README, of the demo with three receivers, one of which is ill.

const FindPlace = graphql(`
  query PicturesFindPlace {
    locations(first: 1) {
      nodes {
        id
      }
    }
  }
`)

const AddEndpoint = graphql(`
  mutation PicturesAddEndpoint($input: WebhookEndpointCreateInput!) {
    webhookEndpointCreate(input: $input) {
      userErrors {
        message
      }
    }
  }
`)

const AddWorkOrder = graphql(`
  mutation PicturesAddWorkOrder($input: WorkOrderCreateInput!) {
    workOrderCreate(input: $input) {
      userErrors {
        message
      }
    }
  }
`)

const FOLDER = path.resolve(import.meta.dirname, '../docs/images')
/** A picture too many makes every clone larger for ever. */
const MOST_BYTES = 300_000
const SIZE = { width: 1280, height: 640 }

const TITLES = [
  'Chiller reports low refrigerant',
  'Fan coil unit rattles',
  'Door of the loading bay does not close',
  'Lamp in the stairwell flickers',
  'Water heater loses pressure',
  'Badge reader at the west gate is dark',
]

const PICTURES = [
  { file: 'home.png', path: '/', colorScheme: 'light', shows: 'Failing' },
  { file: 'webhooks.png', path: '/webhooks', colorScheme: 'light', shows: 'failed in a row' },
  { file: 'deliveries.png', path: '/deliveries', colorScheme: 'dark', shows: 'Delivered' },
] as const

await using folder = await temporaryFolder('pictures')
const config = loadConfig(
  { DATA_DIR: folder.path, PORT: '0', LOG_LEVEL: 'error', WEBHOOK_RETRY_DELAYS: '300ms,1s,10m' },
  makeOwnSecrets,
)
await using app = await startApp(config, createLogger(config.logLevel), {
  prepare: (database) => makeDemo(database, config),
})
const owner = await app.database.unscoped.user.findFirstOrThrow({ where: { role: 'OWNER' } })
const { token } = await issueAccessToken(config.auth, owner.id)
await using receivers = await startReceivers()
await fill()
await using browser = await openBrowser()
await mkdir(FOLDER, { recursive: true })
let bytes = 0
for (const picture of PICTURES) bytes += await take(browser, picture)
if (bytes > MOST_BYTES) throw new Error(`The pictures have ${bytes} bytes, more than ${MOST_BYTES}`)
console.log(`${PICTURES.length} pictures, ${bytes} bytes`)

/** @returns its size */
async function take(browser: Browser, picture: (typeof PICTURES)[number]): Promise<number> {
  const { file, path: at, colorScheme, shows } = picture
  const context = await browser.newContext({
    viewport: SIZE,
    colorScheme,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  await page.goto(`${app.url}/#code=${await makeSignInCode(app.database, owner)}`)
  await page.locator('[data-live="live"]').waitFor()
  await page.goto(`${app.url}${at}`)
  await page.locator('[data-live="live"]').waitFor()
  await page.getByText(shows).first().waitFor()
  await page.screenshot({ path: path.join(FOLDER, file) })
  await context.close()
  return (await stat(path.join(FOLDER, file))).size
}

/** Endpoints, and something that is sent to them. */
async function fill(): Promise<void> {
  const endpoints = [
    { name: 'Ticket system', url: `${receivers.url}/tickets`, eventTypes: ['workorder.*'] },
    { name: 'Old accounting', url: `${receivers.url}/ill`, eventTypes: ['workorder.created'] },
    { name: 'Data lake', url: `${receivers.url}/lake`, eventTypes: ['*'] },
  ]
  for (const input of endpoints) demand((await ask(AddEndpoint, { input })).webhookEndpointCreate)
  const { locations } = await ask(FindPlace, {})
  const locationId = locations.nodes[0]?.id ?? ''
  for (const title of TITLES) {
    demand((await ask(AddWorkOrder, { input: { title, locationId } })).workOrderCreate)
  }
}

function demand({ userErrors }: { userErrors: { message: string }[] }): void {
  for (const { message } of userErrors) throw new Error(message)
}

async function ask<T, V>(document: TypedDocumentNode<T, V>, variables: V): Promise<T> {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: print(document), variables }),
  })
  const answer: { data: T; errors?: unknown } = JSON.parse(await response.text())
  if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors))
  return answer.data
}

/** Takes everything but what comes to /ill. */
async function startReceivers(): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => response.writeHead(request.url === '/ill' ? 503 : 200).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The receivers have no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
