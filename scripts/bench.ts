import { readdir } from 'node:fs/promises'
import path from 'node:path'

// npm run bench [-- name …]: runs the named benches, or all of them, one after another. Each prints
// one JSON object on standard output; progress goes to standard error.
const folder = path.join(import.meta.dirname, 'bench')
const known = (await readdir(folder))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''))
  .toSorted()
const wanted = process.argv.slice(2)

const unknown = wanted.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`There is no bench named ${unknown.join(', ')}. There are: ${known.join(', ')}`)
  process.exit(1)
}

for (const name of wanted.length > 0 ? wanted : known) {
  const bench: { run(): Promise<object[]> } = await import(path.join(folder, `${name}.bench.ts`))
  for (const line of await bench.run()) console.log(JSON.stringify(line))
}
process.exit(0)
