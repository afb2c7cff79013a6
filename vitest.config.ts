import { existsSync, globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'

import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'

import { longFirst } from './scripts/ci/long-first.ts'

const SCHEDULING = 'packages/core/src/{graph,schedule}/*.ts'

// One more than processors: some tests wait, for a lease to end or a process to start.
const maxWorkers = availableParallelism() + 1
// A worker keeps its modules from file to file. The limits are for tests that hang: on a busy machine, any other test may be slow.
const SETTINGS = {
  maxWorkers,
  isolate: false,
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 60_000 } },
}

class LongFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer['sort']>[0]): ReturnType<BaseSequencer['sort']> {
    return longFirst(await super.sort(files))
  }
}

/** The tests of a package or an example, with what its own vitest.config.ts adds. */
function projectOf(manifest: string): TestProjectInlineConfiguration {
  const root = dirname(manifest)
  const config = `${root}/vitest.config.ts`
  const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly name: string }
  return { ...(existsSync(config) ? { extends: config } : undefined), root, test: { name, ...SETTINGS } }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    maxWorkers,
    projects: [
      ...globSync('{packages,examples}/*/package.json', { exclude: ['examples/third-party'] }).map(projectOf),
      { test: { name: 'scripts', root: 'scripts', include: ['**/*.test.mjs'], ...SETTINGS } },
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
