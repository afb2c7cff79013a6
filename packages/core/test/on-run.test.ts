import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { problemsOf } from './interceptors.ts'
import { createSlot, Pipeline, StageflowError, StageOutput } from '../src/index.ts'
import type { EventSink, Interceptor, RunContext, RunOutcome, RunPart, StageOutput as Output } from '../src/index.ts'

const taking = (name: string, onRun: (run: RunContext) => RunPart | undefined): Interceptor => ({ name, onRun })
const refusing = (answer: (run: RunContext) => RunOutcome): Interceptor => ({
  name: 'refusing',
  wrapRun: (next) => (run) => (run.parent === undefined ? answer(run) : next(run)),
})
const rejecting = (async () => {
  throw new Error('a bug')
}) as () => never

const nested = new Pipeline('demo').withPipeline(
  'above',
  new Pipeline('inner').withStage('a', () => ({ a: 1 })),
)

test('`ended` of a part of a run is called once, refused runs included, before the last event and with the final outcome', async () => {
  const log: string[] = []
  const part = taking('part', () => ({
    ended: ({ status, reason, errors, droppedEvents, report, startedAt, endedAt }, run) => {
      expect([startedAt, endedAt]).toEqual([report.startedAt, report.endedAt])
      expect(run.startedAt).toBe(startedAt)
      log.push([run.pipeline.name, status, reason ?? errors[0]?.code ?? '-', droppedEvents, report.status].join(' '))
    },
  }))
  const eventSink: EventSink = {
    emit: ({ type }) => void log.push(type),
    tryEmit: ({ type }) => {
      log.push(type)
      return type !== 'pipeline.started'
    },
  }
  const ways: (readonly Interceptor[])[] = [
    [part],
    [refusing((run) => run.fail(new StageflowError('quota/spent', 'no'))), part],
    [part, refusing((run) => run.cancel('closed'))],
  ]
  for (const interceptors of ways) await nested.build({ clock, eventSink, interceptors }).runSettled()
  expect(log.filter((line) => !line.startsWith('stage.') && !line.includes('child'))).toEqual([
    'pipeline.started',
    'pipeline.started',
    'inner completed - 1 completed',
    'pipeline.completed',
    'demo completed - 1 completed',
    'pipeline.completed',
    'pipeline.started',
    'demo failed quota/spent 1 failed',
    'pipeline.failed',
    'pipeline.started',
    'demo cancelled closed 1 cancelled',
    'pipeline.cancelled',
  ])
})

test('onRun is called for every run that starts, before any wrapRun, and may set slots of the run', async () => {
  const slot = createSlot<string>('acme/slot')
  const log: string[] = []
  const part = taking('part', (run) => {
    run.set(slot, run.pipeline.name)
    log.push(`${run.pipeline.name} starts at ${run.clock.now()}`)
    return { ended: ({ status }) => void log.push(`${run.get(slot)} ${status}`) }
  })
  const refuse: Interceptor = {
    name: 'refuse',
    wrapRun: () => async (run) => {
      log.push('asked')
      return run.fail('no')
    },
  }
  const inner = new Pipeline('inner').withStage('a', (context) => void log.push(`a in ${context.get(slot)}`))
  const demo = new Pipeline('demo').withPipeline('inner', inner)
  await demo.build({ clock, interceptors: [part] }).run()
  await demo.build({ clock, interceptors: [refuse, part] }).runSettled()
  expect(log).toEqual([
    'demo starts at 0',
    'inner starts at 0',
    'a in inner',
    'inner completed',
    'demo completed',
    'demo starts at 0',
    'asked',
    'demo failed',
  ])
})

test('the events of a run and the calls of its parts come in one order', async () => {
  const log: string[] = []
  const eventSink: EventSink = {
    emit: ({ type }) => void log.push(type),
    tryEmit: ({ type }) => void log.push(type),
  }
  const watch: Interceptor = {
    name: 'watch',
    onCall: () => () => ({ ended: () => void log.push('call ended') }),
    wrapRun: (next) => async (run) => {
      log.push('around')
      const outcome = await next(run)
      log.push('around ends')
      return outcome
    },
    settled: ({ stage }) => void log.push(`settled ${stage}`),
    onRun: () => {
      log.push('asked')
      return {
        enter: (next) => {
          log.push('enter')
          next()
          log.push('left')
        },
        settled: ({ stage }) => void log.push(`part settled ${stage}`),
        ended: () => void log.push('ended'),
      }
    },
  }
  await new Pipeline('demo')
    .withStage('a', async () => void log.push('code'))
    .build({ clock, eventSink, interceptors: [watch] })
    .run()
  expect(log).toEqual([
    'pipeline.started',
    'asked',
    'enter',
    'around',
    'stage.a.started',
    'code',
    'left',
    'call ended',
    'settled a',
    'part settled a',
    'stage.a.completed',
    'around ends',
    'ended',
    'pipeline.completed',
  ])
})

