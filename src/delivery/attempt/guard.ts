import dns from 'node:dns/promises'
import { isIP } from 'node:net'
import { faultOfAddress, type TargetPolicy } from '../../webhooks/endpoints/target-url.ts'
import { AttemptError } from './attempt-error.ts'

export interface VettedAddress {
  address: string
  family: 4 | 6
}

/** Addresses of a name; the system's resolver unless a test puts another in. */
export type Resolve = (name: string) => Promise<VettedAddress[]>

/**
 * The addresses that a host may be connected to: looked up once, all of them vetted, and handed to
 * the socket as they are, so that no second look-up can answer differently (DNS rebinding). One
 * refused address refuses the host: a name that leads inside as well as outside is not a mistake.
 *
 * Runs for every new connection. An attempt on a kept one goes to an address vetted when it was
 * opened, and connections are closed after some minutes whatever their use.
 * @throws AttemptError dns.* or guard.private_address
 */
export async function vetHost(
  host: string,
  policy: TargetPolicy,
  resolve: Resolve = resolveName,
): Promise<VettedAddress[]> {
  const family = isIP(host)
  const addresses =
    family === 0 ? await resolve(host) : [{ address: host, family: family === 4 ? 4 : 6 } as const]
  if (addresses.length === 0) throw new AttemptError('dns.not_found', `${host} has no address`)
  for (const { address } of addresses) {
    const fault = faultOfAddress(address, policy)
    // What an inside name leads to is for nobody to know who may only name it.
    if (fault !== undefined) {
      throw new AttemptError('guard.private_address', `${host} is not an allowed target`, fault)
    }
  }
  return addresses
}

/** Per try, doubled for the second one: together less than a connection may take. */
const resolver = new dns.Resolver({ timeout: 1_000, tries: 2 })

/**
 * Asks the name servers directly: getaddrinfo works in one of libuv's four threads and cannot be
 * called off, so that four names with dead servers would stop everybody's look-ups. What the name
 * servers do not know may still be in the hosts file, which getaddrinfo answers at once.
 */
async function resolveName(name: string): Promise<VettedAddress[]> {
  if (!name.includes('.')) return lookUp(name)
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
  const found: VettedAddress[] = [
    ...(v4.status === 'fulfilled' ? v4.value : []).map((address) => ({
      address,
      family: 4 as const,
    })),
    ...(v6.status === 'fulfilled' ? v6.value : []).map((address) => ({
      address,
      family: 6 as const,
    })),
  ]
  if (found.length > 0) return found
  const reason = v4.status === 'rejected' ? codeOf(v4.reason) : 'ENODATA'
  if (reason === 'ETIMEOUT') {
    throw new AttemptError('dns.timeout', `The name servers did not answer for ${name}`)
  }
  return lookUp(name)
}

async function lookUp(name: string): Promise<VettedAddress[]> {
  try {
    const found = await dns.lookup(name, { all: true, verbatim: false })
    return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOTFOUND' || code === 'ENODATA') {
      throw new AttemptError('dns.not_found', `${name} was not found`)
    }
    throw new AttemptError('dns.failed', `${name} could not be looked up (${code})`)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
