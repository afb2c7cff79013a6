import { describe, expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { limitTo, onlyAt, runStage, withPart } from './interceptors.ts'
import { WAYS } from './ways.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, InterceptorContext, StageContext, StageInfo } from '../src/index.ts'

/** Logs when none of the code of stage "a" runs any more, as its part's `ended` or its wrap sees it. */
const logCodeLeft = (log: string[], context: InterceptorContext, name: string): void =>
  void context.codeLeft().then(() => log.push(`${name} at ${context.clock.now()}`))
const leftAfterEnded = (log: string[]): Interceptor =>
  withPart('left', () => ({ ended: (_, context) => logCodeLeft(log, context, 'left') }))

describe.each(WAYS)('%s,', (_, beside) => {
  test('codeLeft resolves at once before the code begins', async () => {
    const log: string[] = []
    const asks = withPart('asks', (context) => {
      logCodeLeft(log, context, 'left')
      return undefined
    })
    const run = runStage(
      clock,
      async (context) => {
        await context.clock.sleep(10)
        log.push('code ended')
      },
      beside([asks]),
    )
    await clock.advance(10)
    await run
    expect(log).toEqual(['left at 0', 'code ended'])
  })

  test('codeLeft resolves at once if an output of onCall answers, so that no code runs', async () => {
    const log: string[] = []
    await runStage(clock, () => ({}), beside([leftAfterEnded(log), withPart('answers', () => StageOutput.ok())]))
    await clock.settle()
    expect(log).toEqual(['left at 0'])
  })

  test.each<[what: string, stage: (context: StageContext) => unknown, at: number]>([
    ['returned', () => ({}), 0],
    ['waited', (context) => context.clock.sleep(30), 30],
    [
      'threw',
      () => {
        throw new Error('no')
      },
      0,
    ],
    ['rejected', (context) => context.clock.sleep(30).then(() => Promise.reject(new Error('no'))), 30],
    [
      'streamed',
      async function* (context) {
        await context.clock.sleep(30)
        yield 1
        return {}
      },
      30,
    ],
  ])('codeLeft in `ended` resolves with the end of code that %s', async (_what, stage, at) => {
    const log: string[] = []
    const run = runStage(clock, stage, beside([leftAfterEnded(log)]), { onFailure: 'skip' })
    await clock.advance(100)
    await run
    expect(log).toEqual([`left at ${at}`])
  })

  test('codeLeft resolves when code that ignores its signal ends, long after its call expired', async () => {
    const log: string[] = []
    const run = runStage(
      clock,
      (context) => context.clock.sleep(300),
      beside([leftAfterEnded(log), limitTo(20, log)]),
      {
        onFailure: 'skip',
      },
    )
    await clock.advance(299)
    expect(log).toEqual(['limit-20 a fail at 20'])
    await clock.advance(1)
    await run
    expect(log).toEqual(['limit-20 a fail at 20', 'left at 300'])
  })

  test('codeLeft resolves when abandoned code ends, after the run closed', async () => {
    const log: string[] = []
    const run = runStage(clock, (context) => context.clock.sleep(300), beside([leftAfterEnded(log), limitTo(20)]), {
      onFailure: 'skip',
      graceMs: 50,
    })
    await clock.advance(100)
    expect((await run).report).toMatchObject({ endedAt: 70, stages: { a: { abandoned: true } } })
    expect(log).toEqual([])
    await clock.advance(200)
    expect(log).toEqual(['left at 300'])
  })

  test('codeLeft resolves when abandoned code of a cancelled run ends', async () => {
    const log: string[] = []
    const handle = new Pipeline('demo')
      .withStage('a', (context) => context.clock.sleep(300))
      .build({ clock, interceptors: beside([leftAfterEnded(log)]) })
      .start({}, { graceMs: 50 })
    await clock.advance(10)
    handle.cancel('enough')
    await clock.advance(100)
    expect((await handle.settled).report.endedAt).toBe(60)
    expect(log).toEqual([])
    await clock.advance(200)
    expect(log).toEqual(['left at 300'])
  })

  test('codeLeft of code that never ends never resolves', async () => {
    const log: string[] = []
    const run = runStage(clock, () => new Promise(() => {}), beside([leftAfterEnded(log), limitTo(20)]), {
      onFailure: 'skip',
      graceMs: 50,
    })
    await clock.advance(10_000)
    await run
    expect(log).toEqual([])
  })

  const slowItems = (log: string[], inItems: boolean): Promise<unknown> =>
    new Pipeline('demo')
      .withMap('a', {
        over: () => [100, 300, 200],
        each: async (ms, context) => {
          await context.clock.sleep(ms)
          return {}
        },
        onFailure: 'skip',
      })
      .build({
        clock,
        interceptors: [leftAfterEnded(log), limitTo(20)].map((one) => ({
          ...one,
          aroundMaps: true,
          onCall: (stage: StageInfo) => ((stage.itemOf !== undefined) === inItems ? one.onCall?.(stage) : undefined),
        })),
      })
      .runSettled({}, { graceMs: 10_000 })

  test('items of a map are code: codeLeft resolves with the last of them', async () => {
    const log: string[] = []
    const run = slowItems(log, false)
    await clock.advance(500)
    await run
    expect(log).toEqual(['left at 300'])
  })

  test('codeLeft of an item resolves with its own code', async () => {
    const log: string[] = []
    const run = slowItems(log, true)
    await clock.advance(500)
    await run
    expect(log).toEqual(['left at 100', 'left at 200', 'left at 300'])
  })

  test('a child run is code: codeLeft resolves when it is over', async () => {
    const log: string[] = []
    const child = new Pipeline('child').withStage('inside', (context) => context.clock.sleep(300))
    const run = new Pipeline('demo')
      .withPipeline('a', child, { onFailure: 'skip' })
      .build({ clock, interceptors: beside([onlyAt('a', leftAfterEnded(log)), onlyAt('a', limitTo(20))]) })
      .runSettled({}, { graceMs: 10_000 })
    await clock.advance(500)
    await run
    expect(log).toEqual(['left at 300'])
  })

  test('codeLeft that is called while the code runs resolves when the code ends, and not when a child run in it ends', async () => {
    const log: string[] = []
    const child = new Pipeline('child').withStage('inside', (context) => context.clock.sleep(10))
    const asks = withPart('asks', () => ({
      enter: (next, context) => {
        next()
        logCodeLeft(log, context, 'left')
      },
    }))
    const run = new Pipeline('demo')
      .withStage('a', async (context) => {
        await context.runChild(child)
        await context.clock.sleep(20)
      })
      .build({ clock, interceptors: beside([onlyAt('a', asks)]) })
      .run()
    await clock.advance(50)
    await run
    expect(log).toEqual(['left at 30'])
  })

  test('a child run that the code left behind is code too', async () => {
    const log: string[] = []
    const child = new Pipeline('child').withStage('inside', (context) => context.clock.sleep(300))
    const run = new Pipeline('demo')
      .withStage('a', (context) => {
        void context.runChild(child)
        return {}
      })
      .build({ clock, interceptors: beside([onlyAt('a', leftAfterEnded(log))]) })
      .runSettled({}, { graceMs: 10_000 })
    await clock.advance(500)
    await run
    expect(log).toEqual(['left at 300'])
  })
})

test('a wrap that waits for codeLeft calls the stage again only after its abandoned code ended', async () => {
  const log: string[] = []
  let calls = 0
  const careful: Interceptor = {
    name: 'careful',
    wrap: (next) => async (context) => {
      const first = await next(context)
      log.push(`first ${first.status} at ${clock.now()}`)
      await context.codeLeft()
      log.push(`left at ${clock.now()}`)
      return next(context)
    },
  }
  const run = runStage(clock, (context) => context.clock.sleep(++calls === 1 ? 300 : 10), [careful, limitTo(20)])
  await clock.advance(500)
  expect((await run).report.stages['a']?.attempts).toMatchObject([
    { startedAt: 0, endedAt: 300 },
    { startedAt: 300, endedAt: 310 },
  ])
  expect(log).toEqual(['first fail at 20', 'left at 300'])
})

test('codeLeft of a context that is kept resolves at once after the run', async () => {
  const log: string[] = []
  let kept: InterceptorContext | undefined
  const keeps = withPart('keeps', (context) => void (kept = context))
  await runStage(clock, () => ({}), [keeps])
  logCodeLeft(log, kept as InterceptorContext, 'left')
  await clock.settle()
  expect(log).toEqual(['left at 0'])
})

test('the promise of codeLeft resolves for every caller', async () => {
  const log: string[] = []
  const asks: Interceptor = {
    name: 'asks',
    wrap: (next) => (context) => {
      const answer = next(context)
      for (const name of ['first', 'second']) logCodeLeft(log, context, name)
      return answer
    },
  }
  const run = runStage(clock, (context) => context.clock.sleep(30), [asks])
  await clock.advance(30)
  await run
  expect(log).toEqual(['first at 30', 'second at 30'])
})
