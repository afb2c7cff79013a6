import { AsyncLocalStorage } from 'node:async_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { WAYS, passing, passingOn } from '../test/ways.ts'
import { Pipeline, StageOutput } from './index.ts'
import type { CallPart, Interceptor } from './index.ts'

// What is set around a stage or a run, such as the span of a trace, is there for what is inside, and for nothing else.

const place = new AsyncLocalStorage<string>()
let clock = manualClock()
let seen: string[] = []
beforeEach(() => {
  clock = manualClock()
  seen = []
})
afterEach(() => expect(clock.timers).toEqual([]))
const note = (what: string): number => seen.push(`${what} in ${place.getStore() ?? 'nothing'}`)

/** Sets the name of each pipeline around its runs, and that of stage "a" around its calls. */
const setting: Interceptor = {
  name: 'setting',
  onCall: ({ name }) => (name === 'a' ? () => ({ enter: (next) => place.run('stage a', next) }) : undefined),
  onRun: ({ pipeline }) => ({
    enter: (next) => place.run(pipeline.name, next),
    settled: ({ stage }) => void note(`settled ${stage}`),
    ended: () => void note('ended'),
  }),
}

/** Ends the calls of stage "a" after 5 ms, from the async context of somebody else. */
const ending: Interceptor = {
  name: 'ending',
  onCall: ({ name }) =>
    name === 'a'
      ? (context) => {
          const part: CallPart = {}
          const end = (): void => context.endCall(part, StageOutput.skip('enough'))
          place.run('another request', () => clock.setTimeout(end, 5))
          return part
        }
      : undefined,
}

test.each<[string, Interceptor['wrap']]>([
  ['passes the promise on', (next) => (context) => place.run('stage a', () => next(context))],
  ['waits for it', (next) => async (context) => await place.run('stage a', () => next(context))],
])('what a wrap that %s sets around a stage is not around the stages and cleanups after it', async (_, wrap) => {
  const around: Interceptor = {
    name: 'around',
    wrap: (next, stage) => (stage.name === 'a' ? (wrap as NonNullable<typeof wrap>)(next, stage) : next),
  }
  for (const interceptors of [[around], [passingOn('outside'), around], [around, passing('inside')]]) {
    seen = []
    const run = new Pipeline('demo')
      .withStage('a', async (context) => {
        await context.clock.sleep(1)
        note('a')
      })
      .withStage(
        'b',
        (context) => {
          context.onCleanup(() => void note('cleanup'))
          note('b')
        },
        { dependencies: ['a'] },
      )
      .build({ clock, interceptors })
      .run()
    await clock.advance(1)
    await run
    expect(seen).toEqual(['a in stage a', 'b in nothing', 'cleanup in nothing'])
  }
})

test('whoever keeps the result of a run does not keep what its caller had in the async context', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const request = new AsyncLocalStorage<object>()
  const graph = new Pipeline('demo')
    .withStage('a', (context) => context.clock.sleep(1))
    .build({ clock, interceptors: [setting] })
  const call = async (): Promise<{ of: WeakRef<object>; result: unknown }> => {
    const of = { body: 'large' }
    const running = request.run(of, () => graph.run())
    await clock.advance(1)
    return { of: new WeakRef(of), result: await running }
  }
  const { of, result } = await call()
  for (let tries = 0; tries < 20 && of.deref() !== undefined; tries++) {
    await new Promise((resolve) => setImmediate(resolve)) // for what the event loop still holds
    collectGarbage()
  }
  expect(of.deref()).toBeUndefined()
  expect(result).toMatchObject({ status: 'completed' })
})

test('a stage whose layers pass the promise of its code on ends when its code does, and one whose layers wait when they do', async () => {
  const slow: Interceptor = {
    name: 'slow',
    wrap: (next) => async (context) => {
      const output = await next(context)
      await context.clock.sleep(10)
      return output
    },
  }
  for (const [interceptor, endedAt] of [
    [passingOn('passes'), 5],
    [slow, 15],
  ] as const) {
    clock = manualClock()
    const run = new Pipeline('demo')
      .withStage('a', (context) => context.clock.sleep(5))
      .build({ clock, interceptors: [interceptor] })
      .run()
    await clock.advance(20)
    const { stages } = (await run).report
    expect(stages['a']).toMatchObject({ endedAt, attempts: [{ endedAt: 5 }] })
  }
})

