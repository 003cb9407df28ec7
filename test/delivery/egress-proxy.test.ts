import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ConfigError, loadConfig, makeOwnSecrets } from '../../src/config/config.ts'
import { createConnector } from '../../src/delivery/attempt/connect.ts'
import { graphql } from '../../src/generated/client/index.ts'
import {
  addOrganization,
  ask,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../harness/app.ts'
import { makeAuthority } from '../harness/certificate.ts'
import { type Proxy, startProxy } from '../harness/connect-proxy.ts'
import { CreateEndpoint, CreateLocation } from '../harness/documents.ts'
import { freePort, until } from '../harness/process.ts'
import { type Receiver, startReceiver, verifyInfodeck } from '../harness/receiver.ts'

const ReadLog = graphql(`
  query ProxyLog($id: ID!) {
    webhookEndpoint(id: $id) {
      health {
        status
        consecutiveFailures
        failingSince
      }
    }
    webhookDeliveries(endpointId: $id) {
      nodes {
        status
        lastFailure
        attempts {
          attempt
          succeeded
          failure
          error
          remoteAddress
          connectMs
        }
      }
    }
  }
`)

const started: AsyncDisposableStack[] = []
afterEach(async () => {
  for (const stack of started.splice(0)) await stack.disposeAsync()
})

interface Stage {
  test: TestApp
  org: TestOrganization
  endpointId: string
  secret: string
  happen(name: string): Promise<void>
  log(): ReturnType<typeof readLog>
}

const readLog = (test: TestApp, org: TestOrganization, id: string) =>
  ask(test.url, org.owner, ReadLog, { id })

async function startStage(
  proxyUrl: string,
  receiverUrl: string,
  env: Record<string, string> = {},
): Promise<Stage> {
  const stack = new AsyncDisposableStack()
  started.push(stack)
  const test = stack.use(await startTestApp({ WEBHOOK_EGRESS_PROXY: proxyUrl, ...env }))
  const org = await addOrganization(test)
  const answer = await ask(test.url, org.owner, CreateEndpoint, {
    input: { url: receiverUrl, eventTypes: ['location.created'] },
  })
  const endpointId = answer.webhookEndpointCreate.endpoint?.id ?? ''
  return {
    test,
    org,
    endpointId,
    secret: answer.webhookEndpointCreate.signingSecret ?? '',
    async happen(name) {
      await ask(test.url, org.owner, CreateLocation, { input: { name, kind: 'LOCATION' } })
    },
    log: () => readLog(test, org, endpointId),
  }
}

/** Until a request goes through a tunnel that another one has opened. */
async function happenUntilKept(stage: Stage, receiver: Receiver, proxy: Proxy): Promise<void> {
  await until('a tunnel that is used again', async () => {
    await stage.happen(`event ${receiver.received.length}`)
    await receiver.waitFor(receiver.received.length + 1)
    return proxy.heads.length < receiver.received.length
  })
}

describe('egress proxy', () => {
  it('carries every delivery to the vetted address, with the credentials it asks for', async () => {
    await using receiver = await startReceiver()
    await using proxy = await startProxy()
    const target = new URL(receiver.url)
    const stage = await startStage(
      `http://user:p%40ss@127.0.0.1:${proxy.port}`,
      receiver.url.replace('127.0.0.1', 'localhost'),
    )
    await happenUntilKept(stage, receiver, proxy)
    const { received } = receiver
    for (const each of received) verifyInfodeck(each, stage.secret)
    expect(received[0]?.headers.host).toBe(`localhost:${target.port}`)
    // Told the address and not the name.
    expect(proxy.heads[0]).toMatch(
      new RegExp(`^CONNECT (127\\.0\\.0\\.1|\\[::1\\]):${target.port} HTTP/1\\.1\\r\\n`),
    )
    expect(proxy.heads[0]).toContain(
      `Proxy-Authorization: Basic ${Buffer.from('user:p@ss').toString('base64')}\r\n`,
    )
    await until('the log', async () => {
      const { webhookDeliveries } = await stage.log()
      return webhookDeliveries.nodes.every((node) => node.status === 'SUCCEEDED')
    })
    const { webhookDeliveries } = await stage.log()
    const attempts = webhookDeliveries.nodes.flatMap((node) => node.attempts)
    expect(attempts.every((attempt) => attempt.succeeded)).toBe(true)
    for (const { remoteAddress } of attempts) expect(remoteAddress).toMatch(/^(127\.0\.0\.1|::1)$/)
    // Of those that opened a tunnel.
    expect(attempts.filter((attempt) => attempt.connectMs !== null).length).toBe(proxy.heads.length)
  })

  it('that cannot be reached is not charged to the endpoint, sets nothing aside, and is passed when it is back', async () => {
    await using receiver = await startReceiver()
    const port = await freePort()
    const stage = await startStage(`http://127.0.0.1:${port}`, receiver.url, {
      WEBHOOK_RETRY_DEADLINE: '200ms',
    })
    await stage.happen('one')
    await until('some attempts after the deadline', async () => {
      const { webhookDeliveries } = await stage.log()
      return (webhookDeliveries.nodes[0]?.attempts.length ?? 0) >= 5
    })
    const { webhookEndpoint, webhookDeliveries } = await stage.log()
    expect(webhookDeliveries.nodes[0]).toMatchObject({
      status: 'PENDING',
      lastFailure: 'proxy.unreachable',
    })
    expect(webhookEndpoint?.health).toEqual({
      status: 'UNKNOWN',
      consecutiveFailures: 0,
      failingSince: null,
    })
    await using proxy = await startProxy(port)
    await receiver.waitFor(1)
    expect(proxy.heads.length).toBe(1)
    await until(
      'the log',
      async () => (await stage.log()).webhookEndpoint?.health.status === 'HEALTHY',
    )
  })

  it.each([
    [403, 'proxy.refused', 'The proxy answered 403 to CONNECT'],
    [407, 'proxy.refused', 'The proxy answered 407 to CONNECT'],
    [503, 'proxy.refused', 'The proxy answered 503 to CONNECT'],
    ['nonsense', 'proxy.refused', 'The proxy does not answer in HTTP'],
    ['close', 'proxy.closed', 'The proxy closed the connection before there was a tunnel'],
    ['hang', 'proxy.timeout', 'The proxy opened no tunnel within'],
    [502, 'connect.unreachable', 'The proxy answered 502 to CONNECT'],
    [504, 'connect.timeout', 'The proxy answered 504 to CONNECT'],
  ] as const)('that answers with %s is logged as %s', async (behaviour, failure, error) => {
    await using receiver = await startReceiver()
    await using proxy = await startProxy(0, behaviour)
    const stage = await startStage(`http://127.0.0.1:${proxy.port}`, receiver.url, {
      WEBHOOK_CONNECT_TIMEOUT: '300ms',
      WEBHOOK_RETRY_DELAYS: '1h',
    })
    await stage.happen('one')
    await until('an attempt', async () => {
      const { webhookDeliveries } = await stage.log()
      return webhookDeliveries.nodes[0]?.attempts.length === 1
    })
    const { webhookEndpoint, webhookDeliveries } = await stage.log()
    const [attempt] = webhookDeliveries.nodes[0]?.attempts ?? []
    expect(attempt).toMatchObject({ failure, error: expect.stringContaining(error) })
    const isOurs = failure.startsWith('proxy.')
    expect(webhookEndpoint?.health.consecutiveFailures).toBe(isOurs ? 0 : 1)
    expect(receiver.received.length).toBe(0)
  })

  it('changes nothing about the guard: a name that leads inside is refused before the proxy is asked', async () => {
    await using proxy = await startProxy()
    const open = createConnector({
      policy: { allowedCidrs: [], allowHttp: true },
      connectTimeoutMs: 1_000,
      resolve: async () => [
        { address: '203.0.113.10', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
      proxy: { host: '127.0.0.1', port: proxy.port, secure: false, authorization: undefined },
    })
    const opening = open({ host: 'inside.example.com', port: 8080, secure: false }, {})
    await expect(opening).rejects.toMatchObject({ failure: 'guard.private_address' })
    expect(proxy.heads).toEqual([])
  })

  it('tries the next vetted address when the proxy cannot reach one', async () => {
    await using proxy = await startProxy(0, 502)
    const open = createConnector({
      policy: { allowedCidrs: ['127.0.0.0/8'], allowHttp: true },
      connectTimeoutMs: 2_000,
      resolve: async () => [
        { address: '127.0.0.2', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
      proxy: { host: '127.0.0.1', port: proxy.port, secure: false, authorization: undefined },
    })
    const port = 8443
    const opening = open({ host: 'two.example.com', port, secure: false }, {})
    await expect(opening).rejects.toMatchObject({ failure: 'connect.unreachable' })
    expect(proxy.heads.map((head) => head.split(' ')[1])).toEqual([
      `127.0.0.2:${port}`,
      `127.0.0.1:${port}`,
    ])
  })

  describe('over TLS', () => {
    const trusted = getCACertificates('default')
    const authority = makeAuthority()
    const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000)
    const valid = { from: inHours(-2), to: inHours(2) }
    beforeAll(() => setDefaultCACertificates([...trusted, authority.cert]))
    afterAll(() => setDefaultCACertificates(trusted))

    it.each([
      ['127.0.0.1', []],
      ['localhost', ['localhost']],
    ])('carries every delivery, called %s', async (address, names) => {
      await using receiver = await startReceiver()
      await using proxy = await startProxy(0, 'tunnel', authority.issue({ address, ...valid }))
      const stage = await startStage(`https://user:pass@${address}:${proxy.port}`, receiver.url)
      await happenUntilKept(stage, receiver, proxy)
      for (const each of receiver.received) verifyInfodeck(each, stage.secret)
      expect(proxy.heads[0]).toContain('Proxy-Authorization: Basic ')
      expect([...new Set(proxy.names)]).toEqual(names)
    })

    it.each([
      ['another name', authority.issue({ address: '127.0.0.2', ...valid })],
      [
        'an authority that nobody trusts',
        makeAuthority().issue({ address: '127.0.0.1', ...valid }),
      ],
    ])('is told nothing with a certificate of %s', async (_of, certificate) => {
      await using receiver = await startReceiver()
      await using proxy = await startProxy(0, 'tunnel', certificate)
      const stage = await startStage(`https://user:pass@127.0.0.1:${proxy.port}`, receiver.url)
      await stage.happen('one')
      await until('the log', async () => {
        const { webhookDeliveries } = await stage.log()
        return webhookDeliveries.nodes[0]?.lastFailure === 'proxy.unreachable'
      })
      expect(proxy.heads).toEqual([])
      expect(receiver.received).toEqual([])
    })
  })

  it('is a URL with a host and nothing behind it', () => {
    const load = (url: string) => loadConfig({ WEBHOOK_EGRESS_PROXY: url }, makeOwnSecrets)
    expect(load('https://user@proxy.example.com').webhooks.egressProxy).toEqual({
      host: 'proxy.example.com',
      port: 443,
      secure: true,
      authorization: `Basic ${Buffer.from('user:').toString('base64')}`,
    })
    expect(load('').webhooks.egressProxy).toBeUndefined()
    for (const url of ['proxy:3128', 'socks5://proxy:1080', 'http://proxy:3128/path']) {
      expect(() => load(url)).toThrow(ConfigError)
    }
  })
})
