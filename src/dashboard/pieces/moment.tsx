import { useViewer } from '../session/viewer.tsx'
import { texts } from '../texts.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options)
  const made = formats.get(key) ?? new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options })
  formats.set(key, made)
  return made
}

const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const
const DAY = { day: '2-digit', month: 'short' } as const

/** A moment in words, in a time zone; with the day unless it is today there. */
export function momentIn(zone: string, at: string | number | Date, now = new Date()): string {
  const date = new Date(at)
  const dayOf = (each: Date) => format(zone, { ...DAY, year: 'numeric' }).format(each)
  const clock = format(zone, CLOCK).format(date)
  if (dayOf(date) === dayOf(now)) return clock
  const isThisYear =
    format(zone, { year: 'numeric' }).format(date) === format(zone, { year: 'numeric' }).format(now)
  return `${isThisYear ? format(zone, DAY).format(date) : dayOf(date)}, ${clock.slice(0, 5)}`
}

const nameOf = (zone: string, at: Date) =>
  format(zone, { timeZoneName: 'short' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value ?? zone

/** A moment in the time of the site that it belongs to, or of the organization; never of the browser. */
export function Moment({ at, zone }: { at: string | null | undefined; zone?: string | null }) {
  const { organization } = useViewer()
  if (at === null || at === undefined) return <>{texts.none}</>
  const shown = zone ?? organization.timezone
  const date = new Date(at)
  const full = format(shown, { dateStyle: 'full', timeStyle: 'long' }).format(date)
  return (
    <time dateTime={date.toISOString()} title={`${full} (${nameOf(shown, date)})`}>
      {momentIn(shown, date)}
    </time>
  )
}

/** 90 → "1 min 30 s"; the two largest units. */
export function spanOf(seconds: number): string {
  const units: [number, string][] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ]
  let rest = Math.round(seconds)
  const parts: string[] = []
  for (const [size, name] of units) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0 && parts.length < 2) parts.push(`${String(count)} ${name}`)
  }
  return parts.length === 0 ? '0 s' : parts.join(' ')
}
