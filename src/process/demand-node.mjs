// The first thing that is loaded, and no TypeScript: an older Node can read this, and nothing else here.
const NEEDED = 24

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  console.error(
    `Plantroom needs Node ${NEEDED}, and this is Node ${process.versions.node}: "npm run …" uses the one that "npm ci" brings.`,
  )
  process.exit(1)
}
