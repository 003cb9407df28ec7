import { Prisma } from '../../generated/prisma/client.ts'

/**
 * Answers of commands as text and back: JSON, and beside it what JSON has no form for, tagged as
 * `{"$": [kind, text]}`. No payload has a field named "$".
 */
export function toStoredText(value: unknown): string {
  return JSON.stringify(tagged(value))
}

function tagged(value: unknown): unknown {
  if (value === undefined) return { $: ['undefined', ''] }
  if (typeof value === 'bigint') return { $: ['bigint', value.toString()] }
  if (value instanceof Date) return { $: ['date', value.toISOString()] }
  if (Prisma.Decimal.isDecimal(value)) return { $: ['decimal', value.toString()] }
  if (value instanceof Uint8Array) return { $: ['bytes', Buffer.from(value).toString('base64')] }
  if (Array.isArray(value)) return value.map(tagged)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tagged(item)]))
}

export function fromStoredText(text: string): unknown {
  return untagged(JSON.parse(text))
}

function untagged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untagged)
  if (typeof value !== 'object' || value === null) return value
  if ('$' in value && Array.isArray(value.$)) return revive(String(value.$[0]), String(value.$[1]))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, untagged(item)]))
}

function revive(kind: string, text: string): unknown {
  switch (kind) {
    case 'bigint':
      return BigInt(text)
    case 'date':
      return new Date(text)
    case 'decimal':
      return new Prisma.Decimal(text)
    case 'bytes':
      return new Uint8Array(Buffer.from(text, 'base64'))
    default:
      return undefined
  }
}
