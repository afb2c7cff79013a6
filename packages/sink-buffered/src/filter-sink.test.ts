import { Pipeline, StageflowError } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'
import { recordingSink } from '@stageflow/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { filterSink, type FilterSinkOptions } from './index.ts'
import { typePattern } from './type-pattern.ts'

async function passing(options: FilterSinkOptions) {
  const behind = recordingSink()
  const sink = filterSink(behind, options)
  const graph = new Pipeline('chat')
    .withStage('llm', async function* ({ tryEmitEvent }) {
      tryEmitEvent('cache.hit', { key: 'weather' })
      yield 'Hello'
      return {}
    })
    .build({ eventSink: sink })
  const { report } = await graph.run({}, { chunkEvents: true })
  expect(report.droppedEvents).toBe(0)
  const { passed, leftOut } = sink.statistics()
  expect([passed, passed + leftOut]).toEqual([behind.events.length, 6])
  return { types: behind.types(), sink }
}

test.each<[FilterSinkOptions, readonly string[]]>([
  [{ include: 'stage.*' }, ['stage.llm.started', 'stage.llm.chunk', 'stage.llm.completed']],
  [{ include: ['*.started', 'cache.hit'] }, ['pipeline.started', 'stage.llm.started', 'cache.hit']],
  [
    { exclude: ['stage.*.chunk', 'stage.*.started', 'cache.*'] },
    ['pipeline.started', 'stage.llm.completed', 'pipeline.completed'],
  ],
  [
    { include: 'stage.*', exclude: ({ type }) => type.endsWith('.chunk') },
    ['stage.llm.started', 'stage.llm.completed'],
  ],
  [{ include: 'cache.*', keepLast: true }, ['cache.hit', 'pipeline.completed']],
  [{ exclude: '*', keepLast: true }, ['pipeline.completed']],
  [{ exclude: '*', keepLast: false }, []],
  [{ exclude: () => true }, []],
])('%o lets through what it says', async (options, types) => {
  expect((await passing(options)).types).toEqual(types)
})

test('without options everything goes through, and undefined is as if left out', async () => {
  expect((await passing({})).types).toHaveLength(6)
  const none = { include: undefined, exclude: undefined, keepLast: undefined } as unknown as FilterSinkOptions
  expect((await passing(none)).types).toHaveLength(6)
})

test('an event that a function cannot judge goes through, and the error is counted', async () => {
  const include = (event: StageflowEvent): boolean =>
    (event.data as unknown as { cost: { total: number } }).cost.total > 3
  const { types, sink } = await passing({ include })
  expect(types).toHaveLength(6)
  expect(sink.statistics()).toMatchObject({ errors: 6 })
  expect(String(sink.statistics().lastError)).toContain('TypeError')
})

test('a function that is asynchronous by mistake lets everything through, and is counted, whatever its promise does', async () => {
  const include = (() => Promise.reject(new Error('no database'))) as unknown as () => boolean
  const { types, sink } = await passing({ include })
  expect(types).toHaveLength(6)
  expect(sink.statistics()).toMatchObject({ errors: 6 })
  expect(String(sink.statistics().lastError)).toContain('it must answer true or false at once')
})

test('what the sink behind answers is the answer, and flush and close are its own', async () => {
  const calls: string[] = []
  const behind = {
    emit: () => Promise.resolve(),
    tryEmit: () => false,
    flush: async () => void calls.push('flush'),
    close: async () => void calls.push('close'),
  }
  const sink = filterSink(behind, { exclude: 'app.sang' })
  const event = (type: string): StageflowEvent => ({ type, data: {}, seq: 0 }) as unknown as StageflowEvent
  expect(sink.tryEmit(event('app.said'))).toBe(false)
  expect(sink.tryEmit(event('app.sang'))).toBe(true)
  expect(sink.emit(event('app.said'))).toBeInstanceOf(Promise)
  expect(sink.emit(event('app.sang'))).toBe(undefined)
  await sink.flush()
  await sink.close()
  expect(calls).toEqual(['flush', 'close'])
  await filterSink(recordingSink()).close()
  const broken = filterSink({ ...behind, flush: () => Promise.reject(new Error('no')) })
  await expect(broken.flush()).rejects.toThrow('flush() of the sink behind failed: no')
})

test('a star stands for any text, dots and nothing at all included; all else stands for itself', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['stage.llm.chunk', 'stage.*.chunk', true],
    ['stage.my.own.chunk', 'stage.*.chunk', true],
    ['stage.chunk', 'stage.*.chunk', false],
    ['stage.llm.chunked', 'stage.*.chunk', false],
    ['aba', 'ab*ba', false],
    ['abba', 'ab*ba', true],
    ['a.b.c.b.d', 'a*b*b*d', true],
    ['a.b.d', 'a*b*b*d', false],
    ['cache.hit', 'cache.hit', true],
    ['cacheXhit', 'cache.hit', false],
    ['cache.hit', '*', true],
    ['cache.hit', '**hit*', true],
    ['cache.hit', 'hit', false],
  ]
  for (const [type, pattern, matched] of cases)
    expect([type, pattern, typePattern(pattern)(type)]).toEqual([type, pattern, matched])
})

test('a pattern matches what the same regular expression does', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 })
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '*'), maxLength: 8 })
  fc.assert(
    fc.property(text, pattern, (type, stars) => {
      const expression = new RegExp(`^${stars.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 's')
      expect(typePattern(stars)(type)).toBe(expression.test(type))
    }),
    { numRuns: 2_000 },
  )
})

test('options that cannot be used are refused, all at once (sink-buffered/illegal-option)', () => {
  const wrong = (sink: unknown, options: unknown) => () => filterSink(sink as never, options as never)
  expect(wrong(recordingSink(), { include: 7, exclude: [], keepLast: 1, only: 'a' })).toThrow(
    'filterSink() was given what it cannot use: include is 7; it must be a type such as "stage.*.chunk", a list of them, or a function of the event; ' +
      'exclude is a list; it must be a type such as "stage.*.chunk", a list of them, or a function of the event; ' +
      'keepLast is 1; it must be true or false; there is no option "only"; there are include, exclude, keepLast.',
  )
  for (const choice of ['', ['a', ''], null, {}, [/a/]])
    expect(wrong(recordingSink(), { include: choice })).toThrow('include is ')
  expect(wrong(() => {}, undefined)).toThrow('the sink behind it is a function; it must be an event sink')
  let error: unknown
  try {
    wrong(null, null)()
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'sink-buffered/illegal-option')).toBe(true)
  expect(String(error)).toContain(
    'the sink behind it is null; it must be an event sink, with emit(event) and tryEmit(event); the options are null; they must be an object.',
  )
})
