import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** Smaller ones gain nothing. */
const WORTH_COMPRESSING_BYTES = 1_024
/** Higher ones take seconds for the last few percent of some megabytes. */
const BROTLI_QUALITY = 7

const encoders = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
    }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
}

/** Something to read that is the same for everybody: made once, and kept as the bytes to send. */
export interface StaticFile {
  readonly etag: string
  /** Too small to gain by being compressed: it goes out as it is. */
  readonly isSmall: boolean
  /** In the form that the client takes and that is smallest; the same buffer for every connection. */
  bytesFor(encoding: Encoding): Promise<Buffer>
  readonly headers: Readonly<Record<string, string>>
}

export type Encoding = 'br' | 'gzip' | 'identity'

export function makeStaticFile(
  text: string,
  headers: { 'content-type': string } & Record<string, string>,
): StaticFile {
  const bytes = Buffer.from(text)
  const made = new Map<Encoding, Promise<Buffer>>([['identity', Promise.resolve(bytes)]])
  return {
    etag: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
    headers,
    isSmall: bytes.length < WORTH_COMPRESSING_BYTES,
    bytesFor(encoding) {
      if (encoding === 'identity') return Promise.resolve(bytes)
      const known = made.get(encoding) ?? encoders[encoding](bytes)
      made.set(encoding, known)
      return known
    },
  }
}

/** Answers GET and HEAD; with 304 to whoever has it already. */
export async function serveStaticFile(
  { headers }: Pick<IncomingMessage, 'headers'>,
  response: ServerResponse,
  file: StaticFile,
): Promise<void> {
  const encoding = file.isSmall ? 'identity' : chooseEncoding(headers['accept-encoding'])
  const etag = `"${file.etag}-${encoding}"`
  const vary = [response.getHeader('vary') ?? [], 'Accept-Encoding'].flat().join(', ')
  const told = { 'cache-control': 'no-cache', ...file.headers, etag, vary }
  if (headers['if-none-match']?.includes(etag) === true) {
    response.writeHead(304, told).end()
    return
  }
  const bytes = await file.bytesFor(encoding)
  response.writeHead(200, {
    ...told,
    ...(encoding !== 'identity' && { 'content-encoding': encoding }),
    'content-length': bytes.length,
  })
  response.end(bytes)
}

/** RFC 9110, 12.5.3, as far as it matters here: what is named and not refused, the smaller first. */
export function chooseEncoding(header: string | string[] | undefined): Encoding {
  const taken = new Map(
    [header ?? []]
      .flat()
      .join()
      .split(',')
      .map((part): [string, number] => {
        const [name = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase())
        const quality = parameters.find((each) => each.startsWith('q='))?.slice(2)
        return [name, quality === undefined ? 1 : Number(quality)]
      }),
  )
  const accepts = (name: string) => (taken.get(name) ?? taken.get('*') ?? 0) > 0
  return accepts('br') ? 'br' : accepts('gzip') ? 'gzip' : 'identity'
}
