// Loaded into the product with --import: on SIGUSR2 its clock goes back by an hour, as when a machine's
// time is corrected. What it measures with performance.now() goes on as before.
const HOUR_MS = 3_600_000
const RealDate = Date
let backMs = 0
process.on('SIGUSR2', () => (backMs += HOUR_MS))

class MovableDate extends RealDate {
  constructor(...given: [] | [string | number | Date]) {
    if (given.length === 0) super(RealDate.now() - backMs)
    else super(...given)
  }
  static override now(): number {
    return RealDate.now() - backMs
  }
}
globalThis.Date = MovableDate as DateConstructor
