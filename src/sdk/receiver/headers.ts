/** Headers as any framework has them: of fetch, of node:http, or a plain object. */
export type HeadersLike =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/** @returns the first value without the spaces around it; undefined where there is none */
export function headerOf(headers: HeadersLike, name: string): string | undefined {
  const value = isFetch(headers) ? headers.get(name) : lookUp(headers, name)
  const text = value?.trim()
  return text === '' ? undefined : text
}

function isFetch(headers: HeadersLike): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function'
}

function lookUp(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  name: string,
): string | undefined {
  const key = name in headers ? name : Object.keys(headers).find((k) => k.toLowerCase() === name)
  const value = key === undefined ? undefined : headers[key]
  return typeof value === 'string' ? value : value?.[0]
}
