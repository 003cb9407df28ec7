import { defineConfig } from 'vitest/config'

/** The browser in the npm package is of Linux on x64. Elsewhere those tests are left out, loudly. */
const CAN_BROWSE = process.platform === 'linux' && process.arch === 'x64'
const IN_BROWSER = ['screens', 'session', 'webhook-tasks'].map(
  (name) => `test/dashboard/${name}.test.ts`,
)
if (!CAN_BROWSE) {
  console.warn(
    `\nNOT RUN: ${IN_BROWSER.join(', ')}. They need a browser for Linux on x64; this is ${process.platform} on ${process.arch}.\n`,
  )
}

export default defineConfig({
  // graphql ships twice; tests must get the copy that Node gives to Pothos and Yoga.
  resolve: { alias: [{ find: /^graphql$/, replacement: import.meta.resolve('graphql') }] },
  test: {
    include: ['test/**/*.test.ts'],
    // In CI they must run.
    exclude: CAN_BROWSE || process.env['CI'] ? [] : IN_BROWSER,
    globalSetup: ['test/harness/global-setup.ts'],
    // A machine that is busy with other things takes several times as long.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // Conditions are waited for as long as a busy machine may take.
    expect: { poll: { timeout: 15_000 } },
    // Two cores: one file's servers and one's client at a time keep the timings honest.
    maxWorkers: 2,
    reporters: ['default'],
  },
})
