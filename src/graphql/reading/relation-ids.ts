import {
  GraphQLID,
  GraphQLNonNull,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
} from 'graphql'
import { getDatamodel } from '../../generated/pothos.ts'

interface ToOne {
  name: string
  isList: boolean
  relationFromFields?: readonly string[]
}

/**
 * Gives every record, beside each field that leads to one other record, the id of that record:
 * `locationId` beside `location`. It stands in the record's own row, so it costs no join and needs no
 * permission to read the other record, as in the payloads of events.
 */
export function addRelationIds(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue
    const fields = type.getFields()
    const made = Object.values(fields)
      .map((field) => idBeside(field, type))
      .filter((field) => field !== undefined)
      .filter((field) => !(field.name in fields))
    if (made.length === 0) continue
    const all = [...Object.values(fields), ...made]
    for (const name of Object.keys(fields)) Reflect.deleteProperty(fields, name)
    for (const field of all.toSorted((a, b) => a.name.localeCompare(b.name))) {
      fields[field.name] = field
    }
  }
}

function idBeside(
  field: GraphQLField<unknown, unknown>,
  type: GraphQLObjectType,
): GraphQLField<unknown, unknown> | undefined {
  const relation: unknown = field.extensions['pothosPrismaRelationField']
  const column = isToOne(relation)
    ? relation.relationFromFields?.find((key) => key !== 'organizationId')
    : undefined
  if (column === undefined) return undefined
  return {
    name: `${field.name}Id`,
    description: `Id of \`${field.name}\`, known without reading it.`,
    type: isRequired(type, column) ? new GraphQLNonNull(GraphQLID) : GraphQLID,
    args: [],
    resolve: (record) => Reflect.get(Object(record), column),
    deprecationReason: undefined,
    // As the object layer marks a column that it shows itself.
    extensions: { pothosExposedField: column, pothosPrismaVariant: column, complexity: 1 },
    astNode: undefined,
  }
}

function isToOne(value: unknown): value is ToOne {
  return typeof value === 'object' && value !== null && 'isList' in value && value.isList === false
}

function isRequired({ extensions }: GraphQLObjectType, column: string): boolean {
  const models: Record<string, { fields: readonly { name: string; isRequired: boolean }[] }> =
    getDatamodel().datamodel.models
  const fields = models[String(extensions['pothosPrismaModel'])]?.fields ?? []
  return fields.find(({ name }) => name === column)?.isRequired === true
}
