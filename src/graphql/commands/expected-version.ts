import type { Caller } from '../../access/caller.ts'
import type { ExpectedVersion, UnitOfWork } from '../../database/unit-of-work.ts'
import { AccessError, DomainError, DomainErrors, versionConflict } from '../../errors.ts'

/** The field of the input that names the record that a command changes, or how to tell its id. */
export type Changes<I> = string | ((input: I, caller: Caller) => string) | null

/** What the caller of a command said about the version of what it changes. */
export function findExpected<I>(
  changes: Changes<I> = 'id',
  given: object,
  input: I,
  caller: Caller,
): ExpectedVersion | undefined {
  const version: unknown = Reflect.get(given, 'expectedVersion')
  if (changes === null || typeof version !== 'number') return undefined
  const recordId: unknown =
    typeof changes === 'string' ? Reflect.get(given, changes) : changes(input, caller)
  return { recordId: String(recordId), version, found: undefined }
}

/**
 * Runs a command and refuses its outcome when the record that it has locked is at another version than
 * the caller expected. That comes before everything else that can go wrong, which would speak of a
 * record that the caller does not know, but for one: that it is not there for this caller.
 * @throws DomainError VERSION_CONFLICT
 */
export async function holdingVersion<R>(unit: UnitOfWork, run: () => Promise<R>): Promise<R> {
  try {
    const answer = await run()
    const { expected } = unit
    if (expected !== undefined && expected.found === undefined) {
      throw new Error(`The command has not locked ${expected.recordId}, whose version it promises`)
    }
    throwIfStale(expected)
    return answer
  } catch (error) {
    const refusals = error instanceof DomainErrors ? error.errors : [error]
    const isUnseen = refusals.some(
      (each) => each instanceof AccessError || isMissing(each, unit.expected),
    )
    if (!isUnseen) throwIfStale(unit.expected)
    throw error
  }
}

function isMissing(error: unknown, expected: ExpectedVersion | undefined): boolean {
  const detail = error instanceof DomainError ? error.detail : undefined
  return detail?.code === 'NOT_FOUND' && detail.id === expected?.recordId
}

function throwIfStale(expected: ExpectedVersion | undefined): void {
  if (expected?.found === undefined || expected.found === expected.version) return
  throw versionConflict(expected.found, expected.version)
}
