import { execFileSync } from 'node:child_process'
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

// npm run build:packages [-- FOLDER]: what integrators install, as plain JavaScript with its types, in
// dist/package. It has a manifest of its own: nothing of the server comes with it.
const root = path.resolve(import.meta.dirname, '..')
const folder = path.resolve(process.argv[2] ?? path.join(root, 'dist/package'))

const { version, license, description } = z
  .object({ version: z.string(), license: z.string(), description: z.string() })
  .parse(JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')))

await rm(folder, { recursive: true, force: true })
execFileSync(
  path.join(root, 'node_modules/.bin/tsc'),
  ['-p', 'tsconfig.packages.json', '--outDir', folder],
  {
    cwd: root,
    stdio: 'inherit',
  },
)
const manifest = {
  name: 'plantroom',
  version,
  description: `Receiver kit of Plantroom. ${description}`,
  license,
  type: 'module',
  sideEffects: false,
  engines: { node: '>=20' },
  exports: {
    './receiver': { types: './receiver/index.d.ts', default: './receiver/index.js' },
  },
}
await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
await copyFile(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'))
await copyFile(path.join(root, 'docs/receivers.md'), path.join(folder, 'README.md'))
