import { defineConfig } from 'vitest/config'

const SCHEDULING = 'packages/core/src/{graph,schedule}/*.ts'

export default defineConfig({
  test: {
    projects: [
      'packages/*',
      'examples/!(*.md|third-party)',
      { test: { name: 'scripts', root: 'scripts', include: ['**/*.test.mjs'], testTimeout: 120_000 } },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.test-d.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      thresholds: { lines: 95, [SCHEDULING]: { branches: 100 } },
    },
  },
})
