import type { GraphQLSchema } from 'graphql'
import { printSdl } from '../../graphql/print-sdl.ts'
import { HttpRefusal } from '../http/answers.ts'
import type { Exchange, Route } from '../http/router.ts'
import { PAGE_POLICY } from '../http/safe-headers.ts'
import { isAsset, openDashboard } from './dashboard.ts'
import { type GraphiQL, loadGraphiQL } from './graphiql.ts'
import { makeStaticFile, serveStaticFile, type StaticFile } from './static-file.ts'

const PARTS = '/graphiql/'
const READ = ['GET', 'HEAD'] as const

export interface Pages {
  /** By path; undefined where there is no page. */
  routeFor(path: string): Route | undefined
  serveGraphiQL(exchange: Exchange): Promise<void>
}

/** What is only to be read, and the same for everybody: made when it is first asked for, then kept. */
export function createPages(schema: GraphQLSchema): Pages {
  const sdl = once(async () =>
    makeStaticFile(printSdl(schema), { 'content-type': 'text/plain; charset=utf-8' }),
  )
  const graphiql = once(() => loadGraphiQL(schema))
  const fileRoute = (find: (path: string) => Promise<StaticFile>): Route => ({
    methods: READ,
    serve: async ({ request, response, path }) =>
      serveStaticFile(request, response, await find(path)),
  })
  const files = new Map([
    ['/schema.graphql', fileRoute(sdl)],
    ['/api/v2/openapi.json', fileRoute(once(() => loadOpenApi(schema)))],
    ['/api/v2/docs', fileRoute(once(() => loadOpenApiPage(schema)))],
  ])
  const dashboard = openDashboard()
  const screenRoute: Route | undefined = dashboard && {
    methods: READ,
    serve: (exchange) => {
      demandHtml(exchange)
      dashboard.servePage(exchange)
    },
  }
  const assetRoute = dashboard && fileRoute(async (path) => await dashboard.findAsset(path))
  const partsRoute = fileRoute(async (path) => partOf(await graphiql(), path))
  return {
    routeFor(path) {
      if (path.startsWith(PARTS)) return partsRoute
      if (isAsset(path)) return assetRoute
      return files.get(path) ?? (dashboard?.hasScreen(path) === true ? screenRoute : undefined)
    },
    async serveGraphiQL({ request, response }) {
      await serveStaticFile(request, response, (await graphiql()).page)
    },
  }
}

async function loadOpenApi(schema: GraphQLSchema): Promise<StaticFile> {
  const { printDocument } = await import('../rest/openapi/document.ts')
  return makeStaticFile(printDocument(schema), {
    'content-type': 'application/json; charset=utf-8',
  })
}

async function loadOpenApiPage(schema: GraphQLSchema): Promise<StaticFile> {
  const { renderDocumentPage } = await import('../rest/openapi/page.ts')
  return makeStaticFile(renderDocumentPage(schema), {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': PAGE_POLICY,
  })
}

/**
 * The page is for browsers; whoever asks for something else is told where the API is.
 * @throws HttpRefusal 404
 */
function demandHtml({ request, path }: Exchange): void {
  if (path === '/' || request.headers.accept?.includes('text/html') === true) return
  throw new HttpRefusal(404, 'There is nothing here; GraphQL is at /graphql')
}

/** @throws HttpRefusal 404 */
function partOf({ parts }: GraphiQL, path: string): StaticFile {
  const file = parts.get(path.slice(PARTS.length))
  if (file === undefined) throw new HttpRefusal(404, 'There is nothing here')
  return file
}

/** What could not be made is tried again for the next one who asks. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}
