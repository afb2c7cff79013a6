import { Pipeline } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { timeout } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const beats =
  (...at: readonly number[]) =>
  async (context: StageContext) => {
    for (const time of at) {
      await context.clock.sleep(time - clock.now(), context.signal)
      context.heartbeat()
    }
    await context.clock.sleep(10_000, context.signal)
  }

test('a stage without progress fails when its idle limit has passed since its last heartbeat', async () => {
  const settled = new Pipeline('chat')
    .withStage('llm', beats(40, 80, 120, 160))
    .build({ clock, interceptors: [timeout({ idleTimeoutMs: 50 })] })
    .runSettled()
  await clock.advance(210)
  const { report } = await settled
  expect(report.stages['llm']).toMatchObject({
    status: 'fail',
    endedAt: 210,
    error: {
      code: 'timeout/timed-out',
      message:
        'Stage "llm" of pipeline "chat" showed no progress for 50 ms. Call context.heartbeat() in it as it goes on, or raise its idleTimeoutMs (false: no limit).',
    },
    notes: { timeout: { kind: 'idle', limitMs: 50, expired: true } },
  })
})

test('heartbeats are not needed without an idle limit, and the idle limit counts from the start', async () => {
  const graph = (idleTimeoutMs?: number) =>
    new Pipeline('chat')
      .withStage('llm', (context) => context.clock.sleep(200, context.signal))
      .build({ clock, interceptors: [timeout(idleTimeoutMs === undefined ? {} : { idleTimeoutMs })] })
      .runSettled()
  const [none, some] = [graph(), graph(50)]
  await clock.advance(200)
  expect((await none).status).toBe('completed')
  expect((await some).report.stages['llm']).toMatchObject({ endedAt: 50, status: 'fail' })
})

test('heartbeats do not move the total limit', async () => {
  const settled = new Pipeline('chat')
    .withStage('llm', beats(40, 80, 120, 160))
    .build({ clock, interceptors: [timeout({ timeoutMs: 100, idleTimeoutMs: 50 })] })
    .runSettled()
  await clock.advance(200)
  const { report } = await settled
  expect(report.stages['llm']).toMatchObject({ endedAt: 100, notes: { timeout: { kind: 'total', limitMs: 100 } } })
})

test('with an idle limit alone a stage can run as long as it makes progress', async () => {
  const settled = new Pipeline('chat')
    .withStage(
      'llm',
      async (context) => {
        for (let step = 0; step < 1_000; step++) {
          await context.clock.sleep(90)
          context.heartbeat()
        }
      },
      { timeoutMs: false, idleTimeoutMs: 100 },
    )
    .build({ clock, interceptors: [timeout()] })
    .run()
  await clock.advance(90_000)
  expect((await settled).status).toBe('completed')
})

test('a stage can switch the idle limit off, or set its own', async () => {
  const settled = new Pipeline('chat')
    .withStage('off', (context) => context.clock.sleep(200), { idleTimeoutMs: false })
    .withStage('own', (context) => context.clock.sleep(200, context.signal), { idleTimeoutMs: 150, onFailure: 'skip' })
    .build({ clock, interceptors: [timeout({ idleTimeoutMs: 50 })] })
    .run()
  await clock.advance(200)
  const { report } = await settled
  expect(report.stages['off']?.status).toBe('ok')
  expect(report.stages['own']).toMatchObject({ status: 'fail', endedAt: 150 })
})

test('a heartbeat counts before the code first waits, and changes nothing after the stage has ended', async () => {
  const late: (() => void)[] = []
  const settled = new Pipeline('chat')
    .withStage(
      'llm',
      (context) => {
        context.heartbeat()
        late.push(context.heartbeat)
        return context.clock.sleep(200, context.signal)
      },
      { onFailure: 'skip' },
    )
    .withStage('after', (context) => context.clock.sleep(100), { idleTimeoutMs: false })
    .build({ clock, interceptors: [timeout({ idleTimeoutMs: 50 })] })
    .run()
  await clock.advance(60)
  for (const heartbeat of late) heartbeat()
  await clock.advance(40)
  expect((await settled).report.stages['llm']).toMatchObject({ endedAt: 50, status: 'fail' })
})

/** Calls a stage that failed once more, at once. */
const again: Interceptor = {
  name: 'again',
  wrap: (next) => async (context) => {
    const first = await next(context)
    return first.status === 'fail' ? next(context) : first
  },
}

test("a second call's idle limit is its own", async () => {
  const settled = new Pipeline('chat')
    .withStage('llm', (context) => context.clock.sleep(context.attempt === 1 ? 200 : 40, context.signal))
    .build({
      clock,
      interceptors: [again, timeout({ idleTimeoutMs: 50 })],
    })
    .run()
  await clock.advance(100)
  const { report } = await settled
  expect(report.stages['llm']).toMatchObject({ status: 'ok', endedAt: 90 })
})

test('the limit stands still while a second call waits for the code of the first, which ignores its signal', async () => {
  for (const limits of [{ timeoutMs: 50 }, { timeoutMs: false, idleTimeoutMs: 50 }] as const) {
    const startedAt = clock.now()
    const running = new Pipeline('chat')
      .withStage('llm', ({ attempt }) => clock.sleep(attempt === 1 ? 200 : 40))
      .build({ clock, interceptors: [again, timeout(limits)] })
      .run()
    await clock.advance(300)
    const { attempts, endedAt, status } = (await running).report.stages['llm'] ?? {}
    expect([status, attempts?.length, (endedAt ?? NaN) - startedAt]).toEqual(['ok', 2, 240])
  }
})

