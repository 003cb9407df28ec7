import { describe, expect, it } from 'vitest'
import { AttemptError } from '../../src/delivery/attempt/attempt-error.ts'
import { type VettedAddress, vetHost } from '../../src/delivery/attempt/guard.ts'
import {
  faultOfAddress,
  faultOfTarget,
  hostOf,
  type TargetPolicy,
} from '../../src/webhooks/endpoints/target-url.ts'

const CLOSED: TargetPolicy = { allowedCidrs: [], allowHttp: false }
const OPENED: TargetPolicy = {
  allowedCidrs: ['127.0.0.0/8', '::1/128', '10.20.0.0/16', 'fd00:1::/32'],
  allowHttp: true,
}

/** No look-up leaves the machine: a name's addresses come from the table, like an attacker's. */
const resolveTo =
  (...addresses: string[]) =>
  async (): Promise<VettedAddress[]> =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

async function refusalOf(
  text: string,
  addresses: string[],
  policy = CLOSED,
): Promise<string | undefined> {
  const fault = faultOfTarget(text, policy)
  if (fault !== undefined) return fault
  try {
    await vetHost(hostOf(new URL(text)), policy, resolveTo(...addresses))
    return undefined
  } catch (error) {
    if (error instanceof AttemptError) return error.failure
    throw error
  }
}

/** The words of a text, without its comments. */
function list(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !line.trim().startsWith('#'))
    .flatMap((line) => line.split(' '))
    .filter((word) => word !== '')
}

const REFUSED_ADDRESSES = list(`
  # This network and the machine itself
  0.0.0.0 0.0.0.1 0.1.2.3 127.0.0.1 127.0.0.2 127.1.2.3 127.255.255.254
  # Private
  10.0.0.0 10.0.0.1 10.255.255.255 172.16.0.1 172.20.10.2 172.31.255.255
  192.168.0.1 192.168.1.1 192.168.255.255
  # Shared address space, also Alibaba's metadata
  100.64.0.0 100.100.100.200 100.127.255.255
  # Link-local, with the metadata of the big clouds
  169.254.0.1 169.254.169.254 169.254.170.2 169.254.255.255
  # Protocol assignments (Oracle's metadata), documentation, 6to4 relays, benchmarking
  192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255
  198.51.100.7 203.0.113.9 192.31.196.1 192.52.193.1 192.175.48.1
  # Azure's platform
  168.63.129.16
  # Multicast, reserved, broadcast
  224.0.0.1 239.255.255.250 240.0.0.1 250.1.2.3 255.255.255.255
  # Unspecified, loopback, IPv4-compatible, IPv4-mapped
  :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1
  ::ffff:169.254.169.254 ::ffff:8.8.8.8 ::ffff:7f00:1 ::ffff:0:127.0.0.1
  # NAT64, also the local one
  64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::808:808 64:ff9b:1::1
  # 6to4 and Teredo, whatever they hold
  2002:7f00:1::1 2002:a00:1:: 2002:808:808::1 2001::1 2001:0:4136:e378::1
  # Discard, benchmarking, documentation, ORCHID, AS112
  100::1 2001:2::1 2001:db8::1 2001:db8:ffff::1 3fff::1 3fff:fff::1
  2001:10::1 2001:20::1 2001:30::1 2001:4:112::1 2620:4f:8000::1 2001:1::1
  # Unique local (AWS's and Google's metadata), link-local, site-local, multicast
  fc00::1 fd00::1 fd00:ec2::254 fd20:ce::254 fe80::1 febf::1 fec0::1 ff02::1 ff0e::1
  # Not given out to anybody
  1::1 200::1 4000::1 5f00::1 8000::1 e000::1
`)

const OTHER_PORTS = [0, 1, 21, 22, 23, 25, 53, 80, 110, 143, 389, 445, 465, 587, 993]

const REFUSED_URLS = [
  '',
  `https://example.com/${'a'.repeat(2_040)}`,
  ...OTHER_PORTS.map((port) => `https://example.com:${port}/`),
  ...list(`
  # Not HTTPS
  http://example.com/ ftp://example.com/ file:///etc/passwd gopher://example.com/
  ws://example.com/ javascript:alert(1) data:text/plain,x example.com //example.com
  # Credentials
  https://user@example.com/ https://user:pass@example.com/ https://:pass@example.com/
  https://example.com:443@127.0.0.1/
  # No port
  https://example.com:70000/
  # This machine by name
  https://localhost/ https://LOCALHOST/ https://localhost./ https://api.localhost/
  # One address, many spellings: short, decimal, octal, hexadecimal, mixed, full-width, escaped
  https://127.0.0.1/ https://127.1/ https://127.0.1/ https://2130706433/ https://0x7f000001/
  https://0x7f.0x0.0x0.0x1/ https://0x7f.1/ https://017700000001/ https://0177.0.0.1/
  https://0177.1/ https://127.0.0.1./ https://0/ https://0x0/
  https://１２７.０.０.１/ https://127。0。0。1/ https://%31%32%37.0.0.1/
  https://0xa9fea9fe/ https://2852039166/ https://0251.0376.0251.0376/ https://169.254.43518/
  https://0xA9.254.0xA9.0xFE/ https://10.1/ https://0xc0a80101/
  # Bracketed IPv6
  https://[::1]/ https://[::]/ https://[0:0:0:0:0:0:0:1]/ https://[::ffff:127.0.0.1]/
  https://[::ffff:7f00:1]/ https://[0:0:0:0:0:ffff:127.0.0.1]/ https://[::127.0.0.1]/
  https://[fe80::1]/ https://[fd00:ec2::254]/ https://[64:ff9b::169.254.169.254]/
  https://[2002:7f00:1::]/ https://[::1]:8443/
`),
]

