import type {
  InputFieldBuilder,
  InputFieldMap,
  InputFieldRef,
  InputObjectRef,
  InputType,
} from '@pothos/core'
import { z } from 'zod'
import { builder, type SchemaTypes } from '../../builder.ts'

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>
type InputBuilder = InputFieldBuilder<Types, 'InputObject'>
export type FieldType = InputType<Types> | [InputType<Types>]

/**
 * One field of an input, said once: what GraphQL shows of it, the rule that its value must meet, and
 * the type that a service is given. As made it is required. Each method makes a new field, so that one
 * may be made from another. Where a word is zod's it means what it means there.
 */
export interface InputField<Rule extends z.ZodType = z.ZodType> {
  type: FieldType
  rule: Rule
  /** Left out or null, nothing is said of it: a new record takes what is usual, a change leaves it. */
  optional(): InputField<z.ZodOptional<z.ZodType<z.output<Rule> | undefined>>>
  /** Left out, nothing is said of it; null empties it. */
  clearable(): InputField<z.ZodOptional<z.ZodNullable<Rule>>>
  /** Left out or null, it is this value. `shown`: the schema says so too (`= 86400`). */
  default<T extends z.output<Rule> | null>(
    value: T,
    options?: { shown?: boolean },
  ): InputField<z.ZodType<NonNullable<z.output<Rule>> | T>>
  /** What further must hold of a value, and what the refusal says of it: "must be an address". */
  refine(holds: (value: z.output<Rule>) => boolean, otherwise: string): InputField<Rule>
  /** The same where the value decides what is said: the fault of a value, undefined of a good one. */
  check(faultOf: (value: z.output<Rule>) => string | undefined): InputField<Rule>
  /** What a service is given in place of the value. */
  transform<T>(make: (value: z.output<Rule>) => T): InputField<z.ZodType<T>>
  /** The same field with another description. */
  describe(description: string): InputField<Rule>
  /** As a field of a GraphQL input type. */
  build(t: InputBuilder): InputFieldRef<Types, unknown>
}

type InputFields = Readonly<Record<string, InputField>>
type ObjectRule<Fields extends InputFields> = z.ZodObject<{
  [Key in keyof Fields]: Fields[Key]['rule']
}>

/** All that a command is given: its fields in GraphQL, and the rule for them together. */
export interface Input<Value> {
  fields: InputFields
  rule: z.ZodType<Value>
}

/** What a service is given: `type CreateSensorInput = ValueOf<typeof createSensorInput>`. */
export type ValueOf<Of extends { rule: z.ZodType }> = z.output<Of['rule']>

/**
 * The input of a command.
 * @param together rules about several fields at once, added to those of each
 */
export function inputOf<Fields extends InputFields, Value = z.output<ObjectRule<Fields>>>(
  fields: Fields,
  together?: (rule: ObjectRule<Fields>) => z.ZodType<Value>,
): Input<Value> {
  const rules = Object.entries(fields).map(([name, { rule }]) => [name, rule])
  const rule = z.object(Object.fromEntries(rules)) as unknown as ObjectRule<Fields>
  return { fields, rule: together?.(rule) ?? (rule as unknown as z.ZodType<Value>) }
}

/** A field of a type made for it, which may be that of an argument too. */
export interface InputTypeField<Value> extends InputField<z.ZodType<Value>> {
  type: InputObjectRef<Types, object>
}

/**
 * A GraphQL input type of its own, for a field within an input or a list of them. `describe` says what
 * the field means where it stands.
 * @param together rules about several of its fields at once
 */
export function inputType<Fields extends InputFields, Value = z.output<ObjectRule<Fields>>>(
  name: string,
  description: string,
  fields: Fields,
  together?: (rule: ObjectRule<Fields>) => z.ZodType<Value>,
): InputTypeField<Value> {
  const type = builder.inputType(name, { description, fields: (t) => buildFields(fields, t) })
  return { ...field(type, inputOf(fields, together).rule, description), type }
}

export function buildFields(fields: InputFields, t: InputBuilder): InputFieldMap {
  return Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, each.build(t)]))
}

/** What a description may name as `{min}` and `{max}`. */
interface Limits {
  min?: number | undefined
  max?: number | undefined
}

/** A field of any type with any rule; `inputs.ts` has those that are used again and again. */
export function field<Rule extends z.ZodType>(
  type: FieldType,
  rule: Rule,
  description: string,
  limits: Limits = {},
): InputField<Rule> {
  return makeField(rule, { type, description, limits, required: true, defaultValue: undefined })
}

interface Shown {
  type: FieldType
  description: string
  limits: Limits
  required: boolean
  defaultValue: unknown
}

function makeField<Rule extends z.ZodType>(rule: Rule, shown: Shown): InputField<Rule> {
  const mayBeLeftOut = { ...shown, required: false }
  return {
    type: shown.type,
    rule,
    optional: () => makeField(orElse(rule, undefined).optional(), mayBeLeftOut),
    clearable: () => makeField(rule.nullish(), mayBeLeftOut),
    default: (value, options) => {
      const defaultValue = options?.shown === true ? value : undefined
      return makeField(orElse(rule, value), { ...mayBeLeftOut, defaultValue })
    },
    refine: (holds, otherwise) => makeField(rule.refine(holds, otherwise), shown),
    check: (faultOf) => makeField(rule.superRefine(addFault(faultOf)), shown),
    transform: (make) => makeField(z.pipe(rule, z.transform(make)), shown),
    describe: (description) => makeField(rule, { ...shown, description }),
    build: (t) => t.field({ ...optionsOf(shown) }),
  }
}

function optionsOf({ type, required, description, limits, defaultValue }: Shown) {
  const text = description.replace(/\{(min|max)\}/g, (word, name: keyof Limits) => {
    const limit = limits[name]
    if (limit === undefined) throw new Error(`"${description}": the field has no ${word}`)
    return limit.toLocaleString('en')
  })
  const usual = defaultValue === undefined ? {} : { defaultValue: defaultValue as never }
  return { type, required, description: text, ...usual }
}

function orElse<Rule extends z.ZodType, T>(
  rule: Rule,
  value: T,
): z.ZodType<NonNullable<z.output<Rule>> | T> {
  return z.pipe(
    rule.nullish(),
    z.transform((given: z.output<Rule> | null | undefined) => given ?? value),
  )
}

const addFault =
  <T>(faultOf: (value: T) => string | undefined) =>
  (value: T, context: z.RefinementCtx): void => {
    const message = faultOf(value)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  }
