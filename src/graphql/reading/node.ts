import { ID_PREFIX, type IdKind } from '../../database/ids.ts'
import { AccessError } from '../../errors.ts'

/** GraphQL type of each kind of id that `node(id)` finds. Filled by the slices. */
const typeNames = new Map<IdKind, string>()

/** Names the GraphQL type of a kind of id; called beside the type's definition. */
export function registerNode(kind: IdKind, typeName: string): string {
  typeNames.set(kind, typeName)
  return typeName
}

/** @throws AccessError BAD_USER_INPUT for text that is no id of ours. */
export function kindOfId(id: string): IdKind {
  for (const kind of typeNames.keys()) {
    if (id.startsWith(ID_PREFIX[kind])) return kind
  }
  throw malformed(id)
}

function malformed(id: string): AccessError {
  return new AccessError('BAD_USER_INPUT', `"${id.slice(0, 40)}" is not an id of a known kind`)
}

/** An id with the name of its type, as `node` and `nodes` are given it. */
export interface NodeId {
  typename: string
  id: string
}

/** Of a malformed id the name of the type is empty: `node` refuses it, `nodes` has null for it. */
export function readNodeId(id: string): NodeId {
  for (const [kind, typename] of typeNames) {
    if (id.startsWith(ID_PREFIX[kind])) return { typename, id }
  }
  return { typename: '', id }
}

/** @throws AccessError BAD_USER_INPUT for a malformed id */
export function demandNodeId({ typename, id }: NodeId): void {
  if (typename === '') throw malformed(id)
}

/** Leaves malformed ids out, each in its place. */
export function dropMalformed(ids: (NodeId | null)[]): void {
  for (const [index, id] of ids.entries()) if (id?.typename === '') ids[index] = null
}

export function typeNameOf(kind: IdKind): string {
  const name = typeNames.get(kind)
  if (name === undefined) throw new Error(`${kind} has no GraphQL type`)
  return name
}
