import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

/** A certificate and its key, as `node:tls` takes them. */
export interface Certificate {
  cert: string
  key: string
}

export interface Authority {
  /** To be trusted by whoever shall believe it. */
  cert: string
  /** A server certificate for an IPv4 address or a name. */
  issue(options: { address: string; from: Date; to: Date }): Certificate
}

/** A certificate authority of the test's own: X.509 v3 with P-256, written out in DER (RFC 5280). */
export function makeAuthority(): Authority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = distinguishedName('Test authority')
  const year = 365 * 86_400_000
  const cert = certify({
    issuer: name,
    issuerKey: own.privateKey,
    subject: name,
    subjectKey: own.publicKey,
    from: new Date(Date.now() - year),
    to: new Date(Date.now() + year),
    // Basic constraints: an authority. Critical, as the standard demands.
    extensions: [extension('55 1d 13', sequence(der(0x01, Buffer.from([0xff]))), true)],
  })
  return {
    cert,
    issue({ address, from, to }) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const names = isIPv4(address)
        ? der(0x87, Buffer.from(address.split('.').map(Number)))
        : der(0x82, Buffer.from(address, 'latin1'))
      return {
        cert: certify({
          issuer: name,
          issuerKey: own.privateKey,
          subject: distinguishedName('Test receiver'),
          subjectKey: pair.publicKey,
          from,
          to,
          extensions: [extension('55 1d 11', sequence(names), false)],
        }),
        key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      }
    },
  }
}

interface Content {
  issuer: Buffer
  issuerKey: KeyObject
  subject: Buffer
  subjectKey: KeyObject
  from: Date
  to: Date
  extensions: Buffer[]
}

function certify(content: Content): string {
  // ecdsa-with-SHA256
  const algorithm = sequence(oid('2a 86 48 ce 3d 04 03 02'))
  const signed = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    content.issuer,
    sequence(time(content.from), time(content.to)),
    content.subject,
    content.subjectKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...content.extensions)),
  )
  const signature = sign('sha256', signed, content.issuerKey)
  const whole = sequence(signed, algorithm, bitString(signature))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** Tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: Buffer[]) => der(0x30, Buffer.concat(parts))
const integer = (bytes: Buffer) => der(0x02, bytes)
const bitString = (bytes: Buffer) => der(0x03, Buffer.concat([Buffer.from([0]), bytes]))
const oid = (hex: string) => der(0x06, Buffer.from(hex.replaceAll(' ', ''), 'hex'))

/** UTCTime holds two digits of the year, which is enough up to 2049. */
function time(at: Date): Buffer {
  const digits = at.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)
  return der(0x17, Buffer.from(`${digits}Z`))
}

function distinguishedName(commonName: string): Buffer {
  // A tail of its own keeps authorities of several runs apart.
  const text = `${commonName} ${randomBytes(3).toString('hex')}`
  return sequence(der(0x31, sequence(oid('55 04 03'), der(0x0c, Buffer.from(text)))))
}

function extension(id: string, content: Buffer, critical: boolean): Buffer {
  const mark = critical ? [der(0x01, Buffer.from([0xff]))] : []
  return sequence(oid(id), ...mark, der(0x04, content))
}
