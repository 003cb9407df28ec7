import { execFileSync } from 'node:child_process'
import { chmod, copyFile, cp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

// npm run build:packages [-- FOLDER]: what integrators install, as plain JavaScript with its types, in
// dist/package. It has a manifest of its own: nothing of the server comes with it.
const root = path.resolve(import.meta.dirname, '..')
const folder = path.resolve(process.argv[2] ?? path.join(root, 'dist/package'))

const { version, license, description, devDependencies } = z
  .object({
    version: z.string(),
    license: z.string(),
    description: z.string(),
    devDependencies: z.object({ commander: z.string() }),
  })
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
  description: `Receiver kit, client and command line of Plantroom. ${description}`,
  license,
  type: 'module',
  sideEffects: false,
  engines: { node: '>=20' },
  bin: { plantroom: './cli/main.js' },
  exports: {
    './receiver': { types: './sdk/receiver/index.d.ts', default: './sdk/receiver/index.js' },
    './client': { types: './sdk/client/index.d.ts', default: './sdk/client/index.js' },
  },
  // Inside, so that it is installed without the network.
  dependencies: { commander: devDependencies.commander },
  bundleDependencies: ['commander'],
}
const commander = 'node_modules/commander'
await cp(path.join(root, commander), path.join(folder, commander), { recursive: true })
await chmod(path.join(folder, 'cli/main.js'), 0o755)
await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
await copyFile(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'))
await copyFile(path.join(root, 'docs/receivers.md'), path.join(folder, 'README.md'))
