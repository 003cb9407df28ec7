// The first thing that "npm ci" runs: where Plantroom cannot work, that is said before anything fails.
const ownDatabase = (process.env.DATABASE_URL ?? '') !== ''

if (process.platform === 'win32') {
  console.error(
    'Plantroom does not run on Windows itself: clone and start it in WSL 2 (with DATABASE_URL set to a PostgreSQL of your own, "npx node src/main.ts" may work).',
  )
  if (!ownDatabase) process.exitCode = 1
} else if (process.platform === 'linux' && !ownDatabase) {
  // Without the network's addresses, which would be looked up.
  Object.assign(process.report, { excludeNetwork: true })
  if (process.report.getReport().header.glibcVersionRuntime === undefined) {
    console.error(
      "Plantroom's own PostgreSQL and Node need glibc, and this Linux has another C library (Alpine's musl): use an image such as node:24-bookworm-slim, or Node 24 of this system and DATABASE_URL.",
    )
  }
}