describe.each(WAYS)('%s,', (_, beside) => {
  test('what is set around a run is there for its cleanups, and for who hears of its end, whoever stopped it', async () => {
    for (const options of [{ timeoutMs: 5 }, { cancel: true }]) {
      seen = []
      const { cancel = false, ...limits } = options as { timeoutMs?: number; cancel?: boolean }
      const run = new Pipeline('demo')
        .withStage('a', (context) => {
          context.onCleanup(() => void note('cleanup'))
          return new Promise<object>(() => {})
        })
        .build({ clock, interceptors: beside([setting]) })
        .start({}, { graceMs: 10, ...limits })
      if (cancel) place.run('another request', () => run.cancel('no longer wanted'))
      await clock.advance(15)
      await run.settled
      expect(seen.slice(-2)).toEqual(['cleanup in demo', 'ended in demo'])
    }
  })

  test('who ends a call from elsewhere leaves what follows in the run where it was', async () => {
    const run = new Pipeline('demo')
      .withStage('a', ({ clock: time, signal }) => time.sleep(100, signal))
      .withStage(
        'b',
        async (context) => {
          context.onCleanup(() => void note('cleanup'))
          note('b')
          await context.clock.sleep(1)
          note('b, later')
        },
        { dependencies: ['a'], join: 'settled' },
      )
      .build({ clock, interceptors: beside([setting, ending]) })
      .run()
    await clock.advance(10)
    await run
    expect(seen.filter((line) => !line.startsWith('settled'))).toEqual([
      'b in demo',
      'b, later in demo',
      'cleanup in demo',
      'ended in demo',
    ])
  })

  test('a stage that takes the slot of code, or of a child, that outlived its stage starts in the context of the run', async () => {
    const child = new Pipeline('child').withStage('inside', (context) => context.clock.sleep(20))
    for (const code of [
      (): Promise<void> => clock.sleep(20),
      async (context: { runChild(of: typeof child): Promise<unknown> }): Promise<void> => {
        await context.runChild(child)
      },
    ]) {
      seen = []
      const run = new Pipeline('demo')
        .withStage('a', code)
        .withStage('b', () => void note('b'))
        .build({ clock, interceptors: beside([setting, ending]) })
        .run({}, { maxConcurrency: 1 })
      await clock.advance(30)
      await run
      expect(seen).toContain('b in demo')
    }
  })

  test('a child that a stage leaves behind at once ends before the cleanups, which run in the context of the run', async () => {
    const child = new Pipeline('child').withStage('inside', (context) => context.clock.sleep(20))
    const run = new Pipeline('demo')
      .withStage('a', (context) => {
        context.onCleanup(() => void note('cleanup'))
        void context.runChild(child)
        return {}
      })
      .build({ clock, interceptors: beside([setting]) })
      .run()
    await clock.advance(30)
    await run
    expect(seen.slice(-2)).toEqual(['cleanup in demo', 'ended in demo'])
  })

  test('stages, generators, items and children run in what is set around them, and cleanups in what is set around the run', async () => {
    const named: Interceptor = {
      ...setting,
      onCall:
        ({ name }) =>
        () => ({ enter: (next) => place.run(`stage ${name}`, next) }),
    }
    const child = new Pipeline('child').withStage('inside', async (context) => {
      context.onCleanup(() => void note('cleanup inside'))
      await Promise.resolve()
      note('inside')
    })
    await new Pipeline('demo')
      .withPipeline('nested', child)
      .withMap('map', {
        over: () => [1],
        each: async (_item, context) => {
          context.onCleanup(() => void note('cleanup item'))
          await Promise.resolve()
          note('item')
          return {}
        },
      })
      .withStage('words', async function* () {
        note('words')
        yield 'word'
        note('words, later')
        return {}
      })
      .build({ clock, interceptors: beside([named]) })
      .run()
    expect(seen.filter((line) => !/^(?:settled|ended)/.test(line)).toSorted()).toEqual([
      'cleanup inside in child',
      'cleanup item in demo',
      'inside in stage inside',
      'item in stage map',
      'words in stage words',
      'words, later in stage words',
    ])
  })
})
