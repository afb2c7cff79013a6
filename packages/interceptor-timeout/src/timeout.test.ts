import { Pipeline, StageOutput, StageflowError, without } from '@stageflow/core'
import type { Clock, Interceptor, StageContext, StageInfo, StageOutput as Output } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { timeout } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const waits = (ms: number) => async (context: StageContext) => {
  await context.clock.sleep(ms, context.signal)
  return { waited: ms }
}
/** Ignores its signal. */
const deaf = (ms: number) => async (context: StageContext) => {
  await context.clock.sleep(ms)
  return { waited: ms }
}

test('by default a stage that takes 30,000 ms fails, and one that takes less completes', async () => {
  const settled = (['fast', 'slow'] as const).map((name) =>
    new Pipeline(name)
      .withStage('llm', waits(name === 'fast' ? 29_999 : 30_001))
      .build({ clock, interceptors: [timeout()] })
      .runSettled(),
  )
  await clock.advance(30_000)
  const [fast, slow] = await Promise.all(settled)
  expect(fast?.status).toBe('completed')
  expect(slow).toMatchObject({ status: 'failed', errors: [{ code: 'timeout/timed-out', stage: 'llm' }] })
  expect(slow?.report.stages['llm']).toMatchObject({ status: 'fail', startedAt: 0, endedAt: 30_000 })
})

test('the failure is retryable, names the stage and its limit, and is noted in the record', async () => {
  const outputs: unknown[] = []
  const outer: Interceptor = {
    name: 'outer',
    wrap: (next) => async (context) => {
      const output = await next(context)
      outputs.push(output)
      return output
    },
  }
  const settled = new Pipeline('chat')
    .withStage('llm', waits(1_000))
    .build({ clock, interceptors: [outer, timeout({ timeoutMs: 100 })] })
    .runSettled()
  await clock.advance(100)
  const { report } = await settled
  expect(outputs).toMatchObject([{ status: 'fail', retryable: true }])
  expect(report.stages['llm']).toMatchObject({
    error: {
      code: 'timeout/timed-out',
      message:
        'Stage "llm" of pipeline "chat" took longer than 100 ms. Make it faster, or raise its timeoutMs (false: no limit).',
    },
    notes: { timeout: { kind: 'total', limitMs: 100, expired: true } },
  })
})

test("only the stage's own signal aborts, with the error", async () => {
  const reasons: unknown[] = []
  let other: AbortSignal | undefined
  const settled = new Pipeline('chat')
    .withStage(
      'llm',
      async (context) => {
        try {
          await context.clock.sleep(1_000, context.signal)
        } catch (reason) {
          reasons.push(reason, context.signal.reason)
          throw reason
        }
      },
      { onFailure: 'skip' },
    )
    .withStage(
      'other',
      async (context) => {
        other = context.signal
        await context.clock.sleep(500, context.signal)
      },
      { timeoutMs: false },
    )
    .build({ clock, interceptors: [timeout({ timeoutMs: 100 })] })
    .run()
  await clock.advance(500)
  expect((await settled).status).toBe('completed')
  expect(reasons).toHaveLength(2)
  expect(reasons.every((reason) => StageflowError.is(reason, 'timeout/timed-out'))).toBe(true)
  expect(other?.aborted).toBe(false)
})

test('case 5: the stage ends at once, a late result is dropped, and the run waits for the code', async () => {
  const log: string[] = []
  const eventSink = recordingSink()
  const settled = new Pipeline('chat')
    .withStage(
      'llm',
      async (context) => {
        await context.clock.sleep(250)
        log.push(`the code ends at ${clock.now()}`)
        return { late: true }
      },
      { onFailure: { fallback: { late: false } } },
    )
    .withStage('after', () => void log.push(`the dependent runs at ${clock.now()}`), { dependencies: ['llm'] })
    .build({ clock, eventSink, interceptors: [timeout({ timeoutMs: 100 })] })
    .run()
  void settled.then(() => log.push(`the run ends at ${clock.now()}`))
  await clock.advance(250)
  const { data, report } = await settled
  expect(log).toEqual(['the dependent runs at 100', 'the code ends at 250', 'the run ends at 250'])
  expect(data).toMatchObject({ llm: { late: false } })
  expect(report.stages['llm']).toMatchObject({
    status: 'fail',
    tolerated: true,
    endedAt: 100,
    attempts: [{ startedAt: 0, endedAt: 250, status: 'ok' }],
  })
  expect(eventSink.types().filter((type) => type.startsWith('stage.llm'))).toEqual([
    'stage.llm.started',
    'stage.llm.failed',
  ])
})

test('the run waits for code that ignores its signal for the grace time, and reports it as abandoned', async () => {
  const settled = new Pipeline('chat')
    .withStage('llm', () => new Promise<object>(() => {}))
    .build({ clock, interceptors: [timeout({ timeoutMs: 100 })] })
    .runSettled({}, { graceMs: 300 })
  await clock.advance(399)
  expect(clock.timers).toHaveLength(1)
  await clock.advance(1)
  const result = await settled
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'timeout/timed-out' }] })
  expect(result.report).toMatchObject({
    endedAt: 400,
    stages: { llm: { status: 'fail', abandoned: true, endedAt: 100 } },
  })
})

