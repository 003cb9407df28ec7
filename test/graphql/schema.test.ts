import { readFile } from 'node:fs/promises'
import path from 'node:path'
import {
  getNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { Prisma } from '../../src/generated/prisma/client.ts'
import { tenantKeyOf } from '../../src/database/database.ts'
import { schema } from '../../src/schema.ts'

describe('public schema', () => {
  it('schema.graphql is what the code builds', async () => {
    const kept = await readFile(path.resolve(import.meta.dirname, '../../schema.graphql'), 'utf8')
    expect(kept).toBe(`${printSchema(lexicographicSortSchema(schema))}\n`)
  })

  it('every type, field, argument and enum value is described', () => {
    expect(undescribed(schema)).toEqual([])
  })

  it('every mutation takes exactly one argument, input, or is a sign-in', () => {
    const fields = Object.values(schema.getMutationType()?.getFields() ?? {})
    expect(fields.length).toBeGreaterThan(5)
    for (const field of fields) {
      expect(
        field.args.map((arg) => arg.name),
        field.name,
      ).toEqual(['input'])
      expect(getNamedType(field.type).name, field.name).toMatch(/Payload$/)
    }
  })
})

describe('organization scope', () => {
  it('covers every model', () => {
    expect(Object.values(Prisma.ModelName).length).toBeGreaterThan(8)
    for (const model of Object.values(Prisma.ModelName)) {
      expect(tenantKeyOf(model)).toMatch(/^(id|organizationId)$/)
    }
    expect(() => tenantKeyOf('Forgotten')).toThrow('no organizationId')
  })
})

function undescribed(built: GraphQLSchema): string[] {
  const missing: string[] = []
  const check = (name: string, item: { description?: string | null | undefined }) => {
    if (item.description == null || item.description === '') missing.push(name)
  }
  for (const type of Object.values(built.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    check(type.name, type)
    if (isEnumType(type)) {
      for (const value of type.getValues()) check(`${type.name}.${value.name}`, value)
    }
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field)
        if ('args' in field) {
          for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name})`, arg)
        }
      }
    }
  }
  return missing
}
