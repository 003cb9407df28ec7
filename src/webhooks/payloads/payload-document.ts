import { createHash } from 'node:crypto'
import {
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  printSchema,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { type Caller, may, type Permission } from '../../access/caller.ts'
import { type Cost, costOf, type Measurable } from '../../graphql/limits/cost.ts'
import { parseDocument, validateDocument } from '../../graphql/limits/parse-document.ts'
import { memo } from '../../database/memo.ts'

/** A document that shapes an endpoint's payload, found fit for it. */
export interface PayloadDocument {
  document: DocumentNode
  /** Name of the event's field in the result: "events", or its alias. */
  responseKey: string
  /** Points that one event costs */
  points: number
}

/** Why a document, or one event with it, could not be rendered. Codes are additive only. */
export interface PayloadFault {
  code: PayloadFaultCode
  message: string
}
export type PayloadFaultCode =
  | 'INVALID_DOCUMENT'
  | 'FORBIDDEN'
  | 'QUERY_TIMEOUT'
  | 'TOO_LARGE'
  | 'INTERNAL'

export class PayloadError extends Error {
  override name = 'PayloadError'
  readonly fault: PayloadFault
  constructor(code: PayloadFaultCode, message: string) {
    super(message)
    this.fault = { code, message }
  }
}

const MAX_BYTES = 8_192
const MAX_TOKENS = 1_000
const MAX_DEPTH = 10
/** Points of one event, as a query's are counted: lists take the size of their pages as a factor. */
const MAX_POINTS = 1_000

/**
 * Parses and checks a document: the subscription `events` that a dashboard uses live, and nothing
 * else. Its arguments choose nothing here; the endpoint's own selection does.
 * @throws PayloadError INVALID_DOCUMENT
 */
export function readPayloadDocument(schema: GraphQLSchema, text: string): PayloadDocument {
  if (Buffer.byteLength(text) > MAX_BYTES) refuse(`must have at most ${MAX_BYTES} bytes`)
  const document = parsed(text)
  const operation = onlyOperation(document)
  const [fault] = validateDocument(schema, document)
  if (fault !== undefined) refuse(fault.message)
  const [root] = operation.selectionSet.selections
  if (root?.kind !== Kind.FIELD || root.name.value !== 'events') {
    return refuse('must be `subscription { events { … } }`')
  }
  const variables = getVariableValues(schema, operation.variableDefinitions ?? [], {})
  if (variables.errors !== undefined) {
    return refuse('nobody gives its variables a value: each must have a default or allow null')
  }
  if (!selectsEvents(schema, document)) refuse('asks for no field of EventEnvelope')
  const cost = measured({ schema, document, operation, variables: variables.coerced })
  if (cost.depth > MAX_DEPTH) {
    refuse(`is ${cost.depth} levels deep; at most ${MAX_DEPTH} are allowed`)
  }
  if (cost.points > MAX_POINTS) {
    refuse(
      `costs ${cost.points} points for each event; at most ${MAX_POINTS} are allowed. Ask for smaller pages (first)`,
    )
  }
  return { document, responseKey: root.alias?.value ?? root.name.value, points: cost.points }
}

function refuse(message: string): never {
  throw new PayloadError('INVALID_DOCUMENT', message)
}

function parsed(text: string): DocumentNode {
  try {
    return parseDocument(text, { characters: MAX_BYTES, tokens: MAX_TOKENS })
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

function measured(given: Measurable): Cost {
  try {
    return costOf(given)
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

function onlyOperation(document: DocumentNode): OperationDefinitionNode {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION)
  const [operation] = operations
  if (operations.length !== 1 || operation?.operation !== OperationTypeNode.SUBSCRIPTION) {
    return refuse('must be one operation, a subscription')
  }
  return operation
}

function selectsEvents(schema: GraphQLSchema, document: DocumentNode): boolean {
  let found = false
  const types = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(types, {
      Field() {
        if (types.getParentType()?.name === 'EventEnvelope') found = true
      },
    }),
  )
  return found
}

/**
 * Checks that whoever renders the document may read every type and field that it names.
 * @throws PayloadError FORBIDDEN
 */
export function demandReadable(
  schema: GraphQLSchema,
  { document }: PayloadDocument,
  caller: Caller,
): void {
  const types = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        const field = types.getFieldDef()
        const owner = types.getParentType()
        const type = field == null ? undefined : getNamedType(field.type)
        for (const guarded of [owner, field, type]) {
          const permission = permissionOf(guarded?.extensions)
          if (permission === undefined || may(caller, permission)) continue
          const name = `${owner?.name}.${node.name.value}`
          throw new PayloadError(
            'FORBIDDEN',
            `${name} needs ${permission}, which this endpoint does not have`,
          )
        }
      },
    }),
  )
}

/** What the schema builder was told of a type or field: `authScopes: { permission }`. */
function permissionOf(extensions: Readonly<Record<string, unknown>> | undefined) {
  const scopes: unknown = Reflect.get(Object(extensions?.['pothosOptions']), 'authScopes')
  const permission: unknown = Reflect.get(Object(scopes), 'permission')
  return typeof permission === 'string' ? (permission as Permission) : undefined
}

/** Tells two schemas apart: a document that was checked against this one need not be again. */
export const fingerprintOf = memo((schema: GraphQLSchema): string => sha256(printSchema(schema)))

/** In hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
