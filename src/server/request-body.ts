import type { IncomingMessage } from 'node:http'
import { text as readWhole } from 'node:stream/consumers'
import { GraphQLError } from 'graphql'
import { MAX_BODY_BYTES } from '../graphql/limits/limits.ts'
import { readJson, refusal } from './read-json.ts'

/** Leaving off early breaks the connection, and a client that is still sending sees that, not its answer. */
const HEARD_OUT_BYTES = 10 * MAX_BODY_BYTES

/**
 * The JSON object in the body of a request.
 * @throws GraphQLError with status 400 when it is something else, 413 when it is too long
 */
export async function readBody(request: Request): Promise<object> {
  return readObject({
    length: request.headers.get('content-length'),
    chunks: () => request.body ?? [],
    text: () => request.text(),
  })
}

/** The same of a request as node gives it. */
export async function readMessage(request: IncomingMessage): Promise<object> {
  return readObject({
    length: request.headers['content-length'] ?? null,
    chunks: () => request,
    text: () => readWhole(request),
  })
}

interface Source {
  /** As the request says it. */
  length: string | null
  chunks: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  text: () => Promise<string>
}

async function readObject(source: Source): Promise<object> {
  const body = readJson(await readText(source))
  if (typeof body !== 'object' || body === null) {
    throw refusal(400, 'The request body must be a JSON object')
  }
  return body
}

async function readText(source: Source): Promise<string> {
  try {
    return await readAllowed(source)
  } catch (error) {
    if (error instanceof GraphQLError) throw error
    // Only the client's end of the connection makes reading fail: no fault of ours, and nobody is told.
    throw refusal(400, 'The request ended before its body did')
  }
}

/**
 * A body that says its length is read as it is: node lets no more through than was said, and counting
 * would put two more streams between. Only one that comes in chunks is counted, and thrown away from
 * where it is too long.
 */
async function readAllowed(source: Source): Promise<string> {
  if (source.length !== null) {
    if (Number(source.length) > MAX_BODY_BYTES) throw tooLong()
    return await source.text()
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of source.chunks()) {
    bytes += chunk.byteLength
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
    if (bytes > HEARD_OUT_BYTES) break
  }
  if (bytes > MAX_BODY_BYTES) throw tooLong()
  return Buffer.concat(chunks).toString('utf8')
}

function tooLong(): GraphQLError {
  return refusal(413, `The request body is longer than ${MAX_BODY_BYTES} bytes`)
}
