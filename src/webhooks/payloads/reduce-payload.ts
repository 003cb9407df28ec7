import type { RenderedBody } from './render-payload.ts'

/**
 * What goes out instead of a body that is larger than its endpoint takes: the envelope with nothing
 * but the id of the record, and why. The same bytes whenever it is made from the same body and limit.
 * @param subjectId stands for a payload that names no record itself
 * @returns undefined for a body that is not too large
 */
export function reducePayload(
  body: string,
  subjectId: string,
  maxBytes: number,
): RenderedBody | undefined {
  // A character takes three bytes at most.
  if (body.length * 3 <= maxBytes) return undefined
  const bytes = Buffer.byteLength(body)
  if (bytes <= maxBytes) return undefined
  const envelope: { data?: unknown } = JSON.parse(body)
  const fault = {
    code: 'TOO_LARGE',
    message: `The body has ${bytes} bytes, and the endpoint takes ${maxBytes}; the API has the whole`,
  } as const
  const data = { object: identify(envelope.data, subjectId) }
  return { body: JSON.stringify({ ...envelope, data, payloadError: fault }), fault }
}

/** Ids are ours and short; anything else of a payload may be long. */
const MAX_ID_LENGTH = 64

function identify(data: unknown, subjectId: string): Record<string, string> {
  const object = isObject(data) ? data['object'] : undefined
  const ids = Object.entries(isObject(object) ? object : {}).filter(
    (entry): entry is [string, string] =>
      /^id$|Id$/.test(entry[0]) && typeof entry[1] === 'string' && entry[1].length <= MAX_ID_LENGTH,
  )
  const id = ids.find(([name]) => name === 'id')
  if (id !== undefined) return { id: id[1] }
  // Of what has no id of its own: the records that it is about.
  return ids.length > 0 ? Object.fromEntries(ids.slice(0, MAX_IDS)) : { id: subjectId }
}

const MAX_IDS = 5

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
