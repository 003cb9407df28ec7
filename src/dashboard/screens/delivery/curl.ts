import { notify } from '../../pieces/notify.ts'
import { texts } from '../../texts.ts'

interface Sent {
  requestHeaders: readonly { name: string; value: string }[]
}

/** The request of an attempt as a command for a shell. */
export function toCurl(
  url: string | undefined,
  attempt: Sent | undefined,
  body: string | undefined,
): string | undefined {
  if (url === undefined || attempt === undefined || body === undefined) return undefined
  const headers = attempt.requestHeaders
    .filter(({ name }) => !/^(content-length|host|connection)$/i.test(name))
    .map(({ name, value }) => `  -H ${quote(`${name}: ${value}`)} \\\n`)
  return `curl -X POST ${quote(url)} \\\n${headers.join('')}  --data-raw ${quote(body)}`
}

/** For POSIX shells, where nothing within single quotes means anything. */
const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

export function copyText(text: string): void {
  navigator.clipboard
    .writeText(text)
    .then(() => notify.done(texts.copy.done))
    .catch(() => notify.refusal(texts.copy.failed))
}
