import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'

import { retry } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)
const unavailable = (): Error => Object.assign(new Error('unavailable'), { status: 503 })

test.each([StageKind.TRANSFORM, StageKind.WORK])(
  'of 20 letters of kind %s with one 503, only the one is sent again',
  async (kind) => {
    const sent: number[] = []
    const graph = new Pipeline('post')
      .withMap('letters', {
        over: () => numbers(20),
        kind,
        concurrency: 4,
        retry: { attempts: 3 },
        each: async (letter: number, { note }: StageContext) => {
          await clock.sleep(10)
          sent.push(letter)
          note('usage', { inputTokens: 10 })
          if (letter === 16 && sent.filter((one) => one === 16).length === 1) throw unavailable()
          return { letter }
        },
      })
      .build({ clock, interceptors: [retry()] })
    const run = graph.run({ extensions: { idempotencyKey: 'order-7' } })
    await clock.runAll()
    const { data, report } = await run
    expect(sent).toHaveLength(21)
    expect(data.letters?.items).toHaveLength(20)
    expect(report.stages.letters.attempts).toHaveLength(1)
    expect(report.stages.letters.items).toMatchObject({ ok: 20, attempts: 21, usage: { inputTokens: 210 } })
    const again = report.stages.letters.items?.records.filter(({ attempts = [] }) => attempts.length > 1)
    expect(again).toMatchObject([{ index: 16, status: 'ok', notes: { retry: { delaysMs: [expect.any(Number)] } } }])
  },
)

test('the attempts of each item are its own, and the map fails after those of one item', async () => {
  const calls = new Map<number, number>()
  const graph = new Pipeline('post')
    .withMap('letters', {
      over: () => numbers(3),
      retry: { attempts: 3 },
      onItemFailure: 'collect',
      each: (letter: number) => {
        calls.set(letter, (calls.get(letter) ?? 0) + 1)
        throw unavailable()
      },
    })
    .build({ clock, interceptors: [retry()] })
  const run = graph.run()
  await clock.runAll()
  expect((await run).data.letters?.items.map((item) => item?.status)).toEqual(['fail', 'fail', 'fail'])
  expect([...calls.values()]).toEqual([3, 3, 3])
})

test('a map whose source fails is not retried, and none of its items is done twice', async () => {
  const done: number[] = []
  const graph = new Pipeline('post')
    .withMap('letters', {
      over: function* () {
        yield 1
        throw unavailable()
      },
      retry: { attempts: 3 },
      each: (letter: number) => {
        done.push(letter)
        return { letter }
      },
    })
    .build({ clock, interceptors: [retry()] })
  expect((await graph.runSettled()).status).toBe('failed')
  expect(done).toEqual([1])
})

test('an item that has started a child run is retried only if it says so itself', async () => {
  const child = new Pipeline('child').withStage('pay', () => ({}))
  const calls: number[] = []
  const graph = new Pipeline('post')
    .withMap('letters', {
      over: () => numbers(2),
      concurrency: 1,
      retry: { attempts: 3 },
      onItemFailure: 'skip',
      each: async (letter: number, { runChild }: StageContext): Promise<StageOutput> => {
        calls.push(letter)
        await runChild(child)
        return StageOutput.fail(unavailable(), letter === 1 ? { retryable: true } : {})
      },
    })
    .build({ clock, interceptors: [retry()] })
  const run = graph.run()
  await clock.runAll()
  await run
  expect(calls).toEqual([0, 1, 1, 1])
})

test('an item keeps its place while it waits for its next attempt', async () => {
  const begun: [number, number][] = []
  const graph = new Pipeline('post')
    .withMap('letters', {
      over: () => numbers(2),
      concurrency: 1,
      retry: { attempts: 2, baseMs: 1_000, jitter: 'none' },
      each: (letter: number, { attempt }: StageContext) => {
        begun.push([letter, attempt])
        if (letter === 0 && attempt === 1) throw unavailable()
        return { letter }
      },
    })
    .build({ clock, interceptors: [retry()] })
  const run = graph.run()
  await clock.runAll()
  await run
  expect(begun).toEqual([
    [0, 1],
    [0, 2],
    [1, 1],
  ])
})

test('retry is not around the map itself, so the attempts of an item are not multiplied', async () => {
  let calls = 0
  const seen: string[] = []
  const sees: Interceptor = {
    name: 'sees',
    wrap: (next, { map, itemOf }) => {
      seen.push(`${map} ${itemOf?.name}`)
      return next
    },
  }
  const graph = new Pipeline('post')
    .withMap('letters', {
      over: () => [1],
      each: () => {
        calls++
        throw unavailable()
      },
    })
    .build({ clock, interceptors: [retry({ attempts: 4 }), sees] })
  const run = graph.runSettled()
  await clock.runAll()
  await run
  expect(calls).toBe(4)
  expect(seen).toEqual(['false letters'])
})
