import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { contenders } from '../../benchmarks/models/contenders.mjs'
import { costGroups } from '../../benchmarks/models/costs.mjs'
import { CHUNKS, faults } from '../../benchmarks/models/faults.mjs'
import { outcomeOf, usageOutcomeOf } from '../../benchmarks/models/outcome.mjs'

const BENCHMARKS = join(import.meta.dirname, '../../benchmarks')
const readJson = (file) => JSON.parse(readFileSync(join(BENCHMARKS, file), 'utf8'))
const recorded = readJson('models/results.json')

const HALF = CHUNKS.slice(0, 3)
const quiet = { texts: [], failed: false, ended: true, asked: false }

test.each([
  ['the spare answers', { texts: CHUNKS, asked: true }],
  ['whole text, no error', { texts: CHUNKS }],
  ['whole text, then an error', { texts: CHUNKS, failed: true, asked: true }],
  ['an error', { failed: true }],
  ['no text, no error', {}],
  ['no text, no end', { ended: false }],
  ['half a text, then an error', { texts: HALF, failed: true }],
  ['half a text, no error', { texts: HALF }],
  ['half a text, no end', { texts: HALF, ended: false }],
  ['text twice, no error', { texts: [...HALF, ...CHUNKS], asked: true }],
  ['text 3 times, then an error', { texts: [...HALF, ...HALF, ...HALF], failed: true }],
])('a run counts as "%s" by what its reader got', (outcome, seen) => {
  expect(outcomeOf({ ...quiet, ...seen })).toBe(outcome)
})

test('chunks that a library joins or splits are the same text', () => {
  expect(outcomeOf({ ...quiet, texts: [CHUNKS.join('')], asked: true })).toBe('the spare answers')
  expect(outcomeOf({ ...quiet, texts: CHUNKS.join('').split(''), asked: true })).toBe('the spare answers')
})

test.each([
  ['asking never ends', { late: true }],
  ['asking throws', { error: new Error('aborted') }],
  ['nothing', {}],
  ['nothing', { value: {} }],
  ['0 tokens', { value: { totalTokens: 0 } }],
  ['9 input, ? output', { value: { inputTokens: 9 } }],
  ['9 input, 2 output', { value: { input_tokens: 9, output_tokens: 2 } }],
  ['6 input, 4 output, estimated', { value: { inputTokens: 6, outputTokens: 4, estimated: true } }],
])('the usage of a stopped answer counts as "%s" by what the library says', (outcome, read) => {
  expect(usageOutcomeOf(read)).toBe(outcome)
})

test('each fault is recorded for each library, in as many runs as the page says', () => {
  const { outcomes, runs } = recorded.faults
  const counts = contenders.flatMap(({ id }) =>
    faults.map((fault) => outcomes[id][fault.id].reduce((sum, { count }) => sum + count, 0)),
  )
  expect(counts).toEqual(Array(contenders.length * faults.length).fill(runs))
})

test('each cost is recorded', () => {
  const { groups } = recorded.costs
  expect(Object.keys(groups)).toEqual(costGroups.map(({ id }) => id))
  for (const { id, subjects } of costGroups) {
    expect(Object.keys(groups[id])).toEqual(Object.keys(subjects))
    for (const { micros, ratio } of Object.values(groups[id])) expect(Math.min(micros, ratio)).toBeGreaterThan(0)
  }
})

test.each([
  ['models', 'langchain'],
  ['models', 'mastra'],
  ['models', 'ai-fallback'],
  ['models/voltagent', 'voltagent'],
])('the recorded versions of %s are those of its package.json: %s', (folder, id) => {
  const { dependencies } = readJson(`${folder}/package.json`)
  const versions = recorded.faults.versions[id].map((text) => text.split(' '))
  expect(versions).toEqual(versions.map(([name]) => [name, dependencies[name]]))
})
