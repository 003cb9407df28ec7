import type { Operation } from './operation.ts'
import { notHere, Problem } from './problem.ts'

/** What stands below one part of a path. */
interface Place {
  fixed: Map<string, Place>
  /** Anything, by the names that the rows give it. */
  open: Place | undefined
  operations: Map<string, Operation>
}

export interface Found {
  operation: Operation
  /** What stands in the path, by the names that GraphQL has for it. */
  inPath: Record<string, string>
}

export interface Routes {
  /** @throws Problem 404 or 405 */
  find(method: string, parts: readonly string[]): Found
}

const newPlace = (): Place => ({ fixed: new Map(), open: undefined, operations: new Map() })

/** Finds the row of an address; a part that is named goes before one that stands for anything. */
export function createRoutes(operations: readonly Operation[]): Routes {
  const root = newPlace()
  for (const operation of operations) {
    let place = root
    for (const part of partsOf(operation.row.path)) place = step(place, part)
    const { method, path } = operation.row
    if (place.operations.has(method)) throw new Error(`${method} ${path} is there twice`)
    place.operations.set(method, operation)
  }
  return {
    find(method, parts) {
      const place = findPlace(root, parts)
      if (place === undefined) throw notHere(UNKNOWN_PATH)
      const operation = place.operations.get(method === 'HEAD' ? 'GET' : method)
      if (operation === undefined) throw methodNotAllowed(place)
      const inPath: Record<string, string> = {}
      for (const [index, name] of partsOf(operation.row.path).entries()) {
        const argument = operation.inPath.get(name.slice(1, -1))
        if (name.startsWith('{') && argument !== undefined) {
          inPath[argument] = decode(parts[index] ?? '')
        }
      }
      return { operation, inPath }
    },
  }
}

const UNKNOWN_PATH = 'There is nothing at this path; /api/v2/openapi.json lists all of them'

function methodNotAllowed({ operations }: Place): Problem {
  const methods = [...operations.keys()]
  const allow = [...(operations.has('GET') ? ['HEAD'] : []), ...methods].toSorted().join(', ')
  const detail = `This path answers to ${allow} only`
  return new Problem(405, 'BAD_USER_INPUT', detail, {}, { allow })
}

/** Parts of a path below the organization. */
export function partsOf(path: string): string[] {
  return path.split('/').slice(1)
}

function step(place: Place, part: string): Place {
  if (part.startsWith('{')) {
    place.open ??= newPlace()
    return place.open
  }
  const next = place.fixed.get(part) ?? newPlace()
  place.fixed.set(part, next)
  return next
}

function findPlace(place: Place, parts: readonly string[]): Place | undefined {
  const [head, ...rest] = parts
  if (head === undefined) return place.operations.size === 0 ? undefined : place
  const fixed = place.fixed.get(head)
  const found = fixed === undefined ? undefined : findPlace(fixed, rest)
  if (found !== undefined || place.open === undefined || head === '') return found
  return findPlace(place.open, rest)
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new Problem(400, 'BAD_USER_INPUT', 'The path is not well percent-encoded')
  }
}
