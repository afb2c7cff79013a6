import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { ROOT } from '../setup/setup.mjs'
import { RULE_MUTANTS } from './rule-mutants.mjs'

test.each(RULE_MUTANTS)('the mutant "$rule" changes the code that there is', ({ file, find, replace, tests }) => {
  const parts = readFileSync(join(ROOT, file), 'utf8').split(find)
  expect(parts.length, `"${find}" is in ${file} ${parts.length - 1} times`).toBe(2)
  expect(replace).not.toBe(find)
  expect(tests.filter((name) => !existsSync(join(ROOT, name)))).toEqual([])
})

test('every mutant has a name of its own', () => {
  const names = RULE_MUTANTS.map(({ rule }) => rule)
  expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([])
})