test.each([
  ['is cancelled', 'cancelled'],
  ['exceeds its own timeoutMs', 'failed'],
] as const)('a run that %s leaves no timer for code that never ends', async (_, expected) => {
  const controller = new AbortController()
  const settled = new Pipeline('chat')
    .withStage('llm', () => new Promise<object>(() => {}))
    .build({ clock, interceptors: [timeout({ timeoutMs: 1_000, idleTimeoutMs: 900 })] })
    .runSettled({}, { graceMs: 200, timeoutMs: expected === 'failed' ? 50 : 5_000, signal: controller.signal })
  await clock.advance(50)
  controller.abort(new Error('enough'))
  await clock.advance(200)
  const { status, report } = await settled
  expect(status).toBe(expected)
  expect(report.stages['llm']).toMatchObject({ status: 'cancel', abandoned: true, notes: {} })
})

test("if the run's deadline comes first, it is the only error", async () => {
  let deadline: number | undefined
  for (const [timeoutMs, code, ms] of [
    [80, 'core/timed-out', 80],
    [100, 'core/timed-out', 100],
    [101, 'timeout/timed-out', 100],
  ] as const) {
    const settled = new Pipeline('chat')
      .withStage('llm', (context) => {
        deadline = context.deadline
        return waits(1_000)(context)
      })
      .build({ clock, interceptors: [timeout({ timeoutMs: 100 })] })
      .runSettled({}, { timeoutMs })
    const startedAt = clock.now()
    await clock.advance(101)
    const result = await settled
    expect(result.status === 'failed' && result.errors).toMatchObject([{ code }])
    expect(result.report.endedAt - startedAt).toBe(ms)
    expect(deadline).toBe(startedAt + ms)
  }
})

test("code that outlives the run's deadline and its own limit causes no second error", async () => {
  for (const limits of [{ timeoutMs: 100 }, { timeoutMs: 1_000, idleTimeoutMs: 100 }]) {
    const settled = new Pipeline('chat')
      .withStage('llm', deaf(200))
      .build({ clock, interceptors: [timeout(limits)] })
      .runSettled({}, { timeoutMs: 90 })
    await clock.advance(200)
    const result = await settled
    expect(result.status === 'failed' && result.errors.map(({ code }) => code)).toEqual(['core/timed-out'])
    expect(result.report.stages['llm']?.notes).toEqual({})
  }
})

test('a stage that an outer interceptor aborts first fails with the reason of that abort', async () => {
  const outer: Interceptor = {
    name: 'outer',
    wrap: (next) => (context) => {
      const { context: inner, abort } = context.fork()
      context.clock.setTimeout(() => abort(new Error('outer limit')), 50)
      return next(inner)
    },
  }
  const settled = new Pipeline('chat')
    .withStage('llm', waits(1_000))
    .build({ clock, interceptors: [outer, timeout({ timeoutMs: 100 })] })
    .runSettled()
  await clock.advance(50)
  const result = await settled
  expect(result).toMatchObject({ status: 'failed', errors: [{ message: 'outer limit' }] })
})

test('a stage that an outer interceptor has answered gets no second failure and no note', async () => {
  const hasty: Interceptor = {
    name: 'hasty',
    wrap: (next) => (context) => {
      void next(context)
      return StageOutput.ok({ cached: true })
    },
  }
  const settled = new Pipeline('chat')
    .withStage('llm', deaf(200))
    .build({ clock, interceptors: [hasty, timeout({ timeoutMs: 100 })] })
    .run()
  await clock.advance(200)
  const { data, report } = await settled
  expect(data).toEqual({ llm: { cached: true } })
  expect(report.stages['llm']).toMatchObject({ status: 'ok', notes: {} })
})

test('case 7: a run that failed with a timeout has the outputs and times of the stages that completed', async () => {
  const settled = new Pipeline('chat')
    .withStage('profile', waits(30))
    .withStage('llm', waits(1_000), { dependencies: ['profile'] })
    .build({ clock, interceptors: [timeout({ timeoutMs: 100 })] })
    .runSettled()
  await clock.advance(130)
  const { status, data, report } = await settled
  expect([status, data]).toEqual(['failed', { profile: { waited: 30 } }])
  expect(report.stages['profile']).toMatchObject({ status: 'ok', startedAt: 0, endedAt: 30 })
})