test.each([
  ['without a sink', {}],
  ['with a sink', { eventSink: recordingSink() }],
])(
  '`enter` sets the async context of the whole run, the first interceptor outermost, also for code that waits, %s',
  async (_, options) => {
    const store = new AsyncLocalStorage<string>()
    const log: string[] = []
    const within = (name: string): Interceptor =>
      taking(name, () => ({
        enter: (next, run) => {
          log.push(`${name} in ${run.pipeline.name}`)
          store.run(`${store.getStore() ?? ''}/${name}`, next)
          log.push(`${name} out`)
        },
      }))
    const around: Interceptor = {
      name: 'around',
      wrapRun: (next) => (run) => {
        log.push(`around in ${store.getStore()}`)
        return next(run)
      },
    }
    const run = new Pipeline('demo')
      .withStage('a', async (context) => {
        await context.clock.sleep(5)
        return { in: store.getStore() }
      })
      .withStage('b', () => ({ in: store.getStore() }), { dependencies: ['a'] })
      .build({
        clock,
        interceptors: [within('outer'), taking('none', () => undefined), around, within('inner')],
        ...options,
      })
      .run()
    await clock.advance(5)
    expect((await run).data).toEqual({ a: { in: '/outer/inner' }, b: { in: '/outer/inner' } })
    expect(store.getStore()).toBeUndefined()
    expect(log).toEqual(['outer in demo', 'inner in demo', 'around in /outer/inner', 'inner out', 'outer out'])
  },
)

test.each<readonly [what: string, onRun: () => unknown]>([
  ['a promise of nothing', () => Promise.resolve()],
  ['a promise of a part', () => Promise.resolve({ ended() {} })],
  ['a promise that rejects', () => Promise.reject(new Error('no disk'))],
  ['null', () => null],
  ['a number', () => 5],
  ['a function', () => () => {}],
  ['an error', () => new Error('no disk')],
  ['a misspelt part', () => ({ setled() {} })],
])('an onRun that returns %s has no part in the run, and is reported once (core/observer-threw)', async (_, onRun) => {
  const heard: string[] = []
  const wrong: Interceptor = {
    name: 'wrong',
    onRun: onRun as () => undefined,
    settled: ({ stage }) => void heard.push(stage),
  }
  const others = taking('others', () => ({ ended: ({ status }) => void heard.push(status) }))
  const run = new Pipeline('demo')
    .withStage('a', (context) => context.clock.sleep(1))
    .build({ clock, interceptors: [wrong, others] })
    .run()
  await clock.advance(1)
  const result = await run
  expect(heard).toEqual(['a', 'completed'])
  expect(result.report.notes['core/problems']).toMatchObject([
    {
      code: 'core/observer-threw',
      message: expect.stringContaining('Interceptor "wrong" threw when it was told of the run'),
    },
  ])
})

test.each<readonly [what: string, late: Omit<Interceptor, 'name'>]>([
  ['settled', { settled: rejecting }],
  ['settled of a part', { onRun: () => ({ settled: rejecting }) }],
  ['enter', { onRun: () => ({ enter: rejecting }) }],
  ['ended', { onRun: () => ({ ended: rejecting }) }],
  ['ended of a call', { onCall: () => () => ({ ended: rejecting }) }],
])('a rejection of %s is a problem of the report, also after the run is over and without a sink', async (_, late) => {
  const graph = new Pipeline('demo')
    .withStage('a', () => ({}))
    .build({ clock, interceptors: [{ name: 'late', ...late }] })
  for (const settled of [graph.runSettled(), graph.start().settled])
    expect(problemsOf(await settled)).toEqual([
      expect.stringMatching(/^core\/observer-threw: Interceptor "late" .*a bug/),
    ])
})

test('a run that was cancelled before it started is cancelled for all its parts', async () => {
  const seen: unknown[] = []
  const part = (run: RunContext): RunPart => ({
    enter(next) {
      seen.push(run.signal.aborted)
      next()
    },
    ended: ({ status, reason }) => void seen.push(status, reason),
  })
  const sees = taking('sees', (run) => {
    seen.push(run.signal.aborted)
    return part(run)
  })
  const graph = new Pipeline('demo').withStage('a', () => ({})).build({ clock, interceptors: [sees] })
  await graph.runSettled({}, { signal: AbortSignal.abort(new Error('gone')) })
  expect(seen).toEqual([true, true, 'cancelled', 'gone'])
})

