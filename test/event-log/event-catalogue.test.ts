import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { carriesPrevious, listEvents } from '../../src/events/define.ts'
import { graphql } from '../../src/generated/client/index.ts'
import { schema } from '../../src/schema.ts'
import { SWEEPS } from '../../src/worker/sweeps.ts'
import { describeEvents, mutationsOf } from '../../src/event-log/describe-events.ts'
import { exampleOf } from '../../src/event-log/event-examples.ts'
import { fieldsOf, filterFieldsOf } from '../../src/event-log/filter.ts'
import { isAboutSending } from '../../src/webhooks/life/life-events.ts'
import { ask } from '../harness/app.ts'
import { ASSET_EMITTERS } from '../harness/emitters/assets.ts'
import { BOOKING_EMITTERS, HOOK_EMITTERS } from '../harness/emitters/bookings.ts'
import { PEOPLE_EMITTERS } from '../harness/emitters/people.ts'
import { WEBHOOK_EMITTERS } from '../harness/emitters/webhooks.ts'
import { WORK_EMITTERS } from '../harness/emitters/work.ts'
import { type Emitters, openWorld, type World } from '../harness/emitters/world.ts'
import { mismatches, SPEC_TYPES, specShapeIfAny } from '../harness/spec.ts'

// For every type that the catalogue names: the operation that emits it, and that what was stored is
// what the published schema and the documented example say.

const Catalogue = graphql(`
  query Catalogue {
    eventTypes {
      name
      jsonSchema
    }
  }
`)

const definitionOf = (type: string) => listEvents().find((event) => event.type === type)

const EMITTERS: Emitters = {
  ...ASSET_EMITTERS,
  ...BOOKING_EMITTERS,
  ...PEOPLE_EMITTERS,
  ...WORK_EMITTERS,
  ...WEBHOOK_EMITTERS,
  ...HOOK_EMITTERS,
}

let world: World
let published: Map<string, ValidateFunction>

beforeAll(async () => {
  world = await openWorld()
  const { eventTypes } = await ask(world.test.url, world.owner, Catalogue)
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  published = new Map(eventTypes.map((type) => [type.name, ajv.compile(type.jsonSchema)]))
})
afterAll(() => world[Symbol.asyncDispose]())

describe('the catalogue', () => {
  it('has an emitter below for every type, and none for another', () => {
    expect(Object.keys(EMITTERS).toSorted()).toEqual([...published.keys()].toSorted())
  })

  it('has every type of which there is a documented example', () => {
    expect(SPEC_TYPES.filter((type) => !published.has(type))).toEqual([])
  })

  it('names as emitters only mutations and sweeps that exist', () => {
    const operations = new Set([
      ...Object.keys(schema.getMutationType()?.getFields() ?? {}),
      ...SWEEPS.map((sweep) => sweep.name),
    ])
    expect(Object.values(EMITTERS).filter(({ by }) => !operations.has(by))).toEqual([])
  })
})

describe('docs/events.md', () => {
  it('is what the definitions print', () => {
    const file = path.resolve(import.meta.dirname, '../../docs/events.md')
    expect(readFileSync(file, 'utf8') === describeEvents(schema), 'run npm run events').toBe(true)
  })

  it('says of every mutation that it emits what it does', () => {
    const mutations = new Set(Object.keys(schema.getMutationType()?.getFields() ?? {}))
    const unsaid = Object.entries(EMITTERS).filter(
      // What sending meets with is not what the mutation does that is told of.
      ([type, { by }]) =>
        mutations.has(by) && !isAboutSending(type) && !mutationsOf(type, schema).includes(by),
    )
    expect(unsaid.map(([type, { by }]) => `${by} does not say ${type}`)).toEqual([])
  })
})

describe('an example', () => {
  it('says what the changed fields were before, where the event does', () => {
    const silent = listEvents().filter((definition) => {
      const previous = previousOf(exampleOf(definition))
      return carriesPrevious(definition) !== Object.keys(previous).length > 0
    })
    expect(silent.map((definition) => definition.type)).toEqual([])
  })

  it('shows another value than the record has now, of a field that the schema knows', () => {
    for (const definition of listEvents()) {
      const fields = Object.keys(
        z.toJSONSchema(definition.payload, { io: 'input' }).properties ?? {},
      )
      for (const [field, value] of Object.entries(previousOf(exampleOf(definition)))) {
        expect(fields, definition.type).toContain(field)
        const now: unknown = Reflect.get(Object(definition.example), field)
        expect({ type: definition.type, field, value: now }).not.toEqual({
          type: definition.type,
          field,
          value,
        })
      }
    }
  })
})

function previousOf(example: Record<string, unknown>): Record<string, unknown> {
  const data = example['data']
  return Object(Reflect.get(Object(data), 'previousAttributes') ?? {})
}

describe('an event', () => {
  it.each(Object.entries(EMITTERS))('%s is emitted', async (type, { by, arrange }) => {
    const cause = await arrange(world)
    const before = await world.written()
    world.done.splice(0)
    await cause()
    expect(world.done, 'one operation alone is the cause').toEqual([by])
    const known = new Set(before.map(({ envelope }) => envelope.id))
    const fresh = (await world.written()).filter(({ envelope }) => !known.has(envelope.id))
    const emitted = fresh.filter(({ envelope }) => envelope.type === type)
    const types = fresh.map(({ envelope }) => envelope.type)
    expect(types, 'what came of it').toContain(type)
    for (const { envelope } of emitted) {
      expect(mismatches(envelope, specShapeIfAny(type))).toEqual([])
    }
    // Also what came with it: everything stored is as published.
    for (const { envelope, facets } of fresh) {
      const isValid = published.get(envelope.type)
      expect(isValid?.(envelope), `${envelope.type}: ${JSON.stringify(isValid?.errors)}`).toBe(true)
      expect(filterFieldsOf(definitionOf(envelope.type) ?? { facets: [] }), envelope.type).toEqual(
        expect.arrayContaining(fieldsOf(facets)),
      )
    }
  })
})
