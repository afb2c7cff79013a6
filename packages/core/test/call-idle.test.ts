import { describe, expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { logExpired, onlyAt, retryUpTo, runStage, stopsOnAbort } from './interceptors.ts'
import { WAYS } from './ways.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'

describe.each(WAYS)('%s,', (_, beside) => {
  test('a call expires when it has gone for idleTimeoutMs without a sign of life', async () => {
    const log: string[] = []
    const run = runStage(clock, stopsOnAbort, beside([logExpired(log, 'idle', () => ({ idleTimeoutMs: 30 }))]), {
      onFailure: 'skip',
    })
    await clock.advance(500)
    expect((await run).report.stages['a']).toMatchObject({
      status: 'fail',
      endedAt: 30,
      error: { message: 'idle expired' },
    })
    expect(log).toEqual(['idle a idle at 30'])
  })

  test.each<[sign: string, stage: (context: StageContext) => unknown]>([
    [
      'a heartbeat of the code',
      async (context) => {
        for (let beat = 0; beat < 4; beat++) {
          await context.clock.sleep(20)
          context.heartbeat()
        }
        await context.clock.sleep(100, context.signal)
      },
    ],
    [
      'a chunk',
      async function* (context) {
        for (let beat = 0; beat < 4; beat++) {
          await context.clock.sleep(20)
          yield beat
        }
        await context.clock.sleep(100, context.signal)
      },
    ],
    [
      'a settled stage of a child run',
      async (context) => {
        const child = new Pipeline('child')
          .withStage('b', () => clock.sleep(20))
          .withStage('c', () => clock.sleep(20), { dependencies: ['b'] })
          .withStage('d', () => clock.sleep(20), { dependencies: ['c'] })
          .withStage('e', () => clock.sleep(20), { dependencies: ['d'] })
          .withStage('f', (inner) => inner.clock.sleep(100, inner.signal), { dependencies: ['e'] })
        await context.runChild(child)
      },
    ],
    [
      'a heartbeat in a child run',
      async (context) => {
        const child = new Pipeline('child').withStage('b', async (inner) => {
          for (let beat = 0; beat < 4; beat++) {
            await clock.sleep(20)
            inner.heartbeat()
          }
          await clock.sleep(100, inner.signal)
        })
        await context.runChild(child)
      },
    ],
    [
      'a chunk in a child run of a child run',
      async (context) => {
        const innermost = new Pipeline('innermost').withStage('c', async function* (inner) {
          for (let beat = 0; beat < 4; beat++) {
            await clock.sleep(20)
            yield beat
          }
          await clock.sleep(100, inner.signal)
          return {}
        })
        await context.runChild(new Pipeline('child').withPipeline('b', innermost))
      },
    ],
  ])('%s is a sign of life: the idle time starts again', async (_sign, stage) => {
    const log: string[] = []
    const idle = logExpired(log, 'idle', () => ({ idleTimeoutMs: 30 }))
    const run = runStage(clock, stage, beside([onlyAt('a', idle)]), { onFailure: 'skip' })
    await clock.advance(500)
    expect((await run).report.stages['a']?.endedAt).toBe(110)
    expect(log).toEqual(['idle a idle at 110'])
  })

  test('a child run that makes no progress gives no sign of life', async () => {
    const log: string[] = []
    const child = new Pipeline('child').withStage('b', (context) => context.clock.sleep(100, context.signal))
    const run = new Pipeline('demo')
      .withPipeline('a', child, { onFailure: 'skip' })
      .build({
        clock,
        interceptors: beside([
          onlyAt(
            'a',
            logExpired(log, 'idle', () => ({ idleTimeoutMs: 30 })),
          ),
        ]),
      })
      .runSettled()
    await clock.advance(500)
    expect((await run).report.stages['a']).toMatchObject({ endedAt: 30, children: [{ status: 'cancelled' }] })
    expect(log).toEqual(['idle a idle at 30'])
  })

  test('each item of a map has an idle limit of its own, which a heartbeat of another item does not move', async () => {
    const log: string[] = []
    const run = new Pipeline('demo')
      .withMap('a', {
        over: () => [20, 40, 200],
        each: async (ms, context) => {
          await context.clock.sleep(ms, context.signal)
          context.heartbeat()
          return { ms }
        },
        onItemFailure: 'skip',
      })
      .build({ clock, interceptors: beside([logExpired(log, 'idle', () => ({ idleTimeoutMs: 30 }))]) })
      .runSettled()
    await clock.advance(500)
    expect((await run).data).toEqual({ a: { items: [{ ms: 20 }, undefined, undefined] } })
    expect(log).toEqual(['idle a idle at 30', 'idle a idle at 30'])
  })

  test('a sign of life reaches every limit around it, and does not move a deadline', async () => {
    const log: string[] = []
    const run = runStage(
      clock,
      async (context) => {
        for (let beat = 0; beat < 50; beat++) {
          await context.clock.sleep(10, context.signal)
          context.heartbeat()
        }
      },
      beside([
        logExpired(log, 'outer', () => ({ idleTimeoutMs: 25 })),
        logExpired(log, 'deadline', () => ({ deadline: 95 })),
        logExpired(log, 'inner', () => ({ idleTimeoutMs: 15 })),
      ]),
      { onFailure: 'skip' },
    )
    await clock.advance(500)
    await run
    expect(log).toEqual(['deadline a deadline at 95'])
  })

  test('a sign of life after the answer, or of another stage, moves nothing', async () => {
    const log: string[] = []
    const run = new Pipeline('demo')
      .withStage(
        'quiet',
        async (context) => {
          await context.clock.sleep(50)
          context.heartbeat()
          await context.clock.sleep(50)
        },
        { onFailure: 'skip' },
      )
      .withStage('beats', async (context) => {
        for (let beat = 0; beat < 10; beat++) {
          await context.clock.sleep(10)
          context.heartbeat()
        }
      })
      .build({ clock, interceptors: beside([logExpired(log, 'idle', () => ({ idleTimeoutMs: 30 }))]) })
      .runSettled()
    await clock.advance(500)
    await run
    expect(log).toEqual(['idle quiet idle at 30'])
  })

  test('a heartbeat in the instant in which the code begins counts once the call is limited', async () => {
    const log: string[] = []
    const run = runStage(
      clock,
      async (context) => {
        context.heartbeat()
        context.heartbeat()
        await context.clock.sleep(20)
      },
      beside([logExpired(log, 'idle', () => ({ idleTimeoutMs: 30 }))]),
    )
    await clock.advance(20)
    expect((await run).status).toBe('completed')
    expect(log).toEqual([])
  })
})

test('the idle time of an attempt begins with its call, and outer limits get the signs of life of every attempt', async () => {
  const log: string[] = []
  const stage = async (context: StageContext): Promise<StageOutput> => {
    await context.clock.sleep(20, context.signal)
    context.heartbeat()
    await context.clock.sleep(20, context.signal)
    return StageOutput.fail('again')
  }
  const run = runStage(
    clock,
    stage,
    [
      logExpired(log, 'outer', () => ({ idleTimeoutMs: 45 })),
      retryUpTo(3),
      logExpired(log, 'inner', () => ({ idleTimeoutMs: 25 })),
    ],
    { onFailure: 'skip' },
  )
  await clock.advance(500)
  expect((await run).report.stages['a']).toMatchObject({ endedAt: 120, attempts: [{}, {}, {}] })
  expect(log).toEqual([])
})
