/** A text as its readers understand it, and where each of its characters stands in the text. */
export interface View {
  text: string
  /** First and last position in the source, for each character; absent where they are its own */
  from?: readonly number[]
  to?: readonly number[]
}

/** JSON and JavaScript, URLs, HTML and XML; what stands for one character */
const ESCAPE =
  /\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|%u([0-9a-f]{4})|%([0-9a-f]{2})|&#x0*([0-9a-f]{1,6});?|&#0*([0-9]{1,7});?|&([a-z]{2,8});|\\([^ux])/giy

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

/** JSON in a URL in HTML, and one more. */
const MAX_LAYERS = 4

/** The text without escapes, however they lie inside each other; spaces of every spelling are one. */
export function unescapedView(text: string): View {
  let view: View = { text }
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const next = unescapeOnce(view)
    if (next.text === view.text) break
    view = next
  }
  return { ...view, text: view.text.replaceAll(/[+\t]/g, ' ') }
}

function unescapeOnce(view: View): View {
  const { text } = view
  const from: number[] = []
  const to: number[] = []
  let out = ''
  for (let at = 0; at < text.length;) {
    ESCAPE.lastIndex = at
    const match = mayBegin(text.charCodeAt(at)) ? ESCAPE.exec(text) : null
    const character = match === null ? undefined : toCharacter(match)
    const length = character === undefined ? 1 : (match?.[0].length ?? 1)
    out += character ?? text[at]
    from.push(view.from?.[at] ?? at)
    to.push(view.to?.[at + length - 1] ?? at + length - 1)
    at += length
  }
  return { text: out, from, to }
}

/** \ % & */
function mayBegin(code: number): boolean {
  return code === 0x5c || code === 0x25 || code === 0x26
}

/** One UTF-16 unit, or undefined for what is no escape after all. */
function toCharacter(match: RegExpExecArray): string | undefined {
  const [, braced, u, x, percentU, percent, hex, decimal, entity, other] = match
  const hexadecimal = braced ?? u ?? x ?? percentU ?? percent ?? hex
  if (hexadecimal !== undefined) return toUnit(Number.parseInt(hexadecimal, 16))
  if (decimal !== undefined) return toUnit(Number(decimal))
  if (entity !== undefined) return ENTITIES[entity.toLowerCase()]
  return other === 't' ? '\t' : other
}

function toUnit(code: number): string {
  return code > 0xffff ? '\uFFFD' : String.fromCharCode(code)
}