test('an onRun that throws has no part, is reported, and changes nothing (core/observer-threw)', async () => {
  const broken = taking('broken', () => {
    throw new Error('no disk')
  })
  const heard: string[] = []
  const { status, report } = await nested
    .build({
      clock,
      interceptors: [broken, taking('others', () => ({ ended: (outcome) => void heard.push(outcome.status) }))],
    })
    .run()
  expect(status).toBe('completed')
  expect(heard).toEqual(['completed', 'completed'])
  expect(report.notes['core/problems']).toMatchObject([
    {
      code: 'core/observer-threw',
      message: expect.stringContaining('the run: no disk'),
      cause: { message: 'no disk' },
    },
  ])
})

test.each<readonly [how: string, ended: () => void, options: { readonly eventSink?: EventSink }]>([
  [
    'throws',
    () => {
      throw new Error('no disk')
    },
    {},
  ],
  [
    'throws in a run with a sink',
    () => {
      throw new Error('no disk')
    },
    { eventSink: recordingSink() },
  ],
  // A run without a sink is over with its last stage, before the rejection.
  ['rejects in a run with a sink', () => Promise.reject(new Error('no disk')), { eventSink: recordingSink() }],
])(
  'an `ended` of a run that %s is reported, changes nothing, and does not stop the other parts (core/observer-threw)',
  async (_, ended, options) => {
    const heard: string[] = []
    const list = [
      taking('broken', () => ({ ended })),
      taking('others', () => ({ ended: (outcome) => void heard.push(outcome.status) })),
    ]
    const { status, report } = await new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, interceptors: list, ...options })
      .run()
    expect([status, heard]).toEqual(['completed', ['completed']])
    expect(report.notes['core/problems']).toMatchObject([
      { code: 'core/observer-threw', message: expect.stringContaining('the run: no disk') },
    ])
  },
)

test('an interceptor that throws repeatedly is reported once per run', async () => {
  const broken: Interceptor = {
    name: 'broken',
    settled: () => {
      throw new Error('first')
    },
    onRun: () => ({
      settled: () => {
        throw new Error('second')
      },
      ended: () => {
        throw new Error('third')
      },
    }),
  }
  const graph = new Pipeline('demo')
    .withStage('a', () => ({}))
    .withStage('b', () => ({}))
    .build({ clock, interceptors: [broken] })
  for (const _ of [1, 2])
    expect(problemsOf(await graph.run())).toEqual([
      'core/observer-threw: Interceptor "broken" threw when it was told of stage "a": first',
    ])
})

test("`settled` of a part and of its interceptor are both called, at the interceptor's place in the list", async () => {
  const log: string[] = []
  const both = (name: string): Interceptor => ({
    name,
    settled: ({ stage }, run) => void log.push(`${name} ${run.pipeline.name} ${stage}`),
    onRun: () => ({ settled: ({ stage }, run) => void log.push(`part of ${name} ${run.pipeline.name} ${stage}`) }),
  })
  const partOnly = taking('part-only', () => ({ settled: ({ stage }) => void log.push(`part only ${stage}`) }))
  await new Pipeline('demo')
    .withStage('a', () => StageOutput.skip('no'))
    .withStage('b', () => ({}), { dependencies: ['a'] })
    .build({ clock, interceptors: [both('first'), partOnly, both('second')] })
    .run()
  expect(log.filter((line) => line.endsWith('b'))).toEqual([
    'first demo b',
    'part of first demo b',
    'part only b',
    'second demo b',
    'part of second demo b',
  ])
  expect(log.filter((line) => line.endsWith('a'))).toHaveLength(5)
})

test('an onRun that returns undefined has no part in that run', async () => {
  const log: string[] = []
  const some = taking('some', (run) =>
    run.snapshot.userId === 'ada'
      ? { settled: ({ stage }) => void log.push(`ada ${stage}`), ended: () => void log.push('ada ended') }
      : undefined,
  )
  const graph = new Pipeline('demo').withStage('a', () => ({})).build({ clock, interceptors: [some] })
  await graph.run({ userId: 'bob' })
  expect(log).toEqual([])
  await graph.run({ userId: 'ada' })
  expect(log).toEqual(['ada a', 'ada ended'])
})

test('one part object may serve many runs, and its functions are called on it', async () => {
  class Counting implements RunPart {
    #open = 0
    #log: string[]
    constructor(log: string[]) {
      this.#log = log
    }
    enter(next: () => void): void {
      this.#open++
      next()
    }
    settled(): void {
      this.#log.push(`settled in ${this.#open}`)
    }
    ended(): void {
      this.#log.push(`ended, ${--this.#open} left`)
    }
  }
  const log: string[] = []
  const shared = new Counting(log)
  const graph = new Pipeline('demo')
    .withStage('a', (context) => context.clock.sleep(5))
    .build({ clock, interceptors: [taking('shared', () => shared)] })
  const runs = [graph.run(), graph.run()]
  await clock.advance(5)
  await Promise.all(runs)
  expect(log).toEqual(['settled in 2', 'ended, 1 left', 'settled in 1', 'ended, 0 left'])
})

