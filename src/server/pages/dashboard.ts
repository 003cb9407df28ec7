import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { HttpRefusal } from '../http/answers.ts'
import type { Exchange } from '../http/router.ts'
import type { Encoding, StaticFile } from './static-file.ts'

/** Where the build of the dashboard (scripts/build-dashboard.ts) puts everything. */
const BUILT = path.resolve(import.meta.dirname, '../../generated/pages')
const ASSETS = '/assets/'
const NAME = /^[\w.-]+\.(js|css|svg)$/
const TYPES: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}
const SUFFIX: Record<Encoding, string> = { br: '.br', gzip: '.gz', identity: '' }
const NONCE = '%NONCE%'

export interface Dashboard {
  /** Whether the page, which chooses its screen by the address, answers this path. */
  hasScreen(path: string): boolean
  servePage(exchange: Exchange): void
  /** @throws HttpRefusal 404 */
  findAsset(path: string): Promise<StaticFile>
}

/**
 * The dashboard as it was built at install; undefined in an installation without it.
 * @param folder where it was built, for tests
 */
export function openDashboard(folder = BUILT): Dashboard | undefined {
  const list = path.join(folder, 'pages.json')
  if (!existsSync(list)) return undefined
  const { folders }: { folders: string[] } = JSON.parse(readFileSync(list, 'utf8'))
  const screens = new Set(folders)
  const page = readFileSync(path.join(folder, 'index.html'), 'utf8')
  const etag = `W/"${createHash('sha256').update(page).digest('base64url').slice(0, 22)}"`
  const assets = new Map<string, Promise<StaticFile>>()
  return {
    hasScreen: (at) => at === '/' || screens.has(at.split('/')[1] ?? ''),
    servePage: (exchange) => servePage(exchange, page, etag),
    async findAsset(at) {
      const name = at.slice(ASSETS.length)
      if (!NAME.test(name)) throw nothingHere()
      const known = assets.get(name)
      if (known !== undefined) return await known
      const file = path.join(folder, 'assets', name)
      if (!existsSync(file)) throw nothingHere()
      const made = Promise.resolve(openAsset(file, name))
      assets.set(name, made)
      return await made
    },
  }
}

export const isAsset = (at: string) => at.startsWith(ASSETS)

const nothingHere = () => new HttpRefusal(404, 'There is nothing here')

/** Read when it is first asked for, then kept; in the forms that the build made. */
function openAsset(file: string, name: string): StaticFile {
  const kept = new Map<Encoding, Promise<Buffer>>()
  return {
    // The name changes with the content.
    etag: name,
    headers: {
      'content-type': TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'text/plain',
      'cache-control': 'public, max-age=31536000, immutable',
    },
    isSmall: !existsSync(file + SUFFIX.gzip),
    bytesFor(encoding) {
      const bytes = kept.get(encoding) ?? readFile(file + SUFFIX[encoding])
      kept.set(encoding, bytes)
      return bytes
    },
  }
}

/**
 * Styles are allowed by a nonce, new for every answer: the kit makes style sheets as it goes. Who has
 * the page already keeps it with the policy that it came with, so that answer brings no other one.
 */
function servePage({ request, response }: Exchange, page: string, etag: string): void {
  const told = { 'cache-control': 'private, no-cache', etag }
  if (request.headers['if-none-match']?.includes(etag) === true) {
    response.removeHeader('content-security-policy')
    response.writeHead(304, told).end()
    return
  }
  const nonce = randomBytes(18).toString('base64url')
  const text = page.replace(NONCE, nonce)
  response.writeHead(200, {
    ...told,
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'content-security-policy': policyWith(nonce),
  })
  response.end(text)
}

function policyWith(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
