import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'

import { expect, onTestFinished, test, vi } from 'vitest'
import { BaseSequencer } from 'vitest/node'

import { LONG, longFirst } from './long-first.ts'

const ROOT = join(import.meta.dirname, '../..')
const filesOf = (...paths) => paths.map((path) => ({ moduleId: join(ROOT, path) }))
const pathsOf = (files) => files.map(({ moduleId }) => moduleId.slice(ROOT.length + 1))

test('long files come first, in the order of their folders, and those of one folder keep their order', () => {
  const files = filesOf(
    'packages/tools/src/b.test.ts',
    'scripts/ci/b.test.mjs',
    'packages/tools/src/a.test.ts',
    'examples/durable/test/a.test.ts',
    'scripts/ci/a.test.mjs',
    'packages/store-redis/src/a.test.ts',
  )
  expect(pathsOf(longFirst(files))).toEqual([
    'packages/store-redis/src/a.test.ts',
    'examples/durable/test/a.test.ts',
    'scripts/ci/b.test.mjs',
    'scripts/ci/a.test.mjs',
    'packages/tools/src/b.test.ts',
    'packages/tools/src/a.test.ts',
  ])
})

test('every folder in the list exists', () => {
  expect(LONG.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([])
})

test('each test is in one project of vitest, which is that of its package if that has a setup', async () => {
  const { default: config } = await import('../../vitest.config.ts')
  const { projects } = config.test
  const special = globSync('packages/*/vitest.config.ts', { cwd: ROOT }).map((path) => join(path, '..'))
  expect(projects.flatMap(({ root }) => root ?? []).toSorted()).toEqual(special.toSorted())

  const [others] = projects.filter(({ root }) => root === undefined)
  const found = globSync(others.test.include, { cwd: ROOT, exclude: others.test.exclude })
  const all = globSync(['{packages,examples,scripts}/**/*.test.{ts,mjs}'], {
    cwd: ROOT,
    exclude: ['**/node_modules/**', 'examples/third-party/**', 'packages/create-stageflow/templates/**'],
  })
  const inSpecial = (path) => special.some((root) => path.startsWith(`${root}/`))
  expect(found.toSorted()).toEqual(all.filter((path) => !inSpecial(path)).toSorted())
})

test('the projects with a setup come before all others, so that a worker keeps its project', async () => {
  const { default: config } = await import('../../vitest.config.ts')
  const special = config.test.projects.flatMap(({ root }) => (root === undefined ? [] : [`${root}/`]))
  expect(LONG.slice(0, special.length).toSorted()).toEqual(special.toSorted())
})

test('vitest sorts files with the list', async () => {
  const { default: config } = await import('../../vitest.config.ts')
  const own = vi.spyOn(BaseSequencer.prototype, 'sort').mockImplementation(async (files) => files)
  onTestFinished(() => own.mockRestore())
  const files = filesOf('packages/tools/src/a.test.ts', 'packages/store-redis/src/a.test.ts')
  const sorted = await new config.test.sequence.sequencer({}).sort(files)
  expect(pathsOf(sorted)).toEqual(['packages/store-redis/src/a.test.ts', 'packages/tools/src/a.test.ts'])
})
