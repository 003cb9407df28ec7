import ipaddr from 'ipaddr.js'

/** What an installation opens beyond public HTTPS targets. */
export interface TargetPolicy {
  /** Address ranges that are let through although they are not public: "10.1.0.0/16". */
  allowedCidrs: readonly string[]
  allowHttp: boolean
}

const MAX_URL_LENGTH = 2_048
/** RFC 1035, 2.3.4 */
const MAX_NAME_LENGTH = 253
const MAX_LABEL_LENGTH = 63
/** Also underscores, which names of containers have. */
const LABEL = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/
const HTTPS_PORTS = new Set([443, 8443])
const FIRST_USER_PORT = 1_024

/**
 * What is wrong with a webhook target as far as its text tells, or undefined. Checked when an
 * endpoint is saved and again before every attempt, because the policy may have been tightened
 * since. Where a name leads to is looked at only when connecting.
 */
export function faultOfTarget(text: string, policy: TargetPolicy): string | undefined {
  if (text.length > MAX_URL_LENGTH) return `must have at most ${MAX_URL_LENGTH} characters`
  const fault = faultOfText(text)
  if (fault !== undefined) return fault
  const url = URL.parse(text)
  if (url === null) return 'must be a URL'
  if (url.href.length > MAX_URL_LENGTH) {
    return `must have at most ${MAX_URL_LENGTH} characters once it is escaped`
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && policy.allowHttp)) {
    return 'must start with https://'
  }
  if (!isAllowedPort(url, policy)) {
    return `port ${url.port === '' ? 80 : url.port} is not allowed; use 443, 8443 or one from ${FIRST_USER_PORT} up`
  }
  if (url.hostname.endsWith('.')) return 'must name a host without a dot at its end'
  return faultOfHost(hostOf(url), policy)
}

/** Controls, spaces of every kind, and what is not seen: parsers drop some of them in silence. */
const UNSEEN = /[\s\p{C}\p{Z}]/u

/**
 * What is wrong with the text of a URL before it is parsed: a parser mends what people have not
 * meant, and others that read the stored text would mend it otherwise.
 */
function faultOfText(text: string): string | undefined {
  if (UNSEEN.test(text)) return 'must not contain spaces, control or invisible characters'
  if (text.includes('\\')) return 'must not contain a backslash'
  const [, scheme = '', authority = '', rest = ''] =
    /^([a-z]+):\/\/([^/?#]*)(.*)$/i.exec(text) ?? []
  if (scheme === '') return 'must start with https://'
  if (authority === '') return 'must name a host'
  if (authority.includes('@')) {
    return 'must not contain a user name or password; use a custom header'
  }
  if (authority.includes('%')) return 'must name its host without escapes'
  if (rest.includes('#')) return 'must not contain a fragment (#…): it is never sent'
  return authority.endsWith(':') ? 'must name a port behind the colon, or none' : undefined
}

/** The host without the brackets of IPv6 and the dot that makes a name absolute. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

function isAllowedPort(url: URL, policy: TargetPolicy): boolean {
  if (url.port === '') return url.protocol === 'https:' || policy.allowHttp
  const port = Number(url.port)
  return HTTPS_PORTS.has(port) || port >= FIRST_USER_PORT || (port === 80 && policy.allowHttp)
}

function faultOfHost(host: string, policy: TargetPolicy): string | undefined {
  if (ipaddr.isValid(host)) return faultOfAddress(host, policy)
  // RFC 6761: these names are the machine itself, wherever they are looked up.
  if (host === 'localhost' || host.endsWith('.localhost')) {
    return faultOfAddress('127.0.0.1', policy) === undefined
      ? undefined
      : `${host} is not a public address`
  }
  if (host === '') return 'must name a host'
  if (host.length > MAX_NAME_LENGTH) {
    return `must name a host of at most ${MAX_NAME_LENGTH} characters`
  }
  return host
    .split('.')
    .map(faultOfLabel)
    .find((fault) => fault !== undefined)
}

/** As it is looked up: what is not ASCII was translated (xn--…) by then. */
function faultOfLabel(label: string): string | undefined {
  if (label === '') return 'must name a host without empty parts between its dots'
  if (label.length > MAX_LABEL_LENGTH) {
    return `must name a host of parts of at most ${MAX_LABEL_LENGTH} characters`
  }
  if (!LABEL.test(label)) {
    return 'must name a host of letters, digits and hyphens, the hyphens within'
  }
  return undefined
}

/** Public by range, but the platform's own: Azure answers metadata and agents' calls there. */
const PLATFORM_ADDRESSES = new Set(['168.63.129.16'])

/** Inside 2000::/3, yet not for the public: documentation (RFC 9637). */
const EXTRA_V6 = ipaddr.IPv6.parseCIDR('3fff::/20')
/** All that IANA has given out as global unicast. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Why a webhook may not connect to an address, or undefined. Everything but public unicast is
 * refused unless the policy opens its range: also forms that lead elsewhere by translation or
 * tunnel (IPv4-mapped, NAT64, 6to4, Teredo), since what they hold is not looked at.
 */
export function faultOfAddress(address: string, policy: TargetPolicy): string | undefined {
  if (!ipaddr.isValid(address)) return `${address} is not an address`
  const parsed = ipaddr.parse(address)
  if (policy.allowedCidrs.some((cidr) => isInside(parsed, cidr))) return undefined
  const isPublic =
    parsed.range() === 'unicast' &&
    !PLATFORM_ADDRESSES.has(parsed.toString()) &&
    (parsed instanceof ipaddr.IPv4 || (parsed.match(GLOBAL_V6) && !parsed.match(EXTRA_V6)))
  return isPublic ? undefined : `${parsed.toString()} is not a public address`
}

function isInside(address: ipaddr.IPv4 | ipaddr.IPv6, cidr: string): boolean {
  const range = ipaddr.parseCIDR(cidr)
  return address.kind() === range[0].kind() && address.match(range)
}
