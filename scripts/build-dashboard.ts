import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import { PATHS } from '../src/dashboard/app/paths.ts'
import { inlineDocuments } from './dashboard/inline-documents.ts'
import { writeCompressed } from './dashboard/write-compressed.ts'

// Builds the dashboard into a folder that git ignores, for the server to send: every file by a name
// that changes with its content, and compressed once. Runs at every install; takes some seconds.
const root = path.resolve(import.meta.dirname, '../src/dashboard')
const outDir = path.resolve(import.meta.dirname, '../src/generated/pages')

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  plugins: [react(), inlineDocuments(root)],
  build: {
    outDir,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    manifest: 'parts.json',
    chunkSizeWarningLimit: 1_000,
  },
})
writeCompressed(path.join(outDir, 'assets'))
const folders = new Set(Object.values(PATHS).map(({ path: at }) => at.split('/')[1] ?? ''))
writeFileSync(
  path.join(outDir, 'pages.json'),
  JSON.stringify({ folders: [...folders].filter((folder) => folder !== '') }),
)
if (!existsSync(path.join(outDir, 'index.html'))) throw new Error('vite wrote no page')
readFileSync(path.join(outDir, 'parts.json'))