const ALLOWED = [
  'https://example.com/',
  'https://example.com/hooks?tenant=7',
  'https://EXAMPLE.com:443/',
  'https://example.com:8443/',
  'https://example.com:1024/',
  'https://example.com:65535/',
  'https://xn--bcher-kva.example/',
  'https://8.8.8.8/',
  'https://1.1.1.1:8443/',
  'https://[2606:4700:4700::1111]/',
  'https://localhost.example.com/',
]

describe('the target guard', () => {
  it.each(REFUSED_ADDRESSES)('refuses the address %s', (address) => {
    expect(faultOfAddress(address, CLOSED)).toMatch(/not a public address/)
  })

  it.each(REFUSED_ADDRESSES)('refuses a name that leads to %s', async (address) => {
    expect(await refusalOf('https://hooks.example.com/', [address])).toBe('guard.private_address')
  })

  it.each(REFUSED_URLS)('refuses the target %s', (url) => {
    expect(faultOfTarget(url, CLOSED)).toBeTypeOf('string')
  })

  it.each(ALLOWED)('lets %s through', async (url) => {
    expect(await refusalOf(url, ['93.184.215.14', '2606:2800:21f:cb07::1'])).toBeUndefined()
  })

  it('is asked about more than 150 targets', () => {
    expect(new Set([...REFUSED_ADDRESSES, ...REFUSED_URLS]).size).toBeGreaterThan(150)
  })

  it('refuses a name when only one of its addresses leads inside', async () => {
    const url = 'https://hooks.example.com/'
    expect(await refusalOf(url, ['8.8.8.8', '10.0.0.1'])).toBe('guard.private_address')
    expect(await refusalOf(url, ['8.8.8.8', '::1'])).toBe('guard.private_address')
    expect(await refusalOf(url, [])).toBe('dns.not_found')
  })

  it('connects only to what it has vetted: the name is looked up once', async () => {
    let asked = 0
    const rebinding = async (): Promise<VettedAddress[]> => [
      { address: asked++ === 0 ? '93.184.215.14' : '127.0.0.1', family: 4 },
    ]
    const vetted = await vetHost('hooks.example.com', CLOSED, rebinding)
    expect(vetted).toEqual([{ address: '93.184.215.14', family: 4 }])
    expect(asked).toBe(1)
    await expect(vetHost('hooks.example.com', CLOSED, rebinding)).rejects.toThrow(AttemptError)
  })

  it('tells tenants that a name is not allowed, and only the operator which address it has', async () => {
    const vetting = vetHost('inside.example.com', CLOSED, resolveTo('10.20.30.40'))
    await expect(vetting).rejects.toMatchObject({
      message: 'inside.example.com is not an allowed target',
      detail: '10.20.30.40 is not a public address',
    })
  })

  it('opens exactly what the policy opens', async () => {
    expect(faultOfTarget('http://localhost:4100/', OPENED)).toBeUndefined()
    expect(faultOfTarget('http://127.0.0.1/', OPENED)).toBeUndefined()
    expect(faultOfTarget('http://example.com:80/', OPENED)).toBeUndefined()
    expect(faultOfTarget('http://[::1]:4100/', OPENED)).toBeUndefined()
    expect(faultOfTarget('http://example.com:22/', OPENED)).toBeTypeOf('string')
    expect(faultOfTarget('ftp://example.com/', OPENED)).toBeTypeOf('string')
    expect(await refusalOf('https://erp.example.com/', ['10.20.3.4'], OPENED)).toBeUndefined()
    expect(await refusalOf('https://erp.example.com/', ['fd00:1::5'], OPENED)).toBeUndefined()
    const closed = ['10.21.0.1', '192.168.1.1', '::ffff:127.0.0.1', 'fd00:2::5']
    expect(closed.filter((address) => faultOfAddress(address, OPENED) === undefined)).toEqual([])
  })
})
