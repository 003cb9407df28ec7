import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBreaks } from '../../../scripts/openapi-breaks.ts'
import { ID_PREFIX } from '../../../src/database/ids.ts'
import { schema } from '../../../src/schema.ts'
import { printDocument } from '../../../src/server/rest/openapi/document.ts'
import { openWorld, type World } from '../../harness/emitters/world.ts'
import { ARRANGED, FRESH, type Ids } from '../../harness/rest-records.ts'

const text = readFileSync(path.resolve(import.meta.dirname, '../../../openapi.json'), 'utf8')
const document: OpenApi = JSON.parse(text)

interface Operation {
  operationId: string
  parameters: { $ref?: string; name: string; in: string; example?: unknown }[]
  requestBody?: { content: { 'application/json': { example: unknown } } }
  responses: Record<string, { content: { 'application/json': { schema: object } } }>
}
interface OpenApi {
  paths: Record<string, Record<string, Operation>>
  components: object
}

const operations = Object.entries(document.paths).flatMap(([address, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ address, method, operation })),
)

describe('openapi.json', () => {
  it('is what the table prints', () => {
    expect(printDocument(schema) === text, 'run npm run schema').toBe(true)
  })

  it('is found without fault by the rules that most go by', async () => {
    const config = await createConfig({ extends: ['recommended'] })
    const found = await lintFromString({ source: text, config })
    expect(found.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([])
  })

  it('breaks for its clients when something is gone, asked for, or means something else', () => {
    const changed = (change: (copy: OpenApi) => void) => {
      const copy: OpenApi = JSON.parse(text)
      change(copy)
      return findBreaks(JSON.parse(text), { ...copy })
    }
    const list = '/api/v2/organizations/{orgId}/work-orders'
    const named = (copy: OpenApi, name: string) =>
      Object(Reflect.get(Object(copy.components), 'schemas'))[name]
    expect(changed(() => undefined)).toEqual([])
    expect(changed((copy) => delete copy.paths[list]?.['post'])).toEqual([`POST ${list} is gone`])
    expect(changed((copy) => copy.paths[list]?.['get']?.parameters.splice(1, 1))).toEqual([
      `GET ${list}: parameter query cursor is gone`,
    ])
    expect(changed((copy) => delete named(copy, 'WorkOrder').properties.title)).toHaveLength(1)
    expect(
      changed((copy) => (named(copy, 'WorkOrder').properties.title.type = 'integer')),
    ).toHaveLength(1)
    expect(changed((copy) => named(copy, 'WorkOrderCreateBody').required.push('dueAt'))).toEqual([
      `POST ${list} body.dueAt is required now`,
    ])
    // What is added, and what a part of a path is called, breaks nobody.
    expect(
      changed((copy) => {
        named(copy, 'WorkOrder').properties.more = { type: 'string' }
        const moved = copy.paths[`${list}/{id}`]
        if (moved !== undefined) copy.paths[`${list}/{workOrderId}`] = moved
        Reflect.deleteProperty(copy.paths, `${list}/{id}`)
      }),
    ).toEqual([])
  })
})

describe('every operation of openapi.json', () => {
  let world: World
  let validators: Map<string, ValidateFunction>
  beforeAll(async () => {
    world = await openWorld()
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    validators = new Map(
      operations.flatMap(({ address, method, operation }) =>
        Object.entries(operation.responses)
          .filter(([status]) => status.startsWith('2'))
          .map(([status, { content }]): [string, ValidateFunction] => [
            `${method} ${address} ${status}`,
            ajv.compile({
              ...content['application/json'].schema,
              components: document.components,
            }),
          ]),
      ),
    )
  })
  afterAll(() => world[Symbol.asyncDispose]())

  /** The kind of record that an id of an example stands for. */
  function kindOf(id: string): string {
    const kinds = Object.entries(ID_PREFIX).filter(([, prefix]) => id.startsWith(prefix))
    return kinds.toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? ''
  }

  /** Ids in examples → ids of records that are there. */
  async function idsFor(operationId: string, example: string): Promise<Map<string, string>> {
    const shown = new Set(example.match(/\b(sor-)?[a-z]{2,3}-[0-9a-z]{7,8}\b/g))
    const made: Ids = { user: world.ownerId, ...(await ARRANGED[operationId]?.(world)) }
    const ids = new Map<string, string>()
    // What brings others along comes first.
    for (const id of [...shown].toSorted((a, b) => weight(kindOf(b)) - weight(kindOf(a)))) {
      const kind = kindOf(id)
      if (made[kind] === undefined) Object.assign(made, await FRESH[kind]?.(world))
      ids.set(id, made[kind] ?? `no ${kind}`)
    }
    return ids
  }
  const weight = (kind: string) => (kind === 'workOrder' || kind === 'rateSchedule' ? 0 : 1)

  it.each(operations)('$method $address', async ({ address, method, operation }) => {
    const { operationId, parameters, requestBody } = operation
    const inPath = parameters.filter((each) => each.in === 'path')
    const query = parameters.filter((each) => each.in === 'query' && each.example !== undefined)
    const body = requestBody?.content['application/json'].example
    const ids = await idsFor(operationId, JSON.stringify([inPath, body]))
    const filled = (given: string) =>
      [...ids].reduce((all, [shown, id]) => all.replaceAll(shown, id), given)
    const where = inPath.reduce(
      (all, { name, example }) => all.replace(`{${name}}`, filled(String(example))),
      address.replace('{orgId}', world.organizationId),
    )
    const asked = query.map(({ name, example }) => [name, String(example)])
    const response = await fetch(`${world.test.url}${where}?${new URLSearchParams(asked)}`, {
      method: method.toUpperCase(),
      headers: {
        ...world.owner,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: filled(JSON.stringify(body)) }),
    })
    const answer: unknown = JSON.parse(await response.text())
    expect(Object.keys(operation.responses), JSON.stringify(answer)).toContain(
      String(response.status),
    )
    expect(response.status, JSON.stringify(answer)).toBeLessThan(300)
    const validate = validators.get(`${method} ${address} ${response.status}`)
    expect(validate?.(answer), JSON.stringify(validate?.errors)).toBe(true)
    expect(undocumented(answer, operation, response.status)).toEqual([])
  })

  /** What was answered that the document does not know. */
  function undocumented(answer: unknown, operation: Operation, status: number): string[] {
    const described = operation.responses[status]?.content['application/json'].schema
    return unknownKeys(answer, { ...described }, '')
  }
})

type Schema = Record<string, unknown>

function unknownKeys(value: unknown, given: Schema, at: string): string[] {
  const known = resolve(given)
  if (Array.isArray(value)) {
    return value.flatMap((each) => unknownKeys(each, { ...Object(known['items']) }, `${at}[]`))
  }
  if (typeof value !== 'object' || value === null || known['properties'] === undefined) return []
  const properties: Record<string, Schema> = { ...Object(known['properties']) }
  return Object.entries(value).flatMap(([key, inner]) => {
    const schema_ = properties[key]
    return schema_ === undefined ? [`${at}.${key}`] : unknownKeys(inner, schema_, `${at}.${key}`)
  })
}

/** With what its parts say, and without references. */
function resolve(given: Schema): Schema {
  const reference = given['$ref']
  if (typeof reference === 'string') {
    const name = reference.replace('#/components/schemas/', '')
    return resolve(Reflect.get(Object(document.components), 'schemas')[name])
  }
  const parts = given['allOf']
  if (!Array.isArray(parts)) return given
  const properties = parts.map((part) => resolve(part)['properties'])
  return { properties: Object.assign({}, ...properties) }
}
