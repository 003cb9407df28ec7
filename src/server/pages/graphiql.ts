import { type GraphQLSchema, introspectionFromSchema } from 'graphql'
import { PAGE_POLICY } from '../http/safe-headers.ts'
import { makeStaticFile, type StaticFile } from './static-file.ts'

const WELCOME = `# Plantroom: facilities operations, with an event for every change.
#
# Set your key or token in the headers below, for example {"X-Api-Key": "idt_live_…"}, then try:

subscription Live {
  events(types: ["workorder.*"]) {
    ... on EventEnvelope { position type data }
    ... on StreamCheckpoint { cursor caughtUp }
    ... on StreamGap { oldestAvailable reason }
  }
}
`

/** The folder of what the page needs, seen from it: a proxy may have put all of it below some path. */
const FOLDER = 'graphiql'

export interface GraphiQL {
  page: StaticFile
  /** What it loads, by name within the folder. */
  parts: ReadonlyMap<string, StaticFile>
}

/**
 * GraphiQL with everything that it needs, so that it works where no other address can be reached. Its
 * nine megabytes are loaded when somebody first opens it. They are files of their own and not in the
 * page, as in the page of the package: browsers keep them, and nothing in line needs to be allowed.
 */
export async function loadGraphiQL(schema: GraphQLSchema): Promise<GraphiQL> {
  const bundled = await import('@graphql-yoga/render-graphiql/graphiql')
  const parts = new Map<string, StaticFile>()
  /** @returns its address, which changes with its content */
  const add = (name: string, type: string, text: string): string => {
    const file = makeStaticFile(text, {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'public, max-age=31536000, immutable',
      // A worker has the policy that its own file came with.
      'content-security-policy': PAGE_POLICY,
    })
    parts.set(name, file)
    return `${FOLDER}/${name}?v=${file.etag}`
  }
  const script = (name: string, text: string) => add(name, 'text/javascript', text)
  const settings = {
    workers: {
      editorWorkerService: script('editor-worker.js', bundled.editorWorkerService),
      json: script('json-worker.js', bundled.jsonWorker),
      graphql: script('graphql-worker.js', bundled.graphqlWorker),
    },
    introspection: add(
      'introspection.json',
      'application/json',
      JSON.stringify({ data: introspectionFromSchema(schema, { inputValueDeprecation: true }) }),
    ),
    // By POST, subscriptions too: nothing is executed by GET.
    options: { title: 'Plantroom', defaultQuery: WELCOME, method: 'POST' },
  }
  const page = renderPage({
    style: add('graphiql.css', 'text/css', bundled.css),
    script: script(
      'graphiql.js',
      `${bundled.js};\n(${start.toString()})(globalThis, ${JSON.stringify(settings)})`,
    ),
    icon: bundled.favicon,
  })
  return {
    page: makeStaticFile(page, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': PAGE_POLICY,
    }),
    parts,
  }
}

interface Settings {
  workers: Record<string, string>
  introspection: string
  options: object
}

/** What there is in the browser. */
interface Page {
  fetch(address: string, request?: { body?: unknown }): unknown
  document: { querySelector(selector: string): object }
  YogaGraphiQL: { renderYogaGraphiQL(root: object, options: object): void }
  MonacoEnvironment?: object
}

/** Runs in the browser, from its own text: it must use nothing of this file. */
function start(page: Page, { workers, introspection, options }: Settings): void {
  page.MonacoEnvironment = {
    globalAPI: false,
    getWorkerUrl: (_module: string, label: string) => workers[label],
  }
  // The schema is no secret, but introspection is for known callers: the page explains and completes
  // before a key was put in.
  const send = page.fetch.bind(page)
  page.fetch = (address, request) =>
    typeof request?.body === 'string' && request.body.includes('"IntrospectionQuery"')
      ? send(introspection)
      : send(address, request)
  page.YogaGraphiQL.renderYogaGraphiQL(page.document.querySelector('#root'), options)
}

function renderPage({ style, script, icon }: { style: string; script: string; icon: string }) {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Plantroom</title>
    <link rel="icon" href="${icon}">
    <link rel="stylesheet" href="${style}">
    <script defer src="${script}"></script>
  </head>
  <body id="body" class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root"></div>
  </body>
</html>
`
}
