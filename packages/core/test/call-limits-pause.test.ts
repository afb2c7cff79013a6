import { describe, expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { limitTo, logAnswers, logExpired, onlyAt, retryUpTo, runStage } from './interceptors.ts'
import { WAYS } from './ways.ts'
import { Pipeline } from '../src/index.ts'
import type { Interceptor, Run, StageContext, StageOutput } from '../src/index.ts'

/** More chunks than a reader may be behind. */
const chunks = async function* (count: number = 1_005): AsyncGenerator<number, object> {
  for (let chunk = 0; chunk < count; chunk++) yield chunk
  return {}
}
/** Starts a run with a reader that reads one event, and then no more until `goOn` is called. */
function startUnread(graph: { start(input?: object, options?: object): Run<never> }, options: object = {}) {
  const handle = graph.start({}, options)
  const reader = handle[Symbol.asyncIterator]()
  void reader.next()
  const goOn = async (): Promise<void> => {
    while ((await reader.next()).done !== true);
  }
  return { handle, goOn }
}

describe.each(WAYS)('%s,', (_, beside) => {
  test('a limit stands still while a reader of the stage is far behind', async () => {
    const log: string[] = []
    const graph = new Pipeline('demo')
      .withStage(
        'a',
        async function* (context) {
          yield* chunks()
          await context.clock.sleep(500, context.signal)
          return {}
        },
        { onFailure: 'skip' },
      )
      .build({ clock, interceptors: beside([logExpired(log, 'limit', () => ({ deadline: 20 }))]) })
    const { handle, goOn } = startUnread(graph as never)
    await clock.advance(1_000)
    expect(log).toEqual([])
    void goOn()
    await clock.advance(500)
    await handle.settled
    expect(log).toEqual(['limit a deadline at 1020'])
  })

  test('an idle limit stands still while a reader is far behind, and goes on where it was', async () => {
    const log: string[] = []
    const graph = new Pipeline('demo')
      .withStage(
        'a',
        async function* (context) {
          yield* chunks()
          await context.clock.sleep(500, context.signal)
          return {}
        },
        { onFailure: 'skip' },
      )
      .build({ clock, interceptors: beside([logExpired(log, 'limit', () => ({ idleTimeoutMs: 20 }))]) })
    const { handle, goOn } = startUnread(graph as never)
    await clock.advance(1_000)
    expect(log).toEqual([])
    void goOn()
    await clock.advance(500)
    await handle.settled
    expect(log).toEqual(['limit a idle at 1020'])
  })

  test('limits around a stage stand still while a reader of its child run is far behind', async () => {
    const log: string[] = []
    const child = new Pipeline('child').withStage('inside', async function* (context) {
      yield* chunks()
      await context.clock.sleep(500, context.signal)
      return {}
    })
    const graph = new Pipeline('demo').withPipeline('above', child, { onFailure: 'skip' }).build({
      clock,
      interceptors: beside([
        onlyAt(
          'above',
          logExpired(log, 'limit', () => ({ deadline: 20, idleTimeoutMs: 30 })),
        ),
      ]),
    })
    const { handle, goOn } = startUnread(graph as never)
    await clock.advance(1_000)
    expect(log).toEqual([])
    void goOn()
    await clock.advance(500)
    await handle.settled
    expect(log).toEqual(['limit above deadline at 1020'])
  })

  test('a limit runs on while code waits for anything else', async () => {
    const log: string[] = []
    const graph = new Pipeline('demo')
      .withStage(
        'a',
        async function* (context) {
          yield* chunks(10)
          await context.clock.sleep(500, context.signal)
          return {}
        },
        { onFailure: 'skip' },
      )
      .build({ clock, interceptors: beside([logExpired(log, 'limit', () => ({ deadline: 20 }))]) })
    const { handle, goOn } = startUnread(graph as never)
    await clock.advance(1_000)
    void goOn()
    await handle.settled
    expect(log).toEqual(['limit a deadline at 20'])
  })

  test('limits of a stage go on after its reader was far behind, even if the stage of the child that was read has settled meanwhile', async () => {
    const log: string[] = []
    const child = new Pipeline('child')
      .withStage('streams', () => chunks(), { late: 'abort' })
      .withStage('quick', (context) => context.clock.sleep(10))
      .withStage('first', () => ({}), { dependencies: ['streams', 'quick'], join: 'any' })
    const graph = new Pipeline('demo')
      .withStage(
        'outer',
        async (context) => {
          await context.runChild(child)
          await context.clock.sleep(100, context.signal)
          return {}
        },
        { onFailure: 'skip' },
      )
      .build({
        clock,
        interceptors: beside([
          onlyAt(
            'outer',
            logExpired(log, 'limit', () => ({ deadline: 20 })),
          ),
        ]),
      })
    const { handle } = startUnread(graph as never)
    await clock.advance(200)
    await handle.settled
    expect(log).toEqual(['limit outer deadline at 30'])
  })

  test('`context.deadline` of code that a reader held up is later by as much', async () => {
    const seen: unknown[] = []
    const graph = new Pipeline('demo')
      .withStage('a', async function* (context) {
        seen.push(context.deadline)
        yield* chunks()
        seen.push(context.deadline)
        return {}
      })
      .build({ clock, interceptors: beside([limitTo(20)]) })
    const { handle, goOn } = startUnread(graph as never)
    await clock.advance(1_000)
    void goOn()
    await handle.settled
    expect(seen).toEqual([20, 1_020])
  })
})

test('the limit of an attempt that waits for the code of the attempt before stands still', async () => {
  const log: string[] = []
  let calls = 0
  const run = runStage(
    clock,
    async (context) => {
      const own = ++calls
      log.push(`code ${own} at ${clock.now()}`)
      await context.clock.sleep(own === 1 ? 50 : 500)
      return {}
    },
    [logAnswers(log, 'outer'), retryUpTo(2), limitTo(20, log), logAnswers(log, 'inner')],
    { onFailure: 'skip' },
  )
  await clock.advance(1_000)
  const { report } = await run
  expect(log).toEqual([
    'code 1 at 0',
    'inner a fail at 20',
    'limit-20 a fail at 20',
    'code 2 at 50',
    'inner a fail at 70',
    'limit-20 a fail at 70',
    'outer a fail at 70',
  ])
  expect(report.stages['a']).toMatchObject({
    status: 'fail',
    endedAt: 70,
    attempts: [
      { startedAt: 0, endedAt: 50, status: 'ok' },
      { startedAt: 50, endedAt: 550, status: 'ok' },
    ],
  })
})

test('a limit around a retry runs on while an attempt waits for the code of the attempt before', async () => {
  const log: string[] = []
  const run = runStage(
    clock,
    (context) => context.clock.sleep(240),
    [logExpired(log, 'stage', ({ now }) => ({ deadline: now + 120 })), retryUpTo(3), limitTo(50)],
    { onFailure: 'skip' },
  )
  await clock.advance(1_000)
  expect((await run).report.stages['a']).toMatchObject({ status: 'fail', endedAt: 120 })
  expect(log).toEqual(['stage a deadline at 120'])
})

test('the limits of a child attempt stand still, and those of the stage above run on', async () => {
  const log: string[] = []
  const again: Interceptor = {
    name: 'again',
    wrap: (next, { name }) =>
      name === 'works'
        ? async (context) => {
            void next(context.fork().context)
            return await next(context.fork().context)
          }
        : next,
  }
  const child = new Pipeline('child').withStage('works', (context) => context.clock.sleep(100))
  const running = new Pipeline('demo')
    .withPipeline('above', child)
    .build({
      clock,
      interceptors: [
        onlyAt(
          'above',
          logExpired(log, 'outside', () => ({ deadline: 150 })),
        ),
        again,
        onlyAt(
          'works',
          logExpired(log, 'inside', () => ({ deadline: 105 })),
        ),
      ],
    })
    .runSettled()
  await clock.advance(1_000)
  expect((await running).report.stages['above']).toMatchObject({ status: 'fail', endedAt: 150 })
  expect(log).toEqual(['outside above deadline at 150'])
})

test('the limit of each of several calls that wait for one another passes in the end', async () => {
  const log: string[] = []
  const three: Interceptor = {
    name: 'three',
    wrap: (next) => async (context) => {
      const calls = [1, 2, 3].map(() => Promise.resolve(next(context.fork().context)))
      return (await Promise.all(calls))[2] as StageOutput
    },
  }
  let calls = 0
  const stage = async (context: StageContext): Promise<void> => {
    await context.clock.sleep(++calls === 3 ? 500 : 10, context.signal)
  }
  const run = runStage(clock, stage, [three, logExpired(log, 'limit', () => ({ deadline: 40 }))], { onFailure: 'skip' })
  await clock.advance(2_000)
  const { report } = await run
  // The third call waited 20 ms for the code of the two before it.
  expect(report.stages['a']?.attempts.at(-1)).toMatchObject({ startedAt: 20, endedAt: 60 })
  expect(log).toEqual(['limit a deadline at 60'])
})

test('a limit that passes while its call is paused expires once the call has gone on for the rest of its time', async () => {
  const log: string[] = []
  let calls = 0
  const run = runStage(
    clock,
    (context) => context.clock.sleep(++calls === 1 ? 300 : 15, calls === 1 ? undefined : context.signal),
    [retryUpTo(2), limitTo(20, log)],
  )
  await clock.advance(1_000)
  expect((await run).report.stages['a']).toMatchObject({
    status: 'ok',
    endedAt: 315,
    attempts: [{ endedAt: 300 }, { startedAt: 300, endedAt: 315 }],
  })
  expect(log).toEqual(['limit-20 a fail at 20', 'limit-20 a ok at 315'])
})
