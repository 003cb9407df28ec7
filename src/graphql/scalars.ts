import { GraphQLError } from 'graphql'
import { decodeCursor, encodeCursor } from '../database/reading/cursor.ts'
import { builder } from './builder.ts'

builder.scalarType('DateTime', {
  description: 'A moment in ISO 8601 with an offset: "2026-03-01T09:30:00Z". Answers are in UTC.',
  serialize: (value) => value.toISOString(),
  parseValue: (value) => {
    if (typeof value === 'string' && ISO.test(value)) {
      const moment = new Date(value)
      if (moment.getTime() >= FIRST && moment.getTime() <= LAST) return moment
    }
    throw new GraphQLError(
      'DateTime must be ISO 8601 with an offset and a year from 1 on, like 2026-03-01T09:30:00Z',
    )
  },
})
// PostgreSQL knows no year 0, and an offset can push a moment over either end.
const FIRST = Date.parse('0001-01-01T00:00:00Z')
const LAST = Date.parse('9999-12-31T23:59:59.999Z')
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/

builder.scalarType('BigInt', {
  description: 'A whole number that may exceed 32 bits; written as a string once it passes 2^53.',
  serialize: (value) =>
    value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString(),
  parseValue: (value) => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
    if (typeof value === 'string' && /^-?\d{1,18}$/.test(value)) return BigInt(value)
    throw new GraphQLError('BigInt must be a whole number')
  },
})

builder.scalarType('JSONObject', {
  description: 'Any JSON object.',
  serialize: (value) => value,
  parseValue: (value) => {
    if (isRecord(value)) return value
    throw new GraphQLError('JSONObject must be an object')
  },
})

builder.scalarType('EventType', {
  description:
    'Type of an event in dotted form, "workorder.created". Where a selection is asked for, "workorder.*" and "*" are allowed too.',
  serialize: (value) => value,
  parseValue: (value) => {
    if (typeof value === 'string' && /^(\*|[a-z_]+(\.[a-z_]+)*(\.\*)?)$/.test(value)) return value
    throw new GraphQLError('EventType must look like workorder.created, workorder.* or *')
  },
})

builder.scalarType('EventCursor', {
  description:
    'A place in the event log of your organization. Opaque: keep it and hand it back as `after`.',
  serialize: encodeCursor,
  parseValue: (value) => {
    const position = typeof value === 'string' ? decodeCursor(value) : undefined
    if (position !== undefined) return position
    throw new GraphQLError('EventCursor is not one that this server gave out')
  },
})

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
