/** Which organizations have done something here lately, as far as two of them. */
interface Lately {
  note(organizationId: string): void
  /** Whether no other organization has. */
  isAlone(organizationId: string): boolean
  /** Whether no more than one has. */
  readonly isCalm: boolean
}

/** Whoever did nothing for so long disturbs nobody, and is not disturbed. */
const LATELY_MS = 5_000

export function openLately(): Lately {
  /** The newest in front. */
  let latest: { organizationId: string; atMs: number }[] = []
  const isRecent = ({ atMs }: { atMs: number }) => atMs > performance.now() - LATELY_MS
  return {
    note(organizationId) {
      const [newest] = latest
      const atMs = performance.now()
      if (newest?.organizationId === organizationId) newest.atMs = atMs
      else latest = [{ organizationId, atMs }, ...(newest === undefined ? [] : [newest])]
    },
    isAlone: (organizationId) =>
      !latest.some((each) => each.organizationId !== organizationId && isRecent(each)),
    get isCalm() {
      return latest.filter(isRecent).length < 2
    },
  }
}
