import { defineConfig } from 'vitest/config'

// `vitest run --config scripts/ci/vitest.config.ts <file>`: the tests that only nightly parts run. They take minutes, or need
// programs of the system.

export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['scripts/**/*.slow.mjs', 'examples/*/test/*.slow.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
  },
})
