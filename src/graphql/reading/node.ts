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
  throw new AccessError('BAD_USER_INPUT', `"${id.slice(0, 40)}" is not an id of a known kind`)
}

export function typeNameOf(kind: IdKind): string {
  const name = typeNames.get(kind)
  if (name === undefined) throw new Error(`${kind} has no GraphQL type`)
  return name
}
