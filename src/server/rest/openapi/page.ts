import type { GraphQLSchema } from 'graphql'
import { makeDocument } from './document.ts'

interface Shown {
  operationId: string
  tags: string[]
  summary: string
  description: string
  parameters: {
    $ref?: string
    name: string
    in: string
    description: string
    required?: boolean
    example?: unknown
  }[]
  requestBody?: { content: { 'application/json': { example: unknown } } }
  responses: Record<string, { content?: { 'application/json'?: { example: unknown } } }>
}

interface Line {
  method: string
  address: string
  operation: Shown
}

const STYLE = `
:root { color-scheme: light dark; --line: #8885; --dim: #888 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line) }
nav ul { columns: 3; padding-left: 1.2rem }
details { border-bottom: 1px solid var(--line); padding: .35rem 0 }
summary { cursor: pointer } summary b { display: inline-block; min-width: 4.5rem }
summary span { color: var(--dim) }
code, pre { font: 13px/1.45 ui-monospace, monospace }
pre { overflow-x: auto; padding: .6rem; border: 1px solid var(--line); border-radius: 4px }
table { border-collapse: collapse; width: 100% } td { padding: .15rem .8rem .15rem 0; vertical-align: top }
`

/** The document as a page to read: no script, no other host, nothing to load. */
export function renderDocumentPage(schema: GraphQLSchema): string {
  const document = makeDocument(schema)
  const { description } = Object(document['info'])
  const tags: { name: string; description: string }[] = [document['tags'] ?? []].flat() as never
  const lines = Object.entries(Object(document['paths'])).flatMap(([address, methods]) =>
    Object.entries(Object(methods)).map(([method, operation]): Line => ({
      method,
      address,
      operation: operation as Shown,
    })),
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Plantroom REST</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Plantroom REST</h1>
<p>${escape(String(description))}</p>
<p>The same as a document for tools: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).
Send an API key as <code>X-Api-Key</code>, or a user's token as <code>Authorization: Bearer</code>.</p>
<nav><ul>${tags.map(({ name }) => `<li><a href="#${anchor(name)}">${escape(name)}</a></li>`).join('')}</ul></nav>
${tags.map((tag) => section(tag, lines)).join('\n')}
</body>
</html>
`
}

function section(
  { name, description }: { name: string; description: string },
  lines: readonly Line[],
): string {
  const own = lines.filter(({ operation }) => operation.tags.includes(name))
  return `<h2 id="${anchor(name)}">${escape(name)}</h2>
<p>${escape(description)}</p>
${own.map(operationOf).join('\n')}`
}

function operationOf({ method, address, operation }: Line): string {
  const [about = ''] = operation.description.split('\n\nGraphQL')
  const answer = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))
  const example = answer?.[1].content?.['application/json']?.example
  return `<details id="${operation.operationId}">
<summary><b>${method.toUpperCase()}</b> <code>${escape(address)}</code> <span>${escape(operation.summary)}</span></summary>
<p>${escape(about)}</p>
${parametersOf(operation)}
<pre>${escape(curlOf({ method, address, operation }))}</pre>
<p>Answer ${answer?.[0]}:</p>
<pre>${escape(JSON.stringify(example, undefined, 2))}</pre>
</details>`
}

function parametersOf({ parameters }: Shown): string {
  const rows = parameters
    .filter(({ $ref }) => $ref === undefined)
    .map(
      ({ name, required, description }) =>
        `<tr><td><code>${escape(name)}</code>${required === true ? ' *' : ''}</td><td>${escape(description)}</td></tr>`,
    )
  return rows.length === 0 ? '' : `<table>${rows.join('')}</table>`
}

function curlOf({ method, address, operation }: Line): string {
  const body = operation.requestBody?.content['application/json'].example
  const asked = operation.parameters.filter(
    (each) => each.in === 'query' && each.example !== undefined,
  )
  const query = asked.map(({ name, example }) => `${name}=${String(example)}`).join('&')
  const path = operation.parameters
    .filter((each) => each.in === 'path')
    .reduce((all, { name, example }) => all.replace(`{${name}}`, String(example)), address)
  const isWebhook = operation.tags.includes('Webhooks')
  return [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}'$PLANTROOM${path}${query === '' ? '' : `?${query}`}'`.replaceAll(
      "'",
      '"',
    ),
    isWebhook ? '-H "Authorization: Bearer $TOKEN"' : '-H "X-Api-Key: $KEY"',
    ...(body === undefined
      ? []
      : ['-H "Content-Type: application/json"', `-d '${JSON.stringify(body)}'`]),
  ].join(' \\\n  ')
}

const anchor = (name: string) => name.toLowerCase().replaceAll(' ', '-')

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
