import { describe, expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { ArrayExecutor } from './array-executor.ts'
import { limitTo, retryUpTo } from './interceptors.ts'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'

/** Notes 100 tokens in each attempt, and fails all but the last. */
const billed =
  (attempts: number) =>
  async ({ attempt, note }: StageContext): Promise<object> => {
    note('usage', { inputTokens: 100, details: { cachedTokens: 1 } } as never)
    note('acme/model' as never, `model ${attempt}` as never)
    if (attempt === 1) note('acme/first' as never, true as never)
    if (attempt < attempts) throw new Error('busy')
    return {}
  }

test('usage of a stage is the sum over its attempts; every other note is that of the last attempt', async () => {
  const { report } = await new Pipeline('demo')
    .withStage('a', billed(3))
    .build({ clock, interceptors: [retryUpTo(3)] })
    .run()
  expect(report.stages.a).toMatchObject({
    notes: { usage: { inputTokens: 300, details: { cachedTokens: 3 } }, 'acme/model': 'model 3' },
    attempts: [1, 2, 3].map((attempt) => ({
      notes: { usage: { inputTokens: 100 }, 'acme/model': `model ${attempt}` },
    })),
  })
  expect(report.stages.a.notes).not.toHaveProperty('acme/first')
  expect(report.stages.a.attempts[0]?.notes).toHaveProperty('acme/first')
})

test('`settled` of an interceptor is told the sum', async () => {
  const seen: unknown[] = []
  const metrics: Interceptor = { name: 'metrics', settled: ({ notes }) => void seen.push(notes.usage) }
  await new Pipeline('demo')
    .withStage('a', billed(3))
    .build({ clock, interceptors: [metrics, retryUpTo(3)] })
    .run()
  expect(seen).toMatchObject([{ inputTokens: 300 }])
})

test('an attempt that timed out counts, also what it notes after its time', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', async ({ attempt, note, clock: time, signal }) => {
      note('usage', { inputTokens: 10 })
      if (attempt > 1) return {}
      await time.sleep(1_000, signal).catch(() => {})
      note('usage', { inputTokens: 10, outputTokens: 5 })
      return {}
    })
    .build({ clock, interceptors: [retryUpTo(2), limitTo(100)] })
  const run = graph.run()
  await clock.advance(100)
  const { report } = await run
  expect(report.stages.a.attempts.map(({ notes }) => notes)).toEqual([
    { usage: { inputTokens: 10, outputTokens: 5 } },
    { usage: { inputTokens: 10 } },
  ])
  expect(report.stages.a.notes).toEqual({ usage: { inputTokens: 20, outputTokens: 5 } })
})

test('a bare stage that settles before its code has one attempt with all its notes', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', async ({ note, clock: time, signal }) => {
      note('usage', { inputTokens: 10 })
      await time.sleep(1_000, signal).catch(() => {})
      note('usage', { inputTokens: 30 })
      return {}
    })
    .build({ clock, interceptors: [limitTo(100)] })
  const run = graph.runSettled()
  await clock.advance(100)
  const { report } = await run
  expect(report.stages.a).toMatchObject({
    notes: { usage: { inputTokens: 30 } },
    attempts: [{ notes: { usage: { inputTokens: 30 } } }],
  })
})

test('a stage without a retry has its notes on its one attempt', async () => {
  const { report } = await new Pipeline('demo').withStage('a', billed(1)).build({ clock }).run()
  expect(report.stages.a.attempts).toMatchObject([{ notes: { usage: { inputTokens: 100 } } }])
  const bare = await new Pipeline('demo')
    .withStage('a', () => ({}))
    .build({ clock })
    .run()
  expect(bare.report.stages.a.attempts[0]).not.toHaveProperty('notes')
})

test('what interceptors note before and after the code of an attempt is of the stage, and stays', async () => {
  const outside: Interceptor = {
    name: 'outside',
    wrap: (next) => async (context) => {
      context.note('acme/before' as never, 1 as never)
      const output = await next(context)
      context.note('acme/after' as never, 2 as never)
      return output
    },
  }
  const inside: Interceptor = {
    name: 'inside',
    wrap: (next) => async (context) => {
      const output = await next(context)
      context.note('acme/answer' as never, output.status as never)
      return output
    },
  }
  const { report } = await new Pipeline('demo')
    .withStage('a', billed(2))
    .build({ clock, interceptors: [outside, retryUpTo(2), inside] })
    .run()
  const { notes, attempts } = report.stages.a
  expect(notes).toMatchObject({ 'acme/before': 1, 'acme/after': 2, 'acme/answer': 'ok' })
  for (const attempt of attempts) expect(Object.keys(attempt.notes ?? {})).not.toContain('acme/answer')
})

describe('sums', () => {
  const sumOf = async (...usages: unknown[]): Promise<unknown> => {
    const { report } = await new Pipeline('demo')
      .withStage('a', ({ attempt, note }) => {
        note('usage', usages[attempt - 1] as never)
        return attempt < usages.length ? StageOutput.fail('busy') : {}
      })
      .build({ clock, interceptors: [retryUpTo(usages.length)] })
      .run()
    return report.stages.a.notes.usage
  }
  test.each([
    ['numbers are added', [{ a: 1 }, { a: 2, b: 3 }], { a: 3, b: 3 }],
    ['one level down too', [{ d: { a: 1 } }, { d: { a: 2 } }], { d: { a: 3 } }],
    ['two levels down the last counts', [{ d: { e: { a: 1 } } }, { d: { e: { a: 2 } } }], { d: { e: { a: 2 } } }],
    ['other values are the last', [{ model: 'x' }, { model: 'y' }], { model: 'y' }],
    ['estimated stays true', [{ estimated: true }, { estimated: false }], { estimated: true }],
    ['estimated becomes true', [{ estimated: false }, { estimated: true }], { estimated: true }],
    ['what is no object is the last', [{ a: 1 }, 5], 5],
    ['null is the last', [null, { a: 1 }], { a: 1 }],
  ])('%s', async (_rule, usages, sum) => {
    expect(await sumOf(...usages)).toEqual(sum)
  })
})

describe('in a durable run', () => {
  const graph = new Pipeline('demo')
    .withStage('a', async (context: StageContext) => {
      await billed(3)(context)
      return context.resumed === undefined ? StageOutput.suspend('go on?') : {}
    })
    .build({ interceptors: [retryUpTo(3)] })

  test('the facts of a call have the sum, and a later leg adds those of all calls', async () => {
    const first = new ArrayExecutor()
    const suspended = await runDurable(graph, first, {})
    expect(suspended.report.stages.a.notes).toMatchObject({ usage: { inputTokens: 300 } })
    expect(JSON.stringify(first.facts)).toContain('"usage":{"inputTokens":300')
    const second = new ArrayExecutor(first.facts)
    second.answer('a', 'yes')
    const { report } = await runDurable(graph, second, {})
    expect(report.stages.a.attempts.length).toBe(6)
    expect(report.stages.a.notes).toMatchObject({ usage: { inputTokens: 600 } })
  })
})
