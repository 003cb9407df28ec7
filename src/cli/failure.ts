/** What a command ends with: scripts tell the cases apart by it. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notAllowed: 3, gap: 4 } as const

/** An end that was foreseen: one sentence on standard error, and a code. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: number
  constructor(message: string, code: number = EXIT.failed) {
    super(message)
    this.code = code
  }
}
