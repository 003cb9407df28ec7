import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphql } from '../src/generated/client/index.ts'
import { schema } from '../src/schema.ts'
import { SWEEPS } from '../src/sweeps.ts'
import { ask } from './harness/app.ts'
import { ASSET_EMITTERS } from './harness/emitters/assets.ts'
import { BOOKING_EMITTERS } from './harness/emitters/bookings.ts'
import { PEOPLE_EMITTERS } from './harness/emitters/people.ts'
import { WORK_EMITTERS } from './harness/emitters/work.ts'
import { type Emitters, openWorld, type World } from './harness/emitters/world.ts'
import { mismatches, SPEC_TYPES, specShapeIfAny } from './harness/spec.ts'

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

const EMITTERS: Emitters = {
  ...ASSET_EMITTERS,
  ...BOOKING_EMITTERS,
  ...PEOPLE_EMITTERS,
  ...WORK_EMITTERS,
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

describe('an event', () => {
  it.each(Object.entries(EMITTERS))('%s is emitted', async (type, { by, arrange }) => {
    const cause = await arrange(world)
    const before = await world.written()
    world.done.splice(0)
    await cause()
    expect(world.done, 'one operation alone is the cause').toEqual([by])
    const known = new Set(before.map((event) => event.id))
    const fresh = (await world.written()).filter((event) => !known.has(event.id))
    const emitted = fresh.filter((event) => event.type === type)
    expect(emitted, `of ${fresh.map((event) => event.type).join(', ')}`).not.toEqual([])
    for (const event of emitted) {
      expect(mismatches(event, specShapeIfAny(type))).toEqual([])
    }
    // Also what came with it: everything stored is as published.
    for (const event of fresh) {
      const isValid = published.get(event.type)
      expect(isValid?.(event), `${event.type}: ${JSON.stringify(isValid?.errors)}`).toBe(true)
    }
  })
})
