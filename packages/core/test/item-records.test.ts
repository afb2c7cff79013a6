import { expect, test } from 'vitest'
import { manualClock } from '@stageflow/testing'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { passing } from './ways.ts'

// What the record of a map says of its items: the same with and without a wrap around them.

const mapping = (each: unknown, interceptors: readonly Interceptor[]) =>
  new Pipeline('demo')
    .withMap('each', { over: () => [1, 2], each: each as (item: number) => object, onItemFailure: 'collect' })
    .build({ clock, interceptors })

const answering: Interceptor = {
  name: 'answering',
  onCall: () => (context) => (context.item?.index === 1 ? StageOutput.fail('not this one') : undefined),
}

test.each<[where: string, interceptors: readonly Interceptor[]]>([
  ['alone', [answering]],
  ['inside a wrap', [passing('outside'), answering]],
  ['around a wrap', [answering, passing('inside')]],
])('an item that an interceptor answers has made no attempt, with the interceptor %s', async (_, interceptors) => {
  const { report } = await mapping((item: number) => ({ item }), interceptors).run()
  const { items } = report.stages.each
  expect(items).toMatchObject({ ok: 1, fail: 1, attempts: 1 })
  expect(items?.records.map(({ attempts }) => attempts)).toEqual([undefined, []])
})

test('an item whose code runs on after an interceptor has answered for it, past the grace time, is abandoned', async () => {
  const early: Interceptor = {
    name: 'early',
    wrap: (next) => (context) => {
      if (context.item?.index === 0) return next(context)
      void next(context)
      return StageOutput.ok({ from: 'interceptor' })
    },
  }
  const deaf = async (item: number): Promise<object> => {
    if (item === 2) await clock.sleep(100)
    return { item }
  }
  const settled = mapping(deaf, [early]).runSettled({}, { graceMs: 30 })
  await clock.advance(30)
  const { status, report } = await settled
  const { items } = report.stages.each
  expect(status).toBe('completed')
  expect(items?.records.map(({ status: ended, abandoned }) => [ended, abandoned])).toEqual([
    ['ok', undefined],
    ['ok', true],
  ])
  await clock.advance(100)
})

test('a map whose item has left, and whose cleanup takes longer than the grace time, is not abandoned', async () => {
  const cleaning = (item: number, context: StageContext): object => {
    context.onCleanup(() => clock.sleep(20))
    return item === 1 ? StageOutput.cancel('enough') : { item }
  }
  const settled = mapping(cleaning, []).runSettled({}, { graceMs: 5 })
  await clock.advance(20)
  const { status, report } = await settled
  expect([status, report.endedAt]).toEqual(['cancelled', 20])
  expect(report.stages.each).toMatchObject({ status: 'cancel', reason: 'enough' })
  expect(report.stages.each).not.toHaveProperty('abandoned')
})

// A manual clock with a seed fires timers that are due at once in any order.
test.each([0, 1, 2, 3])('an observer is told of an abandoned item before the run settles (order %d)', async (seed) => {
  const shuffled = manualClock({ seed })
  const told: string[] = []
  const observing: Interceptor = {
    name: 'observing',
    settled: ({ stage, status, abandoned }, { item }) =>
      void told.push(`${stage} ${item?.key} ${status} ${abandoned ?? false}`),
  }
  const caller = new AbortController()
  const settled = new Pipeline('demo')
    .withMap('each', { over: () => [1, 2], each: () => new Promise<object>(() => {}) })
    .build({ clock: shuffled, interceptors: [observing] })
    .runSettled({}, { graceMs: 30, signal: caller.signal })
  await shuffled.advance(1)
  caller.abort(new Error('enough'))
  void settled.then(({ status }) => told.push(`run ${status}`))
  await shuffled.advance(30)
  expect(told.toSorted()).toEqual([
    'each 0 cancel true',
    'each 1 cancel true',
    'each undefined cancel false',
    'run cancelled',
  ])
  expect(told.at(-1)).toBe('run cancelled')
})
