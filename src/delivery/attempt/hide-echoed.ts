import { lowerCase, mapView, unescapedView, unescapedViews, type View } from './escapes.ts'
import { keepBody, type Exchange } from './send.ts'

/** Shorter ones would take parts of ordinary words out of answers: hidden where they stand alone. */
const LONG = 6
/** Nothing shorter is a secret to anybody. */
const SHORTEST = 3
const HIDDEN = '(hidden)'
/**
 * Forms looked for in one answer, some 20 microseconds each. Whoever has more in custom headers, long
 * prose for the most part, reads nothing of the answers: looking for it all would hold up everybody else.
 */
const MOST_FORMS = 1_500

/** "Bearer", "AWS4-HMAC-SHA256": what says how the rest is to be understood. */
const SCHEME = /^[a-z][a-z0-9-]*$/i
const ESCAPED = /[\\%&+\t\r\n]/

/** What is looked for, in the ways in which an answer is looked at. All in lower case. */
interface Needles {
  /** Secrets as they are. */
  raw: readonly string[]
  /** The same without escapes. */
  unescaped: readonly string[]
  /** Their base64 and hexadecimal, of which letters and digits alone count. */
  encoded: readonly string[]
}

/**
 * Takes what an endpoint was sent in confidence out of its answers: receivers that answer what they
 * were sent would otherwise write these secrets into the log. Found as they are, quoted or escaped
 * (JSON, URL, HTML, also inside each other), in base64 and hexadecimal, wrapped or not, in whatever letter
 * case, also as part of something longer, and without the scheme in front of them. Where there are too many of them to look for, all of
 * an answer is hidden but its status.
 * @param secrets values of custom headers, and signing secrets
 */
export function createHiding(secrets: readonly string[]): (exchange: Exchange) => Exchange {
  let needles: Needles | undefined
  return (exchange) => {
    const { answer } = exchange
    if (answer === undefined) return exchange
    // Most answers are empty, and their headers short.
    needles ??= toNeedles(secrets)
    const found = needles
    const hide = (text: string) => {
      if (text === '') return text
      return found.encoded.length > MOST_FORMS ? HIDDEN : hideIn(text, found)
    }
    return {
      ...exchange,
      answer: { ...answer, headers: hide(answer.headers), body: keepBody(hide(answer.body)) },
    }
  }
}

function toNeedles(secrets: readonly string[]): Needles {
  const parts = [...new Set(secrets.flatMap(partsOf))]
  return {
    raw: [...new Set(parts.map(lowerCase))],
    unescaped: [...new Set(parts.map((part) => plainView(unescapedView(part)).text))],
    encoded: [...new Set(parts.filter((part) => part.length >= LONG).flatMap(encodingsOf))],
  }
}

/** As its readers understand it: no escapes, no line breaks, one letter case; a blank is a blank. */
function plainView(unescaped: View): View {
  const view = mapView(unescaped, (character) => {
    if (character === '\r' || character === '\n') return ''
    return character === '+' || character === '\t' ? ' ' : character
  })
  return { ...view, text: lowerCase(view.text) }
}

/** Letters and digits alone, so that no break, separator or alphabet of base64 matters. */
function denseView(unescaped: View): View {
  const view = mapView(unescaped, (character) => (/[a-z0-9]/i.test(character) ? character : ''))
  return { ...view, text: view.text.toLowerCase() }
}

/** The whole value and the words of it that are secret by themselves. */
function partsOf(value: string): string[] {
  const words = value.split(/[\s,;]+/).filter((word) => word !== '')
  const [first = '', second] = words
  const isScheme = second !== undefined && SCHEME.test(first)
  const parts = new Set([value])
  for (const word of isScheme ? words.slice(1) : words) {
    const unquoted = word.replace(/^[^=]*=(?=.)(?!=*$)/, '').replaceAll(/^["']+|["']+$/g, '')
    parts.add(word)
    parts.add(unquoted)
  }
  if (isScheme && first.toLowerCase() === 'basic') {
    const pair = Buffer.from(second, 'base64').toString('utf8')
    const colon = pair.indexOf(':')
    parts
      .add(pair)
      .add(pair.slice(0, Math.max(0, colon)))
      .add(pair.slice(colon + 1))
  }
  // Of a signing secret that is its key.
  if (value.startsWith('whsec_')) parts.add(value.slice('whsec_'.length))
  return [...parts].filter((part) => part.length >= SHORTEST)
}

/** Also of what a receiver has made of it before: all in small letters, or in capitals. */
function encodingsOf(part: string): string[] {
  const forms: string[] = []
  for (const spelling of new Set([part, part.toLowerCase(), part.toUpperCase()])) {
    const bytes = Buffer.from(spelling, 'utf8')
    forms.push(bytes.toString('hex'))
    for (let offset = 0; offset < 3; offset++) {
      const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
      // Without the characters that also depend on what stands before and behind.
      const start = Math.ceil((offset * 8) / 6)
      forms.push(encoded.slice(start, Math.floor(((offset + bytes.length) * 8) / 6)))
    }
  }
  return forms.map((form) => denseView({ text: form }).text).filter((form) => form.length >= LONG)
}

function hideIn(text: string, needles: Needles): string {
  const ranges: [number, number][] = []
  collect(ranges, { text: lowerCase(text) }, needles.raw)
  const isEscaped = ESCAPED.test(text)
  for (const unescaped of isEscaped ? unescapedViews(text) : [{ text }]) {
    if (isEscaped) collect(ranges, plainView(unescaped), needles.unescaped)
    collect(ranges, denseView(unescaped), needles.encoded)
  }
  if (ranges.length === 0) return text
  let hidden = ''
  let doneTo = 0
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (from >= doneTo) hidden += text.slice(doneTo, from) + HIDDEN
    doneTo = Math.max(doneTo, to + 1)
  }
  return hidden + text.slice(doneTo)
}

function collect(ranges: [number, number][], view: View, needles: readonly string[]): void {
  const add = (start: number, length: number) => {
    const last = start + length - 1
    ranges.push([view.from?.[start] ?? start, view.to?.[last] ?? last])
  }
  const { text } = view
  for (const needle of needles) {
    for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + needle.length)) {
      if (needle.length >= LONG || standsAlone(text, at, needle.length)) add(at, needle.length)
    }
    const cutAt = findCut(text, needle)
    if (cutAt >= 0) add(cutAt, text.length - cutAt)
  }
}

/** What is read of a long answer may end in the midst of a secret: where that one begins, or -1. */
function findCut(text: string, needle: string): number {
  const start = needle.slice(0, LONG)
  let at = text.indexOf(start, text.length - needle.length + 1)
  while (at >= 0 && !needle.startsWith(text.slice(at))) at = text.indexOf(start, at + 1)
  return at
}

function standsAlone(text: string, at: number, length: number): boolean {
  const isWord = (character: string | undefined) => /[a-z0-9]/i.test(character ?? '')
  return !isWord(text[at - 1]) && !isWord(text[at + length])
}