test('each stage can have its own limit, or none', async () => {
  const settled = new Pipeline('chat')
    .withStage('short', waits(300), { timeoutMs: 200, onFailure: 'skip' })
    .withStage('long', waits(900), { timeoutMs: 1_000 })
    .withStage('any', waits(5_000), { timeoutMs: false })
    .withStage('other', waits(600), { onFailure: 'skip' })
    .build({ clock, interceptors: [timeout({ timeoutMs: 500 })] })
    .run()
  await clock.advance(5_000)
  const { report } = await settled
  const ended = Object.values(report.stages).map(({ stage, status, endedAt }) => [stage, status, endedAt])
  expect(ended).toEqual([
    ['short', 'fail', 200],
    ['long', 'ok', 900],
    ['any', 'ok', 5_000],
    ['other', 'fail', 500],
  ])
})

test('a child run ends when the stage that started it is out of time', async () => {
  const child = new Pipeline('lookup').withStage('inner', waits(1_000))
  const settled = new Pipeline('chat')
    .withPipeline('memory', child, { timeoutMs: 100 })
    .build({ clock, interceptors: [timeout()] })
    .runSettled()
  await clock.advance(100)
  const result = await settled
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'timeout/timed-out', stage: 'memory' }] })
  const [inner] = result.report.stages['memory']?.children ?? []
  expect(inner).toMatchObject({ status: 'cancelled', endedAt: 100, stages: { inner: { status: 'cancel', notes: {} } } })
})

test('chunks that a stream yields after its limit are dropped, and the generator is closed', async () => {
  const log: string[] = []
  const settled = new Pipeline('chat')
    .withStage('llm', async function* (context: StageContext) {
      try {
        for (let token = 0; ; token++) {
          await context.clock.sleep(40)
          yield token
        }
      } finally {
        log.push(`closed at ${clock.now()}`)
      }
    })
    .build({ clock, interceptors: [timeout({ timeoutMs: 100 })] })
    .runSettled()
  await clock.advance(120)
  const { report } = await settled
  expect(report.stages['llm']).toMatchObject({ status: 'fail', chunks: 2, endedAt: 100 })
  expect(log).toEqual(['closed at 120'])
})

test.each([
  ['ok', () => StageOutput.ok({ a: 1 })],
  ['skip', () => StageOutput.skip('nothing')],
  ['cancel', () => StageOutput.cancel('enough')],
  ['fail', () => StageOutput.fail('broken')],
] as const)('%s passes unchanged, synchronous or not', async (status, execute) => {
  const now: () => Output = execute
  const stages: readonly (() => object)[] = [now, async () => now()]
  for (const stage of stages) {
    const result = await new Pipeline('chat')
      .withStage('a', stage)
      .build({ clock, interceptors: [timeout({ idleTimeoutMs: 10 })] })
      .runSettled()
    expect(result.report.stages['a']).toMatchObject({ status, notes: {} })
  }
})

test('an aborted run ends cancelled, not timed out', async () => {
  const controller = new AbortController()
  const settled = new Pipeline('chat')
    .withStage('llm', waits(1_000))
    .build({ clock, interceptors: [timeout({ timeoutMs: 100 })] })
    .run({}, { signal: controller.signal })
  await clock.advance(50)
  controller.abort(new Error('enough'))
  const result = await settled
  expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(result.report.stages['llm']).toMatchObject({ status: 'cancel', notes: {} })
})

test('case 11: without the interceptor there is no limit', async () => {
  const defaults = [timeout({ timeoutMs: 100 })]
  for (const interceptors of [without(defaults, 'timeout'), []]) {
    const settled = new Pipeline('chat').withStage('llm', waits(60_000)).build({ clock, interceptors }).run()
    await clock.advance(60_000)
    expect((await settled).status).toBe('completed')
  }
})

test('a stage without a limit is left alone', () => {
  const stage = { name: 'a', options: { timeoutMs: false } } as unknown as StageInfo
  expect(timeout().onCall?.(stage)).toBeUndefined()
})

/** A clock on which the code of a stage can itself take time, and whose timers are set when that has gone as far as it can. */
function busyClock(): Clock & { busy(ms: number): void } {
  let spent = 0
  const { setTimeout, sleep } = clock
  return {
    now: () => clock.now() + spent,
    setTimeout,
    setImmediate: (callback) => setTimeout(callback, 0),
    sleep,
    busy: (ms) => (spent += ms),
  }
}

test('the time that code takes before it first waits counts too', async () => {
  const busy = busyClock()
  const settled = new Pipeline('chat')
    .withStage('llm', (context) => {
      busy.busy(60)
      return waits(1_000)(context)
    })
    .build({ clock: busy, interceptors: [timeout({ timeoutMs: 100 })] })
    .runSettled()
  await clock.advance(39)
  expect(clock.pending).toBeGreaterThan(0)
  await clock.advance(1)
  const { report } = await settled
  expect(report.stages['llm']).toMatchObject({ status: 'fail', startedAt: 0, endedAt: 100 })
})

test('a stage that blocks past its limit is not cut short, and ends ok', async () => {
  const busy = busyClock()
  const graph = new Pipeline('chat')
    .withStage('crunch', () => {
      busy.busy(60_000)
      return { done: true }
    })
    .build({ clock: busy, interceptors: [timeout({ timeoutMs: 100 })] })
  expect((await graph.run()).status).toBe('completed')
})
