import { readFileSync } from 'node:fs'
import path from 'node:path'

/** Keys and JSON types of a documented example; objects nest. */
export type Shape = { [key: string]: string | Shape }

const file = path.resolve(import.meta.dirname, '../fixtures/spec-events.json')
const shapes: Record<string, Shape> = JSON.parse(readFileSync(file, 'utf8'))

/** Shape of an event's documented envelope. */
export function specShape(type: string): Shape {
  const shape = shapes[type]
  if (shape === undefined) throw new Error(`${type} has no documented example`)
  return shape
}

/** What a value lacks of a shape: a line per missing key or wrong type; extra keys are allowed. */
export function mismatches(value: unknown, shape: Shape, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${at} is not an object`]
  const found = new Map<string, unknown>(Object.entries(value))
  return Object.entries(shape).flatMap(([key, wanted]) => {
    const here = `${at}.${key}`
    if (!found.has(key)) return [`${here} is missing`]
    const inner = found.get(key)
    if (typeof wanted !== 'string') return mismatches(inner, wanted, here)
    const actual = Number.isInteger(inner) ? 'integer' : typeof inner
    return actual === wanted ? [] : [`${here} is ${actual}, not ${wanted}`]
  })
}

/** Types of which there is a documented example. */
export const SPEC_TYPES: readonly string[] = Object.keys(shapes)

/** Shape of an event's documented envelope; one that everything has where there is none. */
export const specShapeIfAny = (type: string): Shape => shapes[type] ?? {}