test('each chunk of a stream is progress', async () => {
  const settled = new Pipeline('chat')
    .withStage('llm', async function* (context: StageContext) {
      for (let token = 0; token < 5; token++) {
        await context.clock.sleep(40, context.signal)
        yield token
      }
      await context.clock.sleep(60, context.signal)
    })
    .build({ clock, interceptors: [timeout({ idleTimeoutMs: 50 })] })
    .runSettled()
  await clock.advance(250)
  const { report } = await settled
  expect(report.stages['llm']).toMatchObject({ status: 'fail', chunks: 5, endedAt: 250 })
})

test('progress in a child run is progress of the stage that started it', async () => {
  const child = new Pipeline('child')
    .withStage('beats', beats(40, 80), { idleTimeoutMs: false, onFailure: 'skip', timeoutMs: 120 })
    .withStage('settles', (context) => context.clock.sleep(160), { idleTimeoutMs: false })
    .withStage('hangs', (context) => context.clock.sleep(10_000, context.signal), { idleTimeoutMs: false })
  const settled = new Pipeline('chat')
    .withPipeline('inner', child, { timeoutMs: false })
    .build({ clock, interceptors: [timeout({ idleTimeoutMs: 50 })] })
    .runSettled()
  await clock.advance(210)
  const result = await settled
  // Heartbeats at 40 and 80, stages end at 120 and 160, then nothing happens.
  expect(result.report.stages['inner']).toMatchObject({
    endedAt: 210,
    error: { code: 'timeout/timed-out' },
    notes: { timeout: { kind: 'idle' } },
  })
})

test('the limit stands still while a reader is far behind, and continues when the reader does', async () => {
  for (const [limits, endedAt] of [
    [{ timeoutMs: 100 }, 1_100],
    [{ timeoutMs: 500, idleTimeoutMs: 60 }, 1_080],
  ] as const) {
    const startedAt = clock.now()
    const handle = new Pipeline('chat')
      .withStage('llm', async function* (context: StageContext) {
        await context.clock.sleep(20)
        for (let token = 0; token < 1_010; token++) yield token
        await context.clock.sleep(10_000, context.signal)
      })
      .build({ clock, interceptors: [timeout(limits)] })
      .start()
    const events = handle[Symbol.asyncIterator]()
    await events.next()
    await clock.advance(1_020)
    // The reader has paused for a second, and nothing has failed.
    let last = await events.next()
    const reading = (async () => {
      while (last.done !== true) last = await events.next()
    })()
    await clock.advance(200)
    await reading
    const { report } = await handle.settled
    expect(report.stages['llm']).toMatchObject({ status: 'fail', error: { code: 'timeout/timed-out' } })
    expect((report.stages['llm']?.endedAt ?? NaN) - startedAt).toBe(endedAt)
  }
})

test('neither a heartbeat nor one reader of two restarts the time while a reader is far behind', async () => {
  const stream = (name: string, startsAt: number) =>
    new Pipeline(name).withStage('streams', async function* (context: StageContext) {
      await context.clock.sleep(startsAt)
      for (let token = 0; token < 1_010; token++) yield token
    })
  const settledAt: number[] = []
  const handle = new Pipeline('chat')
    .withStage('llm', async (context) => {
      const children = [context.runChild(stream('one', 20)), context.runChild(stream('two', 60))]
      for (let beat = 0; beat < 10; beat++) {
        await context.clock.sleep(30)
        context.heartbeat()
      }
      await Promise.all(children)
      settledAt.push(clock.now())
      await context.clock.sleep(10_000, context.signal)
    })
    .build({ clock, interceptors: [timeout({ timeoutMs: 160, idleTimeoutMs: 150 })] })
    .start()
  const events = handle[Symbol.asyncIterator]()
  await events.next()
  // The heartbeats end at 300, and the reader pauses until 1,000.
  await clock.advance(1_000)
  const reading = (async () => {
    while ((await events.next()).done !== true);
  })()
  await clock.advance(200)
  await reading
  const { report } = await handle.settled
  expect(settledAt).toEqual([1_000])
  expect(report.stages['llm']).toMatchObject({ endedAt: 1_140, notes: { timeout: { kind: 'total' } } })
})

test('a stage of a child run that starts after a reader was far behind has the time that its parent stage has left', async () => {
  const deadlines: (number | undefined)[] = []
  const child = new Pipeline('child')
    .withStage(
      'streams',
      async function* () {
        for (let token = 0; token < 1_010; token++) yield token
      },
      { timeoutMs: false },
    )
    .withStage('save', ({ deadline }) => void deadlines.push(deadline), { dependencies: ['streams'], timeoutMs: false })
  const handle = new Pipeline('chat')
    .withStage('llm', async (context) => {
      const { status } = await context.runChild(child)
      deadlines.push(context.deadline)
      return { status }
    })
    .build({ clock, interceptors: [timeout({ timeoutMs: 100 })] })
    .start()
  const events = handle[Symbol.asyncIterator]()
  await events.next()
  await clock.advance(1_000)
  while ((await events.next()).done !== true);
  expect((await handle.settled).data).toEqual({ llm: { status: 'completed' } })
  expect(deadlines).toEqual([1_100, 1_100])
})
