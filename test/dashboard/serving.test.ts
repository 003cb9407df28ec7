import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PATHS } from '../../src/dashboard/app/paths.ts'
import { startTestApp, type TestApp } from '../harness/app.ts'
import { exchange } from '../harness/raw-http.ts'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test[Symbol.asyncDispose]())

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${test.url}${path}`, { headers, redirect: 'manual' })

/** The page's script, by whatever name it was built. */
async function scriptOf(): Promise<string> {
  const page = await (await get('/')).text()
  return /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? ''
}

describe('the page of the dashboard', () => {
  it('comes with a policy that names its nonce, new each time, and no other host', async () => {
    const nonces = await Promise.all(
      [1, 2].map(async () => {
        const response = await get('/')
        const nonce = /name="csp-nonce" content="([^"]+)"/.exec(await response.text())?.[1]
        const policy = response.headers.get('content-security-policy') ?? ''
        expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`)
        expect(policy).toContain("script-src 'self';")
        expect(policy).not.toMatch(/unsafe|https?:|\*/)
        return nonce
      }),
    )
    expect(new Set(nonces).size).toBe(2)
  })

  it('is kept by whoever has it, with the policy that it came with', async () => {
    const etag = (await get('/')).headers.get('etag') ?? ''
    const again = await get('/', { 'If-None-Match': etag })
    expect(again.status).toBe(304)
    expect(again.headers.get('content-security-policy')).toBeNull()
    expect(again.headers.get('cache-control')).toBe('private, no-cache')
  })

  it.each(Object.values(PATHS).map(({ path }) => path))('is there at %s', async (path) => {
    const at = path === '/' ? path : `${path}/some-id`
    const response = await get(at, { Accept: 'text/html' })
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('<div id="root">')
  })

  it('is for browsers: whoever asks for something else is told where the API is', async () => {
    expect((await get('/webhooks', { Accept: 'application/json' })).status).toBe(404)
    expect((await get('/nothing', { Accept: 'text/html' })).status).toBe(404)
  })
})

describe('what the page loads', () => {
  it('may be kept for ever, and comes compressed as the client takes it', async () => {
    const path = await scriptOf()
    const raw = async (encoding: string) => {
      const head = `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept-Encoding: ${encoding}`
      return (await exchange(test.url, `${head}\r\n\r\n`)).body
    }
    const plain = await (await get(path, { 'Accept-Encoding': 'identity' })).text()
    expect(brotliDecompressSync(await raw('br')).toString()).toBe(plain)
    expect(gunzipSync(await raw('gzip')).toString()).toBe(plain)
    const { headers } = await get(path)
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(headers.get('content-type')).toContain('text/javascript')
  })

  it.each(['/assets/', '/assets/none.js', '/assets/..%2findex.html', '/assets/../pages.json'])(
    'is nothing else: %s',
    async (path) => {
      expect((await get(path)).status).toBe(404)
    },
  )
})
