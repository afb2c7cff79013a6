import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, onTestFinished, test, vi } from 'vitest'
import { BaseSequencer } from 'vitest/node'

import { LONG, longFirst } from './long-first.ts'

const ROOT = join(import.meta.dirname, '../..')
const names = globSync('{packages,examples}/*/package.json', { cwd: ROOT }).map(
  (manifest) => JSON.parse(readFileSync(join(ROOT, manifest), 'utf8')).name,
)
const filesOf = (...projects) => projects.map((name, place) => ({ project: { name }, place }))

test('long projects come first, in the order of their list, and files of one project keep their order', () => {
  const files = filesOf(
    '@stageflow/core',
    'scripts',
    '@stageflow/core',
    '@stageflow-examples/durable',
    'scripts',
    '@stageflow/store-redis',
  )
  expect(longFirst(files).map(({ project, place }) => [project.name, place])).toEqual([
    ['@stageflow/store-redis', 5],
    ['@stageflow-examples/durable', 3],
    ['scripts', 1],
    ['scripts', 4],
    ['@stageflow/core', 0],
    ['@stageflow/core', 2],
  ])
})

test('every name in the list is one of a project', () => {
  expect(LONG.filter((part) => ![...names, 'scripts'].some((name) => name.includes(part)))).toEqual([])
})

test('vitest has a project for each package and example, and sorts them with the list', async () => {
  const { default: config } = await import('../../vitest.config.ts')
  const { projects, sequence } = config.test
  expect(projects.map(({ test: { name } }) => name).toSorted()).toEqual([...names, 'scripts'].toSorted())
  const own = vi.spyOn(BaseSequencer.prototype, 'sort').mockImplementation(async (files) => files)
  onTestFinished(() => own.mockRestore())
  const sorted = await new sequence.sequencer({}).sort(filesOf('@stageflow/core', '@stageflow/store-redis'))
  expect(sorted.map(({ project }) => project.name)).toEqual(['@stageflow/store-redis', '@stageflow/core'])
})
