import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from 'vite'

const CALL = /\bgraphql\(\s*`([^`]*)`,?\s*\)/g

/**
 * Puts each GraphQL document of the dashboard as one line of text where it is used, with the fragments
 * that it names. The map that graphql-codegen makes of all of them would put every screen's documents
 * into the first download.
 */
export function inlineDocuments(root: string): Plugin {
  let fragments = new Map<string, string>()
  return {
    name: 'inline-documents',
    buildStart() {
      fragments = readFragments(root)
    },
    transform: {
      filter: { id: /\.tsx?$/, code: /\bgraphql\(/ },
      handler(code, id) {
        if (!id.startsWith(root)) return null
        return {
          code: code.replaceAll(CALL, (_call, text: string) =>
            JSON.stringify(withFragments(oneLine(text), fragments)),
          ),
          map: null,
        }
      },
    },
  }
}

function readFragments(root: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(file)) continue
    for (const [, text = ''] of readFileSync(path.join(root, file), 'utf8').matchAll(CALL)) {
      const name = /^\s*fragment (\w+) /.exec(text)?.[1]
      if (name !== undefined) found.set(name, oneLine(text))
    }
  }
  return found
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

/** @throws Error for a fragment that nobody defines */
function withFragments(text: string, fragments: ReadonlyMap<string, string>): string {
  const used = new Set<string>()
  const add = (part: string) => {
    for (const [, name = ''] of part.matchAll(/\.\.\. ?(?!on\b)(\w+)/g)) {
      if (used.has(name)) continue
      const fragment = fragments.get(name)
      if (fragment === undefined) throw new Error(`No document defines the fragment ${name}`)
      used.add(name)
      add(fragment)
    }
  }
  add(text)
  return [text, ...[...used].map((name) => fragments.get(name))].join(' ')
}
