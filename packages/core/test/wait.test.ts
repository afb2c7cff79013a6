import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { LATE, ignoresAbort, logExpired, onlyAt, runStage, withPart } from './interceptors.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, InterceptorContext, RunStage, StageContext } from '../src/index.ts'

// `context.wait(ms)` gives the slot of `maxConcurrency` to other stages meanwhile.

/** Wraps one stage. */
const wrapAt = (stage: string, wrap: (next: RunStage) => RunStage, name: string = `wrap-${stage}`): Interceptor => ({
  name,
  wrap: (next, info) => (info.name === stage ? wrap(next) : next),
})
/** Waits before the first call of a stage. */
const waitBefore = (stage: string, ms: number): Interceptor =>
  wrapAt(stage, (next) => async (context) => {
    await context.wait(ms)
    return next(context)
  })
/** Code that works for a time and logs when it begins and ends. */
const work =
  (log: string[], ms: number) =>
  async (context: StageContext<{}>): Promise<void> => {
    const { name } = context.stage
    log.push(`${name} begins at ${clock.now()}`)
    await clock.sleep(ms, context.signal)
    log.push(`${name} ends at ${clock.now()}`)
  }

test('another stage takes the slot of a stage that waits', async () => {
  const log: string[] = []
  const run = new Pipeline('demo')
    .withStage('a', work(log, 10))
    .withStage('b', work(log, 10))
    .withStage('c', work(log, 10))
    .build({ clock, interceptors: [waitBefore('a', 15)] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(100)
  expect((await run).status).toBe('completed')
  expect(log).toEqual([
    'b begins at 0',
    'b ends at 10',
    'c begins at 10',
    'c ends at 20',
    'a begins at 20',
    'a ends at 30',
  ])
})

test('a stage that has waited takes a slot ahead of stages that have not started', async () => {
  const log: string[] = []
  const run = new Pipeline('demo')
    .withStage('a', work(log, 10))
    .withStage('b', work(log, 20))
    .withStage('c', work(log, 10))
    .withStage('d', work(log, 10))
    .build({ clock, interceptors: [waitBefore('a', 5)] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(100)
  await run
  expect(log.filter((line) => line.includes('begins'))).toEqual([
    'b begins at 0',
    'a begins at 20',
    'c begins at 30',
    'd begins at 40',
  ])
})

test('stages that have waited take slots in the order in which their waits ended', async () => {
  const log: string[] = []
  const run = new Pipeline('demo')
    .withStage('a', work(log, 10))
    .withStage('b', work(log, 10))
    .withStage('c', work(log, 30))
    .withStage('d', work(log, 10))
    .build({ clock, interceptors: [waitBefore('a', 8), waitBefore('b', 5)] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(100)
  await run
  expect(log.filter((line) => line.includes('begins'))).toEqual([
    'c begins at 0',
    'b begins at 30',
    'a begins at 40',
    'd begins at 50',
  ])
})

test('a stage that waits between its attempts gives its slot back each time', async () => {
  const log: string[] = []
  const retry = wrapAt('a', (next) => async (context) => {
    for (let attempt = 1; ; attempt++) {
      const output = await next(context.fork().context)
      if (output.status === 'ok' || attempt === 3) return output
      await context.wait(5)
    }
  })
  const failing = async (context: StageContext<{}>): Promise<StageOutput | undefined> => {
    await work(log, 10)(context)
    return context.attempt < 3 ? StageOutput.fail('again') : undefined
  }
  const run = new Pipeline('demo')
    .withStage('a', failing)
    .withStage('b', work(log, 10))
    .withStage('c', work(log, 10))
    .build({ clock, interceptors: [retry] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(100)
  expect((await run).report.stages['a']?.attempts).toMatchObject([
    { startedAt: 0, endedAt: 10 },
    { startedAt: 20, endedAt: 30 },
    { startedAt: 40, endedAt: 50 },
  ])
  expect(log.filter((line) => !line.startsWith('a'))).toEqual([
    'b begins at 10',
    'b ends at 20',
    'c begins at 30',
    'c ends at 40',
  ])
})

test('a stage whose code still runs keeps its slot while it waits', async () => {
  const log: string[] = []
  const waits = wrapAt('a', (next) => async (context) => {
    const answer = next(context)
    await context.wait(5)
    return await answer
  })
  const run = new Pipeline('demo')
    .withStage('a', work(log, 20))
    .withStage('b', work(log, 10))
    .build({ clock, interceptors: [waits] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(100)
  await run
  expect(log).toEqual(['a begins at 0', 'a ends at 20', 'b begins at 20', 'b ends at 30'])
})

test('a stage whose abandoned attempt still runs keeps its slot while it waits', async () => {
  const log: string[] = []
  let calls = 0
  const retry = wrapAt('a', (next) => async (context) => {
    const { context: first, abort } = context.fork()
    void next(first)
    await clock.sleep(5)
    abort(LATE)
    await context.wait(5)
    return next(context.fork().context)
  })
  const run = new Pipeline('demo')
    .withStage('a', async () => {
      const own = ++calls
      log.push(`a ${own} begins at ${clock.now()}`)
      await clock.sleep(own === 1 ? 30 : 10)
    })
    .withStage('b', work(log, 10))
    .build({ clock, interceptors: [retry] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(100)
  await run
  expect(log).toEqual(['a 1 begins at 0', 'a 2 begins at 30', 'b begins at 40', 'b ends at 50'])
})

test.each<
  [
    when: string,
    part: (context: InterceptorContext) => ReturnType<NonNullable<ReturnType<NonNullable<Interceptor['onCall']>>>>,
  ]
>([
  ['before its code runs', (context) => void context.wait(5)],
  [
    'while its code runs',
    (context) => ({
      enter: (next) => {
        next()
        void context.wait(5)
      },
    }),
  ],
])('a part that waits %s does not give the slot of an unwrapped stage away', async (_when, part) => {
  const log: string[] = []
  const run = new Pipeline('demo')
    .withStage('a', work(log, 20))
    .withStage('b', work(log, 10))
    .build({ clock, interceptors: [onlyAt('a', withPart('waits', part))] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(100)
  await run
  expect(log).toEqual(['a begins at 0', 'a ends at 20', 'b begins at 20', 'b ends at 30'])
})

test('without maxConcurrency a wait is a sleep', async () => {
  const log: string[] = []
  const run = new Pipeline('demo')
    .withStage('a', work(log, 10))
    .withStage('b', work(log, 10))
    .build({ clock, interceptors: [waitBefore('a', 5)] })
    .run()
  await clock.advance(100)
  await run
  expect(log).toEqual(['b begins at 0', 'a begins at 5', 'b ends at 10', 'a ends at 15'])
})

test('the only stage of a run takes its slot again at once', async () => {
  const { report } = await (async () => {
    const run = runStage(clock, (context) => context.clock.sleep(10), [waitBefore('a', 5)], { maxConcurrency: 1 })
    await clock.advance(100)
    return run
  })()
  expect(report.stages['a']?.attempts).toMatchObject([{ startedAt: 5, endedAt: 15 }])
})

test('a stage that answers after a wait, without a call, leaves its slot to the others', async () => {
  const log: string[] = []
  const answers = wrapAt('a', () => async (context) => {
    await context.wait(5)
    return StageOutput.ok({ from: 'wrap' })
  })
  const run = new Pipeline('demo')
    .withStage('a', () => ({}))
    .withStage('b', work(log, 10))
    .withStage('c', work(log, 10))
    .withStage('d', work(log, 10))
    .build({ clock, interceptors: [answers] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(100)
  const { report } = await run
  expect(report.stages['a']).toMatchObject({ status: 'ok', endedAt: 5, attempts: [] })
  expect(log.filter((line) => line.includes('begins'))).toEqual(['b begins at 0', 'c begins at 10', 'd begins at 20'])
})

describe('a wait rejects with the reason of its signal,', () => {
  test('if the run is cancelled', async () => {
    const seen: unknown[] = []
    const caller = new AbortController()
    const waits = wrapAt('a', (next) => async (context) => {
      await context.wait(50).catch((reason: unknown) => seen.push(reason, clock.now()))
      return next(context)
    })
    const run = runStage(clock, ignoresAbort, [waits], { signal: caller.signal, maxConcurrency: 1 })
    await clock.advance(10)
    const reason = new Error('enough')
    caller.abort(reason)
    const result = await run
    expect(seen).toEqual([reason, 10])
    expect(result).toMatchObject({ status: 'cancelled', report: { stages: { a: { status: 'cancel', attempts: [] } } } })
  })

  test('if its fork is aborted', async () => {
    const seen: unknown[] = []
    const waits = wrapAt('a', (next) => async (context) => {
      const { context: inner, abort } = context.fork()
      clock.setTimeout(() => abort(LATE), 10)
      await inner.wait(50).catch((reason: unknown) => seen.push(reason, clock.now()))
      return next(context)
    })
    const run = runStage(clock, () => ({}), [waits], { maxConcurrency: 1 })
    await clock.advance(10)
    expect((await run).report.stages['a']).toMatchObject({ status: 'ok', attempts: [{ startedAt: 10 }] })
    expect(seen).toEqual([LATE, 10])
  })

  test('if it has aborted before', async () => {
    const waits = wrapAt('a', () => async (context) => {
      const { context: inner, abort } = context.fork()
      abort(LATE)
      return inner.wait(50).then(
        () => StageOutput.ok(),
        (reason: unknown) => StageOutput.skip((reason as Error).message),
      )
    })
    const { report } = await runStage(clock, () => ({}), [waits], { maxConcurrency: 1 })
    expect(report.stages['a']).toMatchObject({ status: 'skip', reason: 'late', endedAt: 0 })
  })
})

test('a run that is stopped while a stage waits for its slot does not run the code of that stage', async () => {
  const log: string[] = []
  const handle = new Pipeline('demo')
    .withStage('a', work(log, 10))
    .withStage('b', work(log, 100))
    .build({ clock, interceptors: [waitBefore('a', 5)] })
    .start({}, { maxConcurrency: 1 })
  await clock.advance(20)
  handle.cancel('enough')
  const { status, report } = await handle.settled
  expect(status).toBe('cancelled')
  expect(report.endedAt).toBe(20)
  expect(report.stages['a']).toMatchObject({ status: 'cancel', endedAt: 20, attempts: [] })
  expect(log).toEqual(['b begins at 0'])
})

test('a call that is aborted while it waits for its slot fails with the reason, and the stage may call again', async () => {
  const log: string[] = []
  const waits = wrapAt('a', (next) => async (context) => {
    const { context: first, abort } = context.fork()
    await context.wait(5)
    clock.setTimeout(() => abort(LATE), 5)
    const output = await next(first)
    log.push(`first ${output.status} at ${clock.now()}`)
    return next(context)
  })
  const run = new Pipeline('demo')
    .withStage('a', work(log, 10))
    .withStage('b', work(log, 20))
    .build({ clock, interceptors: [waits] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(100)
  await run
  expect(log).toEqual(['b begins at 0', 'first fail at 10', 'b ends at 20', 'a begins at 20', 'a ends at 30'])
})

test('a stage that is late ends while it waits, and its slot is free', async () => {
  const log: string[] = []
  const run = new Pipeline('demo')
    .withStage('a', work(log, 10), { late: 'abort' })
    .withStage('b', work(log, 10))
    .withStage('c', work(log, 10), { dependencies: ['a', 'b'], join: 'any' })
    .build({ clock, interceptors: [waitBefore('a', 50)] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(100)
  const { report } = await run
  expect(report.stages['a']).toMatchObject({ status: 'skip', reason: 'late', endedAt: 10 })
  expect(log.filter((line) => line.includes('begins'))).toEqual(['b begins at 0', 'c begins at 10'])
})

test('two calls at once of a stage that waited run one after the other, in one slot', async () => {
  const log: string[] = []
  const twice = wrapAt('a', (next) => async (context) => {
    await context.wait(5)
    const [, second] = await Promise.all([next(context.fork().context), next(context.fork().context)])
    return second
  })
  const run = new Pipeline('demo')
    .withStage('a', work(log, 10))
    .withStage('b', work(log, 10))
    .withStage('c', work(log, 10))
    .build({ clock, interceptors: [twice] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(100)
  expect((await run).report.stages['a']?.attempts).toHaveLength(2)
  expect(log.filter((line) => line.includes('begins'))).toEqual([
    'b begins at 0',
    'a begins at 10',
    'a begins at 20',
    'c begins at 30',
  ])
})

test('limits run on while a stage waits', async () => {
  const log: string[] = []
  const run = runStage(clock, () => ({}), [logExpired(log, 'limit', () => ({ deadline: 20 })), waitBefore('a', 50)], {
    maxConcurrency: 1,
    onFailure: 'skip',
  })
  await clock.advance(50)
  expect((await run).report.stages['a']).toMatchObject({ status: 'fail', endedAt: 20, attempts: [] })
  expect(log).toEqual(['limit a deadline at 20'])
})

describe('while a stage waits for its slot,', () => {
  const retry = wrapAt('a', (next) => async (context) => {
    await next(context.fork().context)
    await context.wait(5)
    return next(context.fork().context)
  })

  test('the limits of the call that waits stand still', async () => {
    const log: string[] = []
    let calls = 0
    const run = new Pipeline('demo')
      .withStage(
        'a',
        async (context) => {
          await context.clock.sleep(++calls === 1 ? 5 : 500, context.signal)
        },
        { onFailure: 'skip' },
      )
      .withStage('b', work(log, 100))
      .build({
        clock,
        interceptors: [
          retry,
          onlyAt(
            'a',
            logExpired(log, 'inner', ({ now }) => ({ deadline: now + 20 })),
          ),
        ],
      })
      .run({}, { maxConcurrency: 1 })
    await clock.advance(1_000)
    expect((await run).report.stages['a']).toMatchObject({ attempts: [{}, { startedAt: 105, endedAt: 125 }] })
    expect(log).toEqual(['b begins at 5', 'b ends at 105', 'inner a deadline at 125'])
  })

  test('limits around a retry run on', async () => {
    const log: string[] = []
    const run = new Pipeline('demo')
      .withStage('a', (context) => context.clock.sleep(5), { onFailure: 'skip' })
      .withStage('b', work(log, 100))
      .build({
        clock,
        interceptors: [
          onlyAt(
            'a',
            logExpired(log, 'outer', () => ({ deadline: 50 })),
          ),
          retry,
        ],
      })
      .run({}, { maxConcurrency: 1 })
    await clock.advance(1_000)
    expect((await run).report.stages['a']).toMatchObject({ status: 'fail', endedAt: 50, attempts: [{ endedAt: 5 }] })
    expect(log).toEqual(['b begins at 5', 'outer a deadline at 50', 'b ends at 105'])
  })

  test('the limits of the stage above its run go on', async () => {
    const log: string[] = []
    const child = new Pipeline('child').withStage('a', () => ({})).withStage('b', work(log, 100))
    const run = new Pipeline('demo')
      .withStage(
        'above',
        async (context) => {
          await context.runChild(child, {}, { maxConcurrency: 1 })
        },
        { onFailure: 'skip' },
      )
      .build({
        clock,
        interceptors: [
          waitBefore('a', 5),
          onlyAt(
            'above',
            logExpired(log, 'above', () => ({ deadline: 50 })),
          ),
        ],
      })
      .run()
    await clock.advance(1_000)
    expect((await run).report.stages['above']).toMatchObject({ status: 'fail', endedAt: 50 })
    expect(log).toEqual(['b begins at 0', 'above above deadline at 50'])
  })
})

test('a stage whose call ends in line for its slot, and that waits again, leaves the line', async () => {
  const log: string[] = []
  const again = wrapAt('a', (next) => async (context) => {
    await context.wait(5)
    const { context: first, abort } = context.fork()
    const given = next(first) // b has the slot
    await clock.sleep(20)
    abort(LATE)
    await given
    await context.wait(200)
    return next(context.fork().context)
  })
  const run = new Pipeline('demo')
    .withStage('a', work(log, 10))
    .withStage('b', work(log, 50))
    .withStage('c', work(log, 50))
    .build({ clock, interceptors: [again] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(500)
  await run
  expect(log).toEqual([
    'b begins at 0',
    'b ends at 50',
    'c begins at 50',
    'c ends at 100',
    'a begins at 225',
    'a ends at 235',
  ])
})

test('a stage that takes a slot starts outside the async context of the stage that waits', async () => {
  const place = new AsyncLocalStorage<string>()
  const seen: (string | undefined)[] = []
  const around: Interceptor = wrapAt('a', (next) => (context) => place.run('a', async () => next(context)), 'around')
  const again = wrapAt('a', (next) => async (context) => {
    await next(context.fork().context)
    await context.wait(5)
    return next(context.fork().context)
  })
  const run = new Pipeline('demo')
    .withStage('a', () => void seen.push(place.getStore()))
    .withStage('b', async () => {
      seen.push(place.getStore())
      await clock.sleep(10)
    })
    .withStage('c', () => void seen.push(place.getStore()))
    .build({ clock, interceptors: [around, again] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(100)
  await run
  expect(seen).toEqual(['a', undefined, 'a', undefined])
})
