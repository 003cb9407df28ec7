import { describeTable } from '../../database/reading/columns.ts'
import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import { NOTHING } from '../reading/visibility.ts'

/** A condition in Prisma's form; undefined where nothing was asked for. */
export type Condition = object | undefined

/** Where a filter is used. */
interface Asked {
  context: Context
  model: string
  /** Name of the filter, and of the column unless the comparator was made for another one. */
  name: string
}

/** One filter of a list: its input field, and what it asks of the records. */
export interface Comparator {
  /** Type of the input field, as the builder takes it. */
  type: string | object
  description: string
  /** The column that it compares, when it is not called after it. */
  column?: string | undefined
  /** Whether it leads to other records, or computes: it is about no column then. */
  isComputed?: boolean
  condition(value: unknown, asked: Asked): Condition | Promise<Condition>
}

const DateTimeFilter = builder.inputType('DateTimeFilter', {
  description: 'Compares a moment; all given conditions must hold.',
  fields: (t) => ({
    gte: t.field({ type: 'DateTime', description: 'At or after.' }),
    gt: t.field({ type: 'DateTime', description: 'After.' }),
    lte: t.field({ type: 'DateTime', description: 'At or before.' }),
    lt: t.field({ type: 'DateTime', description: 'Before.' }),
  }),
})

export const IdFilter = builder.inputType('IdFilter', {
  description: 'Compares an id.',
  fields: (t) => ({
    in: t.idList({ description: 'One of these (at most 100).' }),
    isNull: t.boolean({ description: 'True: only records without it; false: only with it.' }),
  }),
})

const IntFilter = builder.inputType('IntFilter', {
  description: 'Compares a whole number; all given conditions must hold.',
  fields: (t) => ({
    gte: t.int({ description: 'At least.' }),
    gt: t.int({ description: 'More than.' }),
    lte: t.int({ description: 'At most.' }),
    lt: t.int({ description: 'Less than.' }),
  }),
})

const CentsFilter = builder.inputType('CentsFilter', {
  description: 'Compares an amount in cents; all given conditions must hold.',
  fields: (t) => ({
    gte: t.field({ type: 'BigInt', description: 'At least.' }),
    lte: t.field({ type: 'BigInt', description: 'At most.' }),
  }),
})

/** A condition that every record meets. */
const EVERYTHING = { NOT: NOTHING }

/** Id of another record, or in another system. */
export function byId(description: string, column?: string): Comparator {
  return {
    type: IdFilter,
    description,
    column,
    condition(filter: typeof IdFilter.$inferInput, { model, name }) {
      const field = column ?? name
      const isNever = describeTable(model).columns.get(field)?.isRequired === true
      // Asked of what is never empty; it holds or not, and so does its opposite.
      if (isNever && filter.isNull === true) return NOTHING
      if (isNever && filter.isNull === false && filter.in == null) return EVERYTHING
      const condition = {
        ...(filter.in == null ? {} : { in: filter.in }),
        ...(filter.isNull === true ? { equals: null } : {}),
        ...(filter.isNull === false && !isNever ? { not: null } : {}),
      }
      return compared(field, condition)
    },
  }
}

export function byMoment(description: string, column?: string): Comparator {
  return bySize(DateTimeFilter, description, column)
}

export function byNumber(description: string, column?: string): Comparator {
  return bySize(IntFilter, description, column)
}

export function byCents(description: string, column?: string): Comparator {
  return bySize(CentsFilter, description, column)
}

/** What is compared as larger and smaller, by operators that Prisma calls the same. */
function bySize(type: object, description: string, column?: string): Comparator {
  return {
    type,
    description,
    column,
    condition: (filter: object, { name }) => compared(column ?? name, given(filter)),
  }
}

interface ChoiceFilter {
  in?: readonly string[] | null
  notIn?: readonly string[] | null
}

/**
 * The input that compares an enum, to be shared by its lists.
 * @param what is compared: "a status"
 */
export function choiceFilter(name: string, what: string, type: object): object {
  return builder.inputType(name, {
    description: `Compares ${what}.`,
    fields: (t) => ({
      in: t.field({ type: [type] as never, description: 'One of these.' }),
      notIn: t.field({ type: [type] as never, description: 'None of these.' }),
    }),
  })
}

/** @param filter made by `choiceFilter` */
export function byChoice(filter: object, description: string, column?: string): Comparator {
  return {
    type: filter,
    description,
    column,
    condition({ in: some, notIn: none }: ChoiceFilter, { model, name }) {
      const field = column ?? name
      const isRequired = describeTable(model).columns.get(field)?.isRequired === true
      // What is empty is none of them.
      const other = isRequired ? [] : [{ [field]: null }]
      return {
        AND: [
          ...(some == null ? [] : [{ [field]: { in: some } }]),
          ...(none == null ? [] : [anyOf([...other, { [field]: { notIn: none } }])]),
        ],
      }
    },
  }
}

function anyOf(conditions: readonly object[]): object {
  return conditions.length === 1 ? (conditions[0] ?? {}) : { OR: conditions }
}

/** A list of values, of which the record has one. */
export function oneOf(type: string | object, description: string, column?: string): Comparator {
  return {
    type: [type],
    description,
    column,
    condition: (values: readonly unknown[], { name }) => ({ [column ?? name]: { in: values } }),
  }
}

/** One value, which the record has. */
export function exactly(type: string | object, description: string, column?: string): Comparator {
  return {
    type,
    description,
    column,
    condition: (value: unknown, { name }) => ({ [column ?? name]: value }),
  }
}

/** A text whose case does not matter. */
export function exactText(description: string, column?: string): Comparator {
  return {
    type: 'String',
    description,
    column,
    condition: (text: string, { name }) => ({
      [column ?? name]: { equals: text.trim(), mode: 'insensitive' },
    }),
  }
}

/** Whether a column is set. */
export function isSet(description: string, column: string): Comparator {
  return {
    type: 'Boolean',
    description,
    isComputed: true,
    condition: (is: boolean) => ({ [column]: is ? { not: null } : null }),
  }
}

interface Computation {
  condition(value: unknown, context: Context): Condition | Promise<Condition>
}

/** Anything else that can be asked for; the description says what. */
export function computed(
  type: string | object,
  description: string,
  // As of a method: each takes what its own type of input gives.
  condition: Computation['condition'],
): Comparator {
  return {
    type,
    description,
    isComputed: true,
    condition: (value, { context }) => condition(value, context),
  }
}

/** At any place of a site. */
export function atSite(condition: (siteId: string) => object = inSite): Comparator {
  return computed('ID', 'At any place of this site.', (id: string) => condition(id))
}

const inSite = (siteId: string) => ({ location: { siteId } })

function compared(field: string, operators: object): Condition {
  return Object.keys(operators).length === 0 ? undefined : { [field]: operators }
}

/** What of a filter was asked for. */
function given(filter: object): object {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value != null))
}
