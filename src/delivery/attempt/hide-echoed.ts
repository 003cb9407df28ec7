import type { Exchange } from './send.ts'

/** Shorter values would take ordinary words out of answers. */
const SHORTEST = 6
const HIDDEN = '(hidden)'

/**
 * The exchange without the values of custom headers: receivers that answer what they were sent would
 * otherwise write these secrets into the log.
 * @param values of custom headers
 */
export function hideEchoed(exchange: Exchange, values: readonly string[]): Exchange {
  const { answer } = exchange
  const secrets = values.filter((value) => value.length >= SHORTEST)
  if (answer === undefined || secrets.length === 0) return exchange
  const hide = (text: string) => secrets.reduce((rest, secret) => hideIn(rest, secret), text)
  return {
    ...exchange,
    answer: { ...answer, headers: hide(answer.headers), body: hide(answer.body) },
  }
}

function hideIn(text: string, secret: string): string {
  const hidden = text.replaceAll(secret, HIDDEN)
  // What is kept of a long answer may end in the middle of it.
  for (let length = secret.length - 1; length >= SHORTEST; length--) {
    const start = secret.slice(0, length)
    if (hidden.endsWith(start)) return `${hidden.slice(0, -length)}${HIDDEN}`
  }
  return hidden
}
