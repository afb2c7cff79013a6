import { existsSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'

import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const read = (file) => readFileSync(join(ROOT, file), 'utf8')
const { scripts } = JSON.parse(read('package.json'))
const tasks = Object.entries(JSON.parse(read('turbo.json')).tasks).map(([name, task]) => [name.slice(3), task])

/** A module and all that it imports by a path. */
function modulesOf(file, found = new Set()) {
  if (found.has(file)) return found
  found.add(file)
  for (const [, path] of read(file).matchAll(/\bfrom '(\.[^']+)'/g))
    modulesOf(join(file, '..', path).replaceAll('\\', '/'), found)
  return found
}

/** Whether turbo takes a file for one of these inputs: one pattern matches, and none that begins with "!". */
const isInput = (inputs, file) =>
  inputs.some((pattern) => matchesGlob(file, pattern)) &&
  !inputs.some((pattern) => pattern.startsWith('!') && matchesGlob(file, pattern.slice(1)))

test('turbo runs a check again if a module of the check has changed', () => {
  const checked = tasks.flatMap(([name, { inputs }]) => {
    const [, program] = /^node (scripts\/\S+)(?: --check)?$/.exec(scripts[name]) ?? []
    return inputs === undefined || program === undefined ? [] : [{ name, inputs, modules: [...modulesOf(program)] }]
  })
  expect(checked.find(({ name }) => name === 'check:snippets').modules).toContain('scripts/docs/snippet-runner.mjs')
  const missing = checked.flatMap(({ name, inputs, modules }) =>
    modules.filter((file) => !isInput(inputs, file)).map((file) => `${name}: ${file}`),
  )
  expect(missing).toEqual([])
})

test('every file that a task names as an input is there', () => {
  const named = tasks.flatMap(([, { inputs = [] }]) => inputs.filter((pattern) => !/[*{!]/.test(pattern)))
  expect([...new Set(named)].filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
})
