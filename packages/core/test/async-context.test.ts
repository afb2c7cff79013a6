import { AsyncLocalStorage } from 'node:async_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { WAYS, passing, passingOn } from './ways.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'

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

/** Ends the calls of stage "a" after 5 ms, with a limit. */
const limiting: Interceptor = {
  name: 'limiting',
  onCall: ({ name }) =>
    name === 'a'
      ? (context) => ({
          deadline: context.now + 5,
          expired: () => {
            note('expired')
            return StageOutput.skip('enough')
          },
          ended: () => void note('call ended'),
        })
      : undefined,
}

/** Ends the calls of stage "a" after 5 ms with a wrap, from another async context. */
const aborting: Interceptor = {
  name: 'aborting',
  wrap: (next, { name }) =>
    name === 'a'
      ? (context) => {
          const { context: inner, abort } = context.fork()
          return new Promise((resolve) => {
            const end = (): void => {
              abort(new Error('enough'))
              resolve(StageOutput.skip('enough'))
            }
            place.run('another request', () => clock.setTimeout(end, 5))
            void next(inner)
          })
        }
      : next,
}
const ENDINGS: readonly (readonly [how: string, ending: Interceptor])[] = [
  ['a limit ends', limiting],
  ['a wrap ends', aborting],
]

test.each<[string, Interceptor['wrap']]>([
  ['passes the promise on', (next) => (context) => place.run('stage a', () => next(context))],
  ['waits for it', (next) => async (context) => await place.run('stage a', () => next(context))],
])('the async context of a wrap that %s does not reach the stages and cleanups after its stage', async (_, wrap) => {
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

test('the result of a run does not keep the async context of its caller alive', async () => {
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

const slow: Interceptor = {
  name: 'slow',
  wrap: (next) => async (context) => {
    const output = await next(context)
    await context.clock.sleep(10)
    return output
  },
}
test.each([
  ['passes the promise of the code on ends with the code', passingOn('passes'), 5],
  ['waits after the code ends with that wait', slow, 15],
] as const)('a stage whose wrap %s', async (_what, interceptor, endedAt) => {
  const run = new Pipeline('demo')
    .withStage('a', (context) => context.clock.sleep(5))
    .build({ clock, interceptors: [interceptor] })
    .run()
  await clock.advance(20)
  const { stages } = (await run).report
  expect(stages['a']).toMatchObject({ endedAt, attempts: [{ endedAt: 5 }] })
})

describe.each(WAYS)('%s,', (_, beside) => {
  test.each<[what: string, cancel: boolean, limits: { readonly timeoutMs?: number }]>([
    ['a timeout', false, { timeoutMs: 5 }],
    ['a cancel', true, {}],
  ])(
    'cleanups and `ended` of a run that %s stopped run in the async context of the run',
    async (_what, cancel, limits) => {
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
    },
  )

  test.each(ENDINGS)('stages and cleanups after a call that %s run in the context of the run', async (_how, ending) => {
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
    expect(seen.filter((line) => !/^(?:settled|expired|call ended)/.test(line))).toEqual([
      'b in demo',
      'b, later in demo',
      'cleanup in demo',
      'ended in demo',
    ])
  })

  describe.each(ENDINGS)('%s a call,', (_how, ending) => {
    const child = new Pipeline('child').withStage('inside', (context) => context.clock.sleep(20))
    test.each<[what: string, code: (context: StageContext) => Promise<void>]>([
      ['code', () => clock.sleep(20)],
      [
        'a child run',
        async (context) => {
          await context.runChild(child)
        },
      ],
    ])(
      'a stage that takes the slot of %s that outlived its stage starts in the context of the run',
      async (_what, code) => {
        const run = new Pipeline('demo')
          .withStage('a', code)
          .withStage('b', () => void note('b'))
          .build({ clock, interceptors: beside([setting, ending]) })
          .run({}, { maxConcurrency: 1 })
        await clock.advance(30)
        await run
        expect(seen).toContain('b in demo')
      },
    )
  })

  test('expired and `ended` of two runs on one timer each run in the context of their own run', async () => {
    const request = new AsyncLocalStorage<string>()
    const log: string[] = []
    const say = (what: string, id: string): number => log.push(`${what} of ${id} in ${request.getStore() ?? 'nothing'}`)
    const limits: Interceptor = {
      name: 'limits',
      onCall: ({ name }) =>
        name === 'a'
          ? ({ pipelineRunId: id }) => ({
              deadline: 5,
              expired: () => {
                say('expired', id)
                return StageOutput.skip('enough')
              },
              ended: () => void say('ended', id),
            })
          : undefined,
    }
    const graph = new Pipeline('demo')
      .withStage('a', ({ clock: time, signal }) => time.sleep(100, signal))
      .withStage('b', (context) => void say('b', context.pipelineRunId), { dependencies: ['a'], join: 'settled' })
      .build({ clock, interceptors: beside([limits]) })
    const runs = ['one', 'two'].map((id) => request.run(`request ${id}`, () => graph.run({ pipelineRunId: id })))
    await request.run('a third request', () => clock.advance(10))
    await Promise.all(runs)
    for (const id of ['one', 'two'])
      expect(log.filter((line) => line.includes(`of ${id}`))).toEqual([
        `expired of ${id} in request ${id}`,
        `ended of ${id} in request ${id}`,
        `b of ${id} in request ${id}`,
      ])
    expect(log).toHaveLength(6)
  })

  test('expired runs in the context of the run, and not in that of a part or a wrap around the call', async () => {
    const run = place.run('request', () =>
      new Pipeline('demo')
        .withStage('a', ({ clock: time, signal }) => time.sleep(100, signal))
        .build({ clock, interceptors: beside([setting, limiting]) })
        .run(),
    )
    await place.run('another request', () => clock.advance(10))
    await run
    expect(seen.filter((line) => /^(?:expired|call ended)/.test(line))).toEqual([
      'expired in demo',
      'call ended in demo',
    ])
  })

  test("a child run that a stage doesn't await ends before the cleanups, which run in the context of the run", async () => {
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

  test('stages, generators, items and children run in the async context of their call, and cleanups in that of the run', async () => {
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
