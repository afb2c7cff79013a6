import { Pipeline } from '@stageflow/core'
import type { Interceptor, PipelineBuildError, StageContext, StageflowError } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { timeout } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)

/** Lets the map take what is ready. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}
/** Advances the clock in steps, so that each item begins when the one before it ends. */
async function pass(steps: number, ms: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    await turns()
    await clock.advance(ms)
  }
  await turns()
}

test('100 items of a second each complete under timeout() without options', async () => {
  const settled = new Pipeline('letters')
    .withMap('send', {
      over: () => numbers(100),
      concurrency: 1,
      each: async (letter: number, { signal }: StageContext) => {
        await clock.sleep(1_000, signal)
        return { letter }
      },
    })
    .build({ clock, interceptors: [timeout()] })
    .runSettled()
  await pass(100, 1_000)
  const { status, report } = await settled
  expect(status).toBe('completed')
  expect(report.stages['send']).toMatchObject({ status: 'ok', endedAt: 100_000, items: { ok: 100 } })
})

test('an item that takes longer than the limit fails alone', async () => {
  const settled = new Pipeline('letters')
    .withMap('send', {
      over: () => numbers(3),
      onItemFailure: 'collect',
      timeoutMs: 500,
      each: async (letter: number, { signal }: StageContext) => {
        await clock.sleep(letter === 1 ? 501 : 499, signal)
        return { letter }
      },
    })
    .build({ clock, interceptors: [timeout()] })
    .runSettled()
  await pass(2, 499)
  const { status, report, outputs } = await settled
  expect(status).toBe('completed')
  expect(outputs['send']).toMatchObject({
    data: { items: [{ status: 'ok' }, { status: 'fail', error: { code: 'timeout/timed-out' } }, { status: 'ok' }] },
  })
  expect(report.stages['send']?.items?.records[1]).toMatchObject({
    endedAt: 500,
    notes: { timeout: { kind: 'total', limitMs: 500, expired: true } },
  })
})

test('the deadline of an item is its own, and the map has none', async () => {
  const deadlines: unknown[] = []
  const settled = new Pipeline('letters')
    .withMap('send', {
      over: (_, snapshot) => (deadlines.push(snapshot === undefined), numbers(2)),
      concurrency: 1,
      each: async (_: number, { deadline, signal }: StageContext) => {
        deadlines.push(deadline)
        await clock.sleep(20_000, signal)
        return {}
      },
    })
    .build({ clock, interceptors: [timeout()] })
    .runSettled()
  await pass(2, 20_000)
  expect((await settled).status).toBe('completed')
  expect(deadlines).toEqual([false, 30_000, 50_000])
})

/** Two items, one at a time, each with 100 ms. Resolves with the result, and with when each began. */
async function twoItems(first: () => Promise<unknown>, turns: number, graceMs = 5_000) {
  const begun: [number, number][] = []
  const settled = new Pipeline('letters')
    .withMap('send', {
      over: () => numbers(2),
      concurrency: 1,
      onItemFailure: 'skip',
      timeoutMs: 100,
      each: async (letter: number) => {
        begun.push([letter, clock.now()])
        if (letter === 0) await first()
        return { letter }
      },
    })
    .build({ clock, interceptors: [timeout()] })
    .runSettled({}, { graceMs })
  await pass(turns, 10)
  return { result: await settled, begun }
}

test('an item that ignores its signal keeps its place until the code has left', async () => {
  const { result, begun } = await twoItems(() => clock.sleep(400), 50) // without the signal
  expect(result.status).toBe('completed')
  expect(begun).toEqual([
    [0, 0],
    [1, 400],
  ])
})

test('an item that never returns keeps its place for graceMs, and no limit of the map ends it before', async () => {
  const { result, begun } = await twoItems(() => new Promise(() => {}), 120, 1_000)
  expect(result.status).toBe('completed')
  expect(begun).toEqual([
    [0, 0],
    [1, 1_100],
  ])
  expect(result.report.stages.send.items?.records[0]).toMatchObject({ status: 'fail', endedAt: 100, abandoned: true })
})

