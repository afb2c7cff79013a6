import { defineConfig } from 'vitest/config'

// `vitest run --config scripts/ci/vitest.config.ts <file>`: the tests that take minutes, which only nightly parts run.

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['**/*.slow.mjs'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
  },
})
