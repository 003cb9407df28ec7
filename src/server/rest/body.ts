import type { IncomingMessage } from 'node:http'
import { GraphQLError } from 'graphql'
import { readMessage } from '../request-body.ts'
import { readInput } from './input.ts'
import type { Operation } from './operation.ts'
import { badRequest, invalidFields, Problem } from './problem.ts'
import { isRecord } from './record-shape.ts'

/**
 * The input that a request asks a change with: its body, what stands in its path, and the version of
 * `If-Match`.
 * @throws Problem
 */
export async function readChange(
  request: IncomingMessage,
  operation: Operation,
  inPath: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const shape = operation.input
  if (shape === undefined) throw new Error(`${operation.id} takes no input`)
  const expectedVersion = versionExpected(request, operation)
  const { input, faults } = readInput(await bodyOf(request), shape)
  if (faults.length > 0) throw invalidFields(faults)
  return { ...input, ...inPath, ...(expectedVersion !== undefined && { expectedVersion }) }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const { headers, method } = request
  const isEmpty = headers['content-length'] === '0' || !hasBody(request)
  if (isEmpty) return {}
  if (!/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) {
    throw new Problem(
      415,
      'BAD_USER_INPUT',
      'The content type must be application/json',
      {},
      { [method === 'PATCH' ? 'accept-patch' : 'accept-post']: 'application/json' },
    )
  }
  const body = await parse(request)
  if (!isRecord(body)) throw badRequest('The request body must be a JSON object')
  return body
}

const hasBody = ({ headers }: IncomingMessage) =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined

async function parse(request: IncomingMessage): Promise<unknown> {
  try {
    return await readMessage(request)
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    const { status } = Object(error.extensions['http'])
    throw new Problem(Number(status), 'BAD_USER_INPUT', error.message)
  }
}

/** `"7"`: only if the record is at version 7. */
function versionExpected({ headers }: IncomingMessage, { takesVersion }: Operation) {
  const given = headers['if-match']
  if (given === undefined || given === '*') return undefined
  if (!takesVersion) throw badRequest('If-Match means nothing here: this has no version')
  const version = /^"(\d{1,9})"$/.exec(given)?.[1]
  if (version === undefined) throw badRequest('If-Match must be the ETag of the record, like "7"')
  return Number(version)
}