const sources = {
  'before its first item': async function* (): AsyncGenerator<number> {
    yield await new Promise<never>(() => {})
  },
  'after an item': async function* (): AsyncGenerator<number> {
    yield 1
    await new Promise(() => {})
  },
}
test.each(Object.entries(sources))(
  'a source that hangs %s ends its map after 30,000 ms by default',
  async (_, over) => {
    const settled = new Pipeline('letters')
      .withMap('send', { over, each: (letter: number) => ({ letter }) })
      .build({ clock, interceptors: [timeout()] })
      .runSettled({}, { graceMs: 0 })
    await pass(2, 15_000)
    await pass(1, 0)
    const result = await settled
    expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'timeout/timed-out', stage: 'send' }] })
    expect(result.report.stages['send']).toMatchObject({
      endedAt: 30_000,
      notes: { timeout: { kind: 'idle', limitMs: 30_000, expired: true } },
    })
  },
)

test('a source that hangs is awaited again from the end of the code of the last item', async () => {
  const over = async function* (): AsyncGenerator<number> {
    yield 100
    yield 250
    await new Promise(() => {})
  }
  const settled = new Pipeline('letters')
    .withMap('send', {
      over,
      timeoutMs: 300,
      each: async (ms: number, { signal }: StageContext) => void (await clock.sleep(ms, signal)),
    })
    .build({ clock, interceptors: [timeout()] })
    .runSettled({}, { graceMs: 0 })
  await pass(60, 10)
  expect((await settled).report.stages['send']?.endedAt).toBe(550)
})

test('the messages name the item by its key, and the source', async () => {
  const fails = (over: () => Iterable<number> | AsyncIterable<number>) =>
    new Pipeline('letters')
      .withMap('send', {
        over,
        key: (letter) => `letter ${letter}`,
        timeoutMs: 100,
        each: async (_: number, { signal }: StageContext) => void (await clock.sleep(200, signal)),
      })
      .build({ clock, interceptors: [timeout()] })
      .runSettled({}, { graceMs: 0 })
  const settled = [fails(() => [7]), fails(sources['before its first item'])]
  await pass(3, 50)
  const results = await Promise.all(settled)
  const messages = results.map((result) => result.status === 'failed' && result.errors[0]?.message)
  expect(messages).toEqual([
    'Item "letter 7" of stage "send" of pipeline "letters" took longer than 100 ms. Make it faster, or raise its timeoutMs (false: no limit).',
    'Stage "send" of pipeline "letters" waited 100 ms for an item of its source. Make over() faster, or raise the timeoutMs and the idleTimeoutMs of the stage (false: no limit).',
  ])
})

test.each([
  [{ timeoutMs: 200, idleTimeoutMs: 50 }, 50],
  [{ timeoutMs: 50, idleTimeoutMs: 200 }, 50],
  [{ timeoutMs: 50, idleTimeoutMs: false }, 50],
  [{ timeoutMs: false, idleTimeoutMs: 50 }, 50],
] as const)('with %j a source has %i ms for each item', async (limits, ms) => {
  const over = async function* (): AsyncGenerator<number> {
    for (let index = 0; index < 4; index++) {
      await clock.sleep(index === 3 ? ms + 1 : ms - 1)
      yield index
    }
  }
  const settled = new Pipeline('letters')
    .withMap('send', { over, ...limits, each: (letter: number) => ({ letter }) })
    .build({ clock, interceptors: [timeout()] })
    .runSettled()
  await pass(4, ms - 1)
  await pass(1, 2)
  const { report } = await settled
  expect(report.stages['send']).toMatchObject({ status: 'fail', items: { ok: 3 }, endedAt: 3 * (ms - 1) + ms })
})

