import {
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql'
import { memo } from '../../database/memo.ts'

/** A field about the schema is answered from memory: a quarter of the point of another one. */
export const INTROSPECTION_POINTS = 0.25

/**
 * How many answers a field of the introspection types gives: `every` where it is asked of all types
 * together, and so on average; `one` where it is asked of a single type, which may be the largest.
 */
interface Multiplicity {
  every: number
  one: number
}

/** By "type.field"; what is not among them has one answer. */
export const multiplicitiesOf: (schema: GraphQLSchema) => ReadonlyMap<string, Multiplicity> =
  memo(count)

function count(schema: GraphQLSchema): ReadonlyMap<string, Multiplicity> {
  const types = Object.values(schema.getTypeMap())
  const withFields = types.filter((type) => isObjectType(type) || isInterfaceType(type))
  const fields = withFields.flatMap((type) => Object.values(type.getFields()))
  const directives = schema.getDirectives()
  const ofTypes = (counts: number[]) => multiplicity(counts, types.length)
  return new Map([
    ['__Schema.types', { every: types.length, one: types.length }],
    ['__Schema.directives', { every: directives.length, one: directives.length }],
    ['__Directive.args', multiplicity(directives.map(({ args }) => args.length))],
    ['__Directive.locations', multiplicity(directives.map(({ locations }) => locations.length))],
    ['__Type.fields', ofTypes(withFields.map((type) => Object.keys(type.getFields()).length))],
    ['__Type.interfaces', ofTypes(withFields.map((type) => type.getInterfaces().length))],
    [
      '__Type.possibleTypes',
      ofTypes(
        types
          .filter((type) => isInterfaceType(type) || isUnionType(type))
          .map((type) => schema.getPossibleTypes(type).length),
      ),
    ],
    ['__Type.enumValues', ofTypes(types.filter(isEnumType).map((type) => type.getValues().length))],
    [
      '__Type.inputFields',
      ofTypes(types.filter(isInputObjectType).map((type) => Object.keys(type.getFields()).length)),
    ],
    ['__Field.args', multiplicity(fields.map(({ args }) => args.length))],
    // Below "not null" and "list of" there is seldom more; tools ask nine levels down.
    ['__Type.ofType', { every: 0.5, one: 0.5 }],
  ])
}

function multiplicity(counts: readonly number[], among = counts.length): Multiplicity {
  const sum = counts.reduce((total, each) => total + each, 0)
  return { every: sum / Math.max(1, among), one: Math.max(0, ...counts) }
}
