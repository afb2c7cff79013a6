import { existsSync, globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'

import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'

import { longFirst } from './scripts/ci/long-first.ts'

const SCHEDULING = 'packages/core/src/{graph,schedule}/*.ts'

// Two more than processors: some tests wait, for a lease to end or a process to start.
const maxWorkers = availableParallelism() + 2
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

const roots = globSync('{packages,examples}/*/package.json', { exclude: ['examples/third-party'] }).map(dirname)
/** Packages whose tests need a server, or a setup. */
const special = roots.filter((root) => existsSync(`${root}/vitest.config.ts`))

function projectOf(root: string): TestProjectInlineConfiguration {
  const { name } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { readonly name: string }
  return { extends: `${root}/vitest.config.ts`, root, test: { name, ...SETTINGS } }
}

// All others are one project. A worker serves only one, and each project transforms for itself what its tests import.
const others: TestProjectInlineConfiguration = {
  test: {
    name: 'others',
    include: ['{packages,examples}/*/{src,test}/**/*.test.ts', 'scripts/**/*.test.mjs'],
    exclude: ['**/node_modules/**', 'examples/third-party/**', ...special.map((root) => `${root}/**`)],
    ...SETTINGS,
  },
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    maxWorkers,
    projects: [...special.map(projectOf), others],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.test-d.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      thresholds: { lines: 95, [SCHEDULING]: { branches: 100 } },
    },
  },
})
