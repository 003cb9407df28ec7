import { DomainError, DomainErrors } from '../../errors.ts'
import type { CustomerFieldType } from '../../generated/prisma/enums.ts'

/** What the organization keeps about its customers: key → value. */
export type FieldValues = Record<string, string | number | boolean>

export interface FieldRule {
  key: string
  type: CustomerFieldType
  choices: readonly string[]
  required: boolean
}

const MAX_TEXT = 1_000

/**
 * Values after a change: given ones replace, null removes, the rest stays. Only what is given is
 * checked, so that a field that became stricter does not block changes elsewhere; required fields
 * must be there in the end.
 * @throws DomainErrors VALIDATION, one per field at fault
 */
export function changeValues(
  rules: readonly FieldRule[],
  before: FieldValues,
  given: Readonly<Record<string, unknown>>,
): FieldValues {
  const faults: DomainError[] = []
  const fault = (key: string, message: string) =>
    faults.push(
      new DomainError(`${key}: ${message}`, { code: 'VALIDATION' }, ['input', 'fields', key]),
    )
  const after = new Map(Object.entries(before))
  for (const [key, value] of Object.entries(given)) {
    const rule = rules.find((candidate) => candidate.key === key)
    if (rule === undefined) {
      fault(key.slice(0, 60), 'there is no such field')
    } else if (value === null) {
      after.delete(key)
    } else if (isValue(value)) {
      const wrong = whatIsWrong(rule, value)
      if (wrong === undefined) after.set(key, value)
      else fault(key, wrong)
    } else {
      fault(key, 'must be a text, a number or true or false')
    }
  }
  for (const { key, required } of rules) {
    if (required && !after.has(key) && given[key] == null) fault(key, 'must be given')
  }
  if (faults.length > 0) throw new DomainErrors(faults)
  return Object.fromEntries([...after].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function isValue(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** @returns undefined for a value that fits the field. */
function whatIsWrong(rule: FieldRule, value: string | number | boolean): string | undefined {
  switch (rule.type) {
    case 'TEXT':
      return typeof value === 'string' && value.length <= MAX_TEXT
        ? undefined
        : `must be a text of at most ${MAX_TEXT} characters`
    case 'NUMBER':
      return typeof value === 'number' && Number.isFinite(value) ? undefined : 'must be a number'
    case 'BOOLEAN':
      return typeof value === 'boolean' ? undefined : 'must be true or false'
    case 'DATE':
      return typeof value === 'string' && isDate(value)
        ? undefined
        : 'must be a date like 2026-03-31'
    case 'CHOICE':
      return typeof value === 'string' && rule.choices.includes(value)
        ? undefined
        : `must be one of: ${rule.choices.join(', ')}`
  }
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const moment = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text)
}