test('a source without a limit may hang', async () => {
  const hung = Promise.withResolvers<number>()
  const settled = new Pipeline('letters')
    .withMap('send', {
      over: async function* () {
        yield await hung.promise
      },
      timeoutMs: false,
      each: (letter: number) => ({ letter }),
    })
    .build({ clock, interceptors: [timeout()] })
    .runSettled()
  await pass(1, 1_000_000)
  hung.resolve(7)
  expect(await settled).toMatchObject({ status: 'completed', data: { send: { items: [{ letter: 7 }] } } })
})

test('a map whose reader is far behind does not time out', async () => {
  const over = async function* (): AsyncGenerator<number> {
    await turns() // until the run is read
    yield* numbers(3_000)
  }
  const run = new Pipeline('letters')
    .withMap('send', { over, stream: true, each: (letter: number) => ({ letter }) })
    .build({ clock, interceptors: [timeout()] })
    .start()
  const events = run[Symbol.asyncIterator]()
  await events.next()
  await pass(1, 60_000)
  let chunks = 0
  for (let step = await events.next(); step.done !== true; step = await events.next())
    if (step.value.type === 'stage.send.chunk') chunks++
  expect((await run.settled).status).toBe('completed')
  expect(chunks).toBe(3_000)
})

test('the idle limit of an item counts from its own chunks and heartbeats, not from those of another item', async () => {
  const settled = new Pipeline('letters')
    .withMap('send', {
      over: () => numbers(2),
      onItemFailure: 'collect',
      idleTimeoutMs: 100,
      each: async (letter: number, { signal, heartbeat }: StageContext) => {
        for (let step = 0; step < 5; step++) {
          await clock.sleep(50, signal)
          if (letter === 0) heartbeat()
        }
        return { letter }
      },
    })
    .build({ clock, interceptors: [timeout()] })
    .runSettled()
  await pass(5, 50)
  expect((await settled).outputs['send']).toMatchObject({
    data: { items: [{ status: 'ok' }, { status: 'fail', error: { code: 'timeout/timed-out' } }] },
  })
})

test('an illegal limit of a map is one problem of build()', () => {
  const pipeline = new Pipeline('letters').withMap('send', {
    over: () => numbers(2),
    each: (letter: number) => ({ letter }),
    timeoutMs: 0,
    idleTimeoutMs: -1,
  })
  const problems = (): readonly unknown[] => {
    try {
      return [pipeline.build({ interceptors: [timeout()] })]
    } catch (error) {
      return (error as PipelineBuildError).problems.map(({ cause }) => (cause as StageflowError).code)
    }
  }
  expect(problems()).toEqual(['timeout/illegal-option'])
})

test('a map that waits for its slot is not out of time, although none of its items runs', async () => {
  const begun: string[] = []
  const again: Interceptor = {
    name: 'again',
    wrap: (next, { name }) =>
      name === 'send'
        ? async (context) => {
            const output = await next(context.fork().context)
            if (output.status === 'ok') return output
            await context.wait(10)
            return next(context.fork().context)
          }
        : next,
  }
  const settled = new Pipeline('letters')
    .withMap('send', {
      over: () => numbers(2),
      concurrency: 1,
      onItemFailure: 'skip',
      timeoutMs: 1_000,
      each: async (letter: number, { attempt }: StageContext) => {
        begun.push(`${letter} at ${clock.now()}`)
        if (letter === 0 && attempt === 1) throw new Error('unavailable')
        return { letter }
      },
    })
    .withStage(
      'other',
      async ({ signal }: StageContext<{}>) => {
        begun.push(`other at ${clock.now()}`)
        await clock.sleep(5_000, signal)
      },
      { timeoutMs: false },
    )
    // The limit is around the retry: the first item is out of time while it is in line for the slot.
    .build({ clock, interceptors: [timeout(), again] })
    .runSettled({}, { maxConcurrency: 1 })
  await pass(60, 100)
  const { status, report } = await settled
  expect(begun).toEqual(['0 at 0', 'other at 0', '1 at 5000'])
  expect({ status, fail: report.stages.send.items?.fail }).toEqual({ status: 'completed', fail: 1 })
})
