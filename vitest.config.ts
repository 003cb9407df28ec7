import { defineConfig } from 'vitest/config'

export default defineConfig({
  // graphql ships twice; tests must get the copy that Node gives to Pothos and Yoga.
  resolve: { alias: [{ find: /^graphql$/, replacement: import.meta.resolve('graphql') }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/harness/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Conditions are waited for as long as a busy machine may take.
    expect: { poll: { timeout: 15_000 } },
    // Two cores: one file's servers and one's client at a time keep the timings honest.
    maxWorkers: 2,
    reporters: ['default'],
  },
})
