/** The log of an organization has come to a position. */
export type OnAdvance = (organizationId: string, position: bigint) => void

/**
 * How one process tells the others that logs have advanced. Only a hint travels, never an event:
 * one that is lost costs up to a second, because the stream also asks the database.
 */
export interface PositionTransport {
  /** Calls back for every advance until disposed of; reconnects by itself. */
  listen(onAdvance: OnAdvance): PositionListener
  /**
   * Told by the dispatcher, after its commit, how far the logs have come. Absent where its own
   * transaction tells: PostgreSQL's NOTIFY, the default. Never throws.
   */
  readonly announce?: (heads: ReadonlyMap<string, bigint>) => void
}

interface PositionListener extends AsyncDisposable {
  readonly connected: boolean
}

/** PostgreSQL refuses longer notifications at 8,000 bytes. */
const MAX_BYTES = 7_500

/** "o-1 17\no-2 4\n": as few texts as fit. */
export function formatAdvances(heads: ReadonlyMap<string, bigint>): string[] {
  const texts: string[] = []
  let text = ''
  for (const [organizationId, position] of heads) {
    const line = `${organizationId} ${position}\n`
    if (text.length + line.length > MAX_BYTES) {
      texts.push(text)
      text = ''
    }
    text += line
  }
  return text === '' ? texts : [...texts, text]
}

/** The opposite of `formatAdvances`. Text of another form is skipped: channels are open to others. */
export function readAdvances(text: string, onAdvance: OnAdvance): void {
  for (const line of text.split('\n')) {
    const match = /^(\S+) (\d+)$/.exec(line)
    if (match?.[1] !== undefined && match[2] !== undefined) onAdvance(match[1], BigInt(match[2]))
  }
}
