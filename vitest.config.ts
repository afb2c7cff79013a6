import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'

const SCHEDULING = 'packages/core/src/{graph,schedule}/*.ts'

// vitest runs projects in the order of their names. Those whose files are long, or wait for processes, come first: at the end short files
// keep every processor busy.
const FIRST = ['/store-', 'examples/durable', 'examples/chat', 'examples/', 'scripts', '/durable-', '/testing']

class LongFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer['sort']>[0]) {
    const place = ({ project }: (typeof files)[number]) => {
      const found = FIRST.findIndex((part) => project.name.includes(part))
      return found < 0 ? FIRST.length : found
    }
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other))
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
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
