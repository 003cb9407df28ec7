import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer, Receiver } from './receive.ts'

type Accept = Receiver['accept']

const TOO_LARGE: Answer = { status: 413, text: 'too large' }
const FAILED: Answer = { status: 500, text: 'failed' }

/** As much of Fastify as the plugin needs. */
export interface FastifyLike {
  addContentTypeParser(
    types: string[],
    options: { parseAs: 'buffer'; bodyLimit: number },
    parser: (request: unknown, body: Buffer, done: (error: null, body: Buffer) => void) => void,
  ): unknown
  removeAllContentTypeParsers(): unknown
  post(
    path: string,
    handler: (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>,
  ): unknown
}

interface FastifyRequestLike {
  body: unknown
  headers: IncomingMessage['headers']
}

interface FastifyReplyLike {
  code(status: number): { send(text: string): unknown }
}

export function answerNode(
  accept: Accept,
  maxBodyBytes: number,
  request: IncomingMessage & { body?: unknown },
  response: ServerResponse,
): void {
  const answer = ({ status, text }: Answer) => {
    if (!response.headersSent) response.writeHead(status, { 'content-type': 'text/plain' })
    if (!response.writableEnded) response.end(text)
  }
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST')
    return answer({ status: 405, text: 'only POST' })
  }
  readBody(request, maxBodyBytes)
    .then((body) => (body === undefined ? TOO_LARGE : accept(body, request.headers)))
    .then(answer, (error: unknown) => {
      console.error(error)
      answer(FAILED)
    })
}

/** What a parser has made of the body, if one was there first; undefined where it is too large. */
async function readBody(
  request: IncomingMessage & { body?: unknown },
  maxBodyBytes: number,
): Promise<Uint8Array | undefined> {
  // Not bytes: verifying says so.
  if (request.body !== undefined) return request.body as Uint8Array
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export async function answerFetch(
  accept: Accept,
  maxBodyBytes: number,
  request: Request,
): Promise<Response> {
  if (request.method !== 'POST') {
    return new Response('only POST', { status: 405, headers: { allow: 'POST' } })
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) return new Response(TOO_LARGE.text, { status: TOO_LARGE.status })
    chunks.push(chunk)
  }
  const body = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.length
  }
  const { status, text } = await accept(body, request.headers)
  return new Response(text, { status })
}

/** A plugin of its own scope: the parsers of the rest of the application stay as they are. */
export async function registerFastify(
  accept: Accept,
  maxBodyBytes: number,
  app: FastifyLike,
): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json'],
    { parseAs: 'buffer', bodyLimit: maxBodyBytes },
    (_request, body, done) => done(null, body),
  )
  app.post('/', async (request, reply) => {
    const { status, text } = await accept(request.body as Uint8Array, request.headers)
    return reply.code(status).send(text)
  })
}
