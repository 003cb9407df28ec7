/**
 * Makes a value once for each object and keeps it as long as that object lives: for a unit of work what
 * one transaction has read, for a request what it has open, for a document what was found out about it.
 *
 * What fails is not kept, but a promise that rejects is: make values that may be tried again otherwise.
 * @param make of the other arguments those of the first call count
 */
export function memo<Of extends object, Rest extends unknown[], T>(
  make: (of: Of, ...rest: Rest) => T,
): (of: Of, ...rest: Rest) => T {
  const made = new WeakMap<Of, { value: T }>()
  return (of, ...rest) => {
    const known = made.get(of)
    if (known !== undefined) return known.value
    const value = make(of, ...rest)
    made.set(of, { value })
    return value
  }
}