test('onRun is called on its interceptor', async () => {
  class Own implements Interceptor {
    readonly name = 'own'
    readonly #runs: string[] = []
    onRun(run: RunContext): undefined {
      this.#runs.push(run.pipeline.name)
    }
    get runs(): readonly string[] {
      return this.#runs
    }
  }
  const own = new Own()
  await nested.build({ clock, interceptors: [own] }).run()
  expect(own.runs).toEqual(['demo', 'inner'])
})

test.each<
  readonly [how: string, interceptors: readonly Interceptor[], stage: () => Output | Promise<Output>, heard: string]
>([
  ['completed', [], () => StageOutput.ok(), 'completed'],
  ['failed', [], async () => StageOutput.fail('no'), 'failed'],
  ['cancelled', [], () => StageOutput.cancel('no'), 'cancelled'],
  ['refused', [refusing((run) => run.fail('no'))], () => StageOutput.ok(), 'failed'],
  [
    'failed in the end',
    [
      {
        name: 'late',
        wrapRun: (next) => async (run) => {
          await next(run)
          return run.fail('over budget')
        },
      },
    ],
    () => StageOutput.ok(),
    'failed',
  ],
])('`ended` of a part is called once for a run that %s, for every way to start it', async (_, list, stage, heard) => {
  const log: string[] = []
  const watch = taking('watch', () => ({ ended: ({ status }) => void log.push(status) }))
  const graph = new Pipeline('demo').withStage('a', stage).build({ clock, interceptors: [watch, ...list] })
  await graph.run().catch(() => {})
  await graph.runSettled()
  const handle = graph.start()
  const types: string[] = []
  for await (const { type } of handle) types.push(type)
  await handle.settled
  expect(log).toEqual([heard, heard, heard])
  expect(types.at(-1)).toBe(`pipeline.${heard}`)
})

test('`ended` is called for a run that is out of time, and for one whose stages were abandoned, when it is over', async () => {
  const log: string[] = []
  const watch = taking('watch', () => ({ ended: ({ status }) => void log.push(`${status} at ${clock.now()}`) }))
  const graph = new Pipeline('demo')
    .withStage('a', () => new Promise<object>(() => {}))
    .build({ clock, interceptors: [watch] })
  const run = graph.runSettled({}, { timeoutMs: 50, graceMs: 20 })
  await clock.advance(70)
  await run
  expect(log).toEqual(['failed at 70'])
  const handle = graph.start({}, { graceMs: 20 })
  handle.cancel('enough')
  await clock.advance(20)
  await handle.settled
  expect(log).toEqual(['failed at 70', 'cancelled at 90'])
})

test('a part can read the report and the outputs of its run in `ended`', async () => {
  const seen: unknown[] = []
  const watch = taking('watch', () => ({
    ended: ({ report, output }: RunOutcome, run) =>
      void seen.push(report.stages['a']?.status, run.output('a'), typeof output, run.running),
  }))
  await new Pipeline('demo')
    .withStage('a', () => ({ a: 1 }))
    .build({ clock, interceptors: [watch] })
    .run()
  expect(seen).toMatchObject(['ok', { status: 'ok', data: { a: 1 } }, 'function', []])
})

test('notes and problems that a part adds in `ended` are in the report', async () => {
  const watch = taking('watch', (run) => ({
    ended: () => {
      run.note('acme/ended' as never, true as never)
      run.problem(new Error('beside it'))
    },
  }))
  for (const eventSink of [undefined, recordingSink()]) {
    const { report } = await new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, interceptors: [watch], ...(eventSink === undefined ? {} : { eventSink }) })
      .run()
    expect(report.notes).toMatchObject({ 'acme/ended': true, 'core/problems': [{ code: 'core/problem' }] })
  }
})

test('onRun is not called for a run that never starts', async () => {
  let told = 0
  const graph = new Pipeline('demo')
    .withStage('a', () => ({}))
    .build({ clock, interceptors: [taking('watch', () => void told++ as undefined)] })
  await expect(graph.run({}, { nobodyClaimsThis: true } as never)).rejects.toMatchObject({
    code: 'core/illegal-option',
  })
  expect(told).toBe(0)
})

test('an onRun that is not a function is a problem of the build (core/interceptor)', () => {
  expect(() =>
    new Pipeline('demo').withStage('a', () => ({})).build({ interceptors: [{ name: 'wrong', onRun: {} as never }] }),
  ).toThrow(
    expect.objectContaining({
      problems: [expect.objectContaining({ code: 'core/interceptor', message: expect.stringContaining('onRun') })],
    }),
  )
})
