import { Pipeline, StageKind } from '@stageflow/core'
import {
  answerPath,
  attemptsAround,
  fingerprintOf,
  keyAtPath,
  progressOfCalls,
  stageIn,
  stageOfKey,
} from '@stageflow/core/durable'
import { repeatUntil } from '@stageflow/core/repeat'
import { expect, test } from 'vitest'

const stage = () => ({})
const draft = new Pipeline('draft')
  .withStage('check', stage)
  .withPipeline('inner', new Pipeline('inner').withStage('x', stage))
  .withStage('guard', stage, StageKind.GUARD)
const graph = fingerprintOf(
  new Pipeline('p')
    .withStage('approve', stage)
    .withStage('a', stage)
    .withStage('ask', stage)
    .withPipeline('kid', new Pipeline('kid').withStage('check', stage).withStage('c/d', stage))
    .withMap('letters', { over: () => [1], each: stage })
    .withMap('list', { over: () => [1], each: stage })
    .withPipeline('a/b', new Pipeline('a/b').withMap('c/d', { over: () => [1], each: stage }))
    .withMap('three', {
      over: () => [1],
      each: new Pipeline('kid').withStage('check', stage).withPipeline('draft', draft),
    })
    .withPipeline('draft', draft, { repeat: repeatUntil('guard', { maxAttempts: 3 }) })
    .build(),
)

test.each([
  ['approve', ['approve']],
  ['approve@3', ['approve']],
  ['kid/check@2', ['kid', 'check']],
  ['letters#12@2', ['letters', '12']],
  ['draft#2/guard', ['draft', 'guard']],
  ['draft#2/inner/x@7', ['draft', 'inner', 'x']],
  ['a%2Fb/c%2Fd#0', ['a/b', 'c/d', '0']],
  ['three#doc%2F7/check@2', ['three', 'doc/7', 'check']],
  ['three#check/draft/inner/x', ['three', 'check', 'draft', 'inner', 'x']],
  ['gone#1/gone#2', ['gone', '1', 'gone', '2']],
])('the question of %s is answered at %j', (key, path) => {
  expect(answerPath(key, graph)).toEqual(path)
})

test.each([
  ['approve'],
  ['kid', 'check'],
  ['letters', '12'],
  ['a/b', 'c/d', '0'],
  ['draft', 'inner', 'x'],
  ['three', 'doc/7', 'check'],
  ['three', 'check', 'draft', 'inner', 'x'],
  ['gone', 'x'],
])('a question at %s has a key that is answered there', (...path) => {
  expect(answerPath(keyAtPath(path, graph), graph)).toEqual(path)
})
test('the key of a question has the place of an item in its part', () => {
  expect(keyAtPath(['a/b', 'c/d', '0'], graph)).toBe('a%2Fb/c%2Fd#0')
  expect(keyAtPath(['draft', 'check'], graph)).toBe('draft/check')
  expect(keyAtPath(['three', '7', 'draft', 'check'], graph)).toBe('three#7/draft/check')
})

test.each([
  ['approve', []],
  ['letters#2', []],
  ['draft#2/inner/x@7', [{ prefix: '', name: 'draft', number: 2 }]],
  ['gone#1/x', []],
])('%s is inside of the attempts %j', (key, attempts) => {
  expect(attemptsAround(key, graph)).toEqual(attempts)
})

test.each([
  'approve@2',
  'kid/check',
  'letters#over',
  'letters#7',
  'draft#9/inner/x',
  'a%2Fb/c%2Fd#0',
  'three#7/check',
  'three#x',
])('the graph has a stage for the key %s', (key) => {
  expect(stageOfKey(key, graph)).toBeDefined()
})
test.each([
  [['three'], true],
  [['three', 'check', 'check'], true],
  [['three', '7', 'draft', 'inner', 'x'], true],
  [['three', '7'], false],
  [['three', 'check'], false],
  [['three', '7', 'gone'], false],
  [['letters', '7'], false],
])('at %j there is a stage: %s', (path, isStage) => {
  expect(stageIn(graph, path) !== undefined).toBe(isStage)
})
test.each([
  'gone',
  'three#7/gone',
  'kid/gone',
  'approve/check',
  'kid/check/x',
  '',
  '/',
  'constructor',
  '__proto__',
  'a/b',
])('the graph has no stage for the key %j', (key) => {
  expect(stageOfKey(key, graph)).toBeUndefined()
})

test('progress names what has settled or waits, in child pipelines too', () => {
  const calls = [
    { key: 'a', hasEnded: true },
    { key: 'ask', hasEnded: false },
    { key: 'approve', hasEnded: false },
    { key: 'approve@2', hasEnded: true },
    { key: 'kid/check', hasEnded: true },
    { key: 'kid/c%2Fd', hasEnded: false },
    { key: 'draft#2/guard', hasEnded: true },
    { key: 'draft#2/inner/x', hasEnded: false },
    { key: 'list#over', hasEnded: true },
    { key: 'letters#3', hasEnded: true },
    { key: 'gone/inside', hasEnded: true },
  ]
  expect(progressOfCalls(calls, graph)).toEqual({
    a: 'settled',
    ask: 'started',
    approve: 'settled',
    kid: { check: 'settled', 'c/d': 'started' },
    draft: { guard: 'settled', inner: { x: 'started' } },
    list: 'started',
    letters: 'started',
    gone: 'started',
  })
})

test('the progress of the items of a map that run a pipeline is that of the furthest', () => {
  const calls = [
    { key: 'three#1/check', hasEnded: false },
    { key: 'three#2/check', hasEnded: true },
    { key: 'three#2/draft/guard', hasEnded: false },
    { key: 'three#3/check', hasEnded: false },
    { key: 'three#3/draft/inner/x', hasEnded: true },
  ]
  const furthest = { three: { check: 'settled', draft: { guard: 'started', inner: { x: 'settled' } } } }
  expect(progressOfCalls(calls, graph)).toEqual(furthest)
  expect(progressOfCalls(calls.toReversed(), graph)).toEqual(furthest)
})
