/** A text as its readers understand it, and where each of its characters stands in the text. */
export interface View {
  text: string
  /** First and last position in the source, for each character; absent where they are its own */
  from?: readonly number[]
  to?: readonly number[]
}

/** JSON and JavaScript, URLs, HTML and XML: one escape and nothing else */
const ESCAPE =
  /^(?:\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|%u([0-9a-f]{4})|%([0-9a-f]{2})|&#x0*([0-9a-f]{1,6});?|&#0*([0-9]{1,7});?|&([a-z]{2,8});|\\([^ux]))$/i
/** An entity whose end what follows has to show: "&#65" */
const OPEN_ENTITY = /^&#(?:x[0-9a-f]+|[0-9]+)$/i
const OPEN_ENTITIES = /&#x?[0-9a-f]/i
/** The longest that is looked at as one escape: entities may have leading zeros. */
const LONGEST = 40

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  ast: '*',
  bsol: '\\',
  colon: ':',
  comma: ',',
  commat: '@',
  dollar: '$',
  equals: '=',
  excl: '!',
  grave: '`',
  gt: '>',
  hat: '^',
  lbrace: '{',
  lbrack: '[',
  lcub: '{',
  lowbar: '_',
  lpar: '(',
  lsqb: '[',
  lt: '<',
  nbsp: ' ',
  num: '#',
  percnt: '%',
  period: '.',
  plus: '+',
  quest: '?',
  quot: '"',
  rbrace: '}',
  rbrack: ']',
  rcub: '}',
  rpar: ')',
  rsqb: ']',
  semi: ';',
  sol: '/',
  tab: '\t',
  verbar: '|',
  vert: '|',
}

/**
 * The text without escapes, however many layers of them lie inside each other. Two views where it is
 * not clear what ends an entity: "&#37" by itself, or the semicolon that "%3B" stands for.
 */
export function unescapedViews(text: string): View[] {
  const view = unescapedView(text)
  return OPEN_ENTITIES.test(view.text) || OPEN_ENTITIES.test(text)
    ? [view, unescapedView(text, { openEntities: true })]
    : [view]
}

/**
 * What one escape stands for may end the next. One pass, in time linear in the text, since each escape
 * makes it shorter.
 * @param openEntities whether an entity may do without its semicolon
 */
export function unescapedView(text: string, { openEntities = false } = {}): View {
  const out: string[] = []
  const from: number[] = []
  const to: number[] = []
  /** Where the last escape may begin that is not complete, or -1 */
  let opener = -1

  /** Takes everything from `opener` on away. @returns first and last position in the source */
  function takeBack(): [number, number] {
    const range: [number, number] = [from[opener] ?? 0, to.at(-1) ?? 0]
    out.length = opener
    from.length = opener
    to.length = opener
    opener = -1
    for (let at = out.length - 1; at >= Math.max(0, out.length - LONGEST); at--) {
      if (!isOpener(out[at])) continue
      opener = at
      break
    }
    return range
  }

  function append(character: string, first: number, last: number): void {
    let [next, start, end] = [character, first, last]
    for (;;) {
      const before = opener
      out.push(next)
      from.push(start)
      to.push(end)
      if (before < 0 || out.length - before > LONGEST || !mayEnd(out, before)) break
      const meant = meaningOf(out.slice(before).join(''))
      if (meant === undefined) break
      ;[start, end] = takeBack()
      next = meant
    }
    if (isOpener(next)) opener = out.length - 1
  }

  function endEntity(following: string | undefined): void {
    if (!openEntities || opener < 0 || out[opener] !== '&' || out.length - opener > LONGEST) return
    const begun = out.slice(opener).join('')
    if (!OPEN_ENTITY.test(begun)) return
    const digit = /x/i.test(begun) ? /[0-9a-f;]/i : /[0-9;]/
    if (following !== undefined && digit.test(following)) return
    const meant = meaningOf(begun)
    if (meant === undefined) return
    append(meant, ...takeBack())
  }

  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    endEntity(character)
    append(character, at, at)
  }
  endEntity(undefined)
  return { text: out.join(''), from, to }
}

function isOpener(character: string | undefined): boolean {
  return character === '\\' || character === '%' || character === '&'
}

/** Whether what began at `opener` may be complete: spares most looks. */
function mayEnd(out: readonly string[], opener: number): boolean {
  const last = out.at(-1)
  switch (out.length - opener) {
    case 2:
      return out[opener] === '\\'
    case 3:
      return out[opener] === '%'
    case 4:
    case 6:
      return out[opener] !== '&' || last === ';'
    default:
      return last === ';' || last === '}'
  }
}

/** One UTF-16 unit, or undefined for what is no escape, or none that is complete. */
function meaningOf(escape: string): string | undefined {
  const match = ESCAPE.exec(escape)
  if (match === null) return undefined
  const [, braced, u, x, percentU, percent, hex, decimal, entity, other] = match
  const hexadecimal = braced ?? u ?? x ?? percentU ?? percent ?? hex
  if (hexadecimal !== undefined) return toUnit(Number.parseInt(hexadecimal, 16))
  if (decimal !== undefined) return toUnit(Number(decimal))
  if (entity !== undefined) return ENTITIES[entity.toLowerCase()]
  return CONTROLS[other ?? ''] ?? other
}

const CONTROLS: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' }

function toUnit(code: number): string {
  return code > 0xffff ? '\uFFFD' : String.fromCharCode(code)
}

/** A view of which `keep` tells what each character is, or that it is left out. */
export function mapView(view: View, keep: (character: string) => string): View {
  const from: number[] = []
  const to: number[] = []
  let text = ''
  for (let at = 0; at < view.text.length; at++) {
    const character = keep(view.text.charAt(at))
    if (character === '') continue
    text += character
    from.push(view.from?.[at] ?? at)
    to.push(view.to?.[at] ?? at)
  }
  return { text, from, to }
}

/** In one letter case. As long as the text: what would become longer stays. */
export function lowerCase(text: string): string {
  const lower = text.toLowerCase()
  if (lower.length === text.length) return lower
  return Array.from(text, (each) => {
    const one = each.toLowerCase()
    return one.length === each.length ? one : each
  }).join('')
}
