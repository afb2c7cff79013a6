import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { beforeEach, describe, expect, test } from 'vitest'
import { passing, passingOn } from './ways.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'

// Nothing of a finished run is reachable from a module or from its graph, which live as long as the process does.

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What belongs to a run and must go with it. */
let parts: (readonly [what: string, ref: WeakRef<object>])[] = []
beforeEach(() => {
  parts = []
})
const track = <T extends object>(what: string, part: T): T => {
  parts.push([what, new WeakRef(part)])
  return part
}

async function reachable(): Promise<readonly string[]> {
  const alive = (): readonly string[] => parts.flatMap(([what, ref]) => (ref.deref() === undefined ? [] : [what]))
  for (let tries = 0; tries < 20 && alive().length > 0; tries++) {
    // The event loop may still hold promises and timers of the run.
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
  }
  return alive()
}

const watch: Interceptor = {
  name: 'watch',
  settled: (record, run) => {
    track('record', record)
    track('run', run)
  },
}
const limits: Interceptor = {
  name: 'limits',
  onCall: () => (context) =>
    track('part', { deadline: context.now + 60_000, idleTimeoutMs: 60_000, expired: () => StageOutput.skip('late') }),
}
const LISTS: readonly (readonly [what: string, interceptors: readonly Interceptor[]])[] = [
  ['no interceptor', []],
  ['an observer', [watch]],
  ['a wrap that passes the call on', [watch, passingOn('passes-on')]],
  ['a wrap that awaits the call', [watch, passing('awaits')]],
  [
    'a wrap that answers',
    [watch, { name: 'answers', wrap: () => async () => StageOutput.ok(track('data', { b: 1 })) }],
  ],
  [
    'a wrap that runs the stage twice',
    [
      watch,
      {
        name: 'twice',
        wrap: (next) => async (context) => {
          await next(context.fork().context)
          return next(context.fork().context)
        },
      },
    ],
  ],
  ['a wrapRun that passes the run on', [watch, { name: 'around', wrapRun: (next) => (run) => next(run) }]],
  [
    'a wrapRun that awaits the run',
    [watch, { name: 'around', wrapRun: (next) => async (run) => track('outcome', await next(run)) }],
  ],
  [
    'a part',
    [
      watch,
      {
        name: 'part',
        onCall: () => () =>
          track('part', {
            enter: (next: () => void) => next(),
            ended: (output: object) => void track('output', output),
          }),
      },
    ],
  ],
  ['a part with limits', [watch, limits]],
  ['a part with limits inside a wrap', [watch, passing('outside'), limits]],
  ['a part with limits around a wrap', [watch, limits, passingOn('inside')]],
  [
    'a part of the run',
    [watch, { name: 'of-run', onRun: (run) => track('part', { ended: () => void track('run', run) }) }],
  ],
]
const STAGES: readonly (readonly [what: string, stage: (context: StageContext) => unknown])[] = [
  [
    'answers at once',
    (context) => {
      track('context', context)
      return track('data', { a: 1 })
    },
  ],
  [
    'waits',
    async (context) => {
      track('context', context)
      await Promise.resolve()
      return track('data', { a: 1 })
    },
  ],
]

describe.each(LISTS)('with %s,', (_list, interceptors) => {
  test.each(STAGES)('a run whose stage %s leaves no objects in memory', async (_stage, stage) => {
    const graph = new Pipeline('demo').withStage('a', stage as () => object).build({ interceptors })
    const run = async (): Promise<void> => {
      track('result', await graph.run(track('input', { metadata: { text: 'hello' } })))
    }
    await run()
    expect(await reachable()).toEqual([])
    expect(graph.info.stages).toHaveLength(1)
  })

  test('a started run that was read to its end leaves no objects in memory', async () => {
    const graph = new Pipeline('demo').withStage('a', STAGES[1]?.[1] as () => object).build({ interceptors })
    const run = async (): Promise<void> => {
      const handle = track('handle', graph.start())
      for await (const event of handle) track('event', event)
      track('result', await handle.settled)
    }
    await run()
    expect(await reachable()).toEqual([])
    expect(graph.info.stages).toHaveLength(1)
  })
})

test('a run whose call expired leaves no objects in memory', async () => {
  const graph = new Pipeline('demo')
    .withStage(
      'a',
      (context) =>
        new Promise<void>((resolve) => {
          track('context', context)
          context.signal.addEventListener('abort', () => resolve())
        }),
    )
    .build({
      interceptors: [
        watch,
        { name: 'limits', onCall: () => () => track('part', { deadline: 0, expired: () => StageOutput.skip('late') }) },
      ],
    })
  const run = async (): Promise<void> => {
    track('result', await graph.run())
  }
  await run()
  expect(await reachable()).toEqual([])
  expect(graph.info.stages).toHaveLength(1)
})

test('a run with items and child runs leaves no objects in memory', async () => {
  const child = new Pipeline('child').withStage('b', STAGES[1]?.[1] as () => object)
  const graph = new Pipeline('demo')
    .withPipeline('above', child)
    .withMap('map', { over: () => [1, 2], each: async () => track('data', { item: 1 }) })
    .build({ interceptors: [watch, limits] })
  const run = async (): Promise<void> => {
    track('result', await graph.run())
  }
  await run()
  expect(await reachable()).toEqual([])
  expect(graph.info.stages).toHaveLength(2)
})

test('a result holds at most 1,000 child runs of a stage that started more', async () => {
  const child = new Pipeline('child').withStage('a', () => track('data', { a: 1 }))
  const graph = new Pipeline('demo')
    .withStage('family', async ({ runChild }) => {
      for (let n = 0; n < 1_300; n++) await runChild(child).orFail()
      return {}
    })
    .build()
  const result = await graph.run()
  let kept = parts.length
  for (let tries = 0; tries < 20 && kept > 1_000; tries++) {
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    kept = parts.filter(([, ref]) => ref.deref() !== undefined).length
  }
  // The last turn of the event loop may still hold a few.
  expect(kept).toBeLessThan(1_010)
  expect(Object.keys(result.children)).toHaveLength(1_000)
})
