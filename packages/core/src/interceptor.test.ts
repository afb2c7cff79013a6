import { afterEach, expect, test, vi } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { Pipeline, StageKind, StageOutput, after, createSlot, systemClock } from './index.ts'
import type { Interceptor, PipelineBuildError, RunStage, StageInfo } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const wrapping = (name: string, wrap: NonNullable<Interceptor['wrap']>): Interceptor => ({ name, wrap })
const graphOf = (interceptors: readonly Interceptor[], stage: () => object | void = () => ({ a: 1 })) =>
  new Pipeline('demo').withStage('a', stage).build({ clock, interceptors })
async function failureOf(interceptors: readonly Interceptor[], stage?: () => object | void) {
  const result = await graphOf(interceptors, stage).runSettled()
  return result.status === 'failed' ? result.errors[0] : undefined
}

test('the first interceptor is the outermost, and each sees the answer of the next', async () => {
  const log: string[] = []
  const logging = (name: string): Interceptor =>
    wrapping(name, (next) => async (context) => {
      log.push(`${name} in`)
      const output = await next(context)
      log.push(`${name} out: ${output.status}`)
      return output
    })
  await graphOf([logging('first'), logging('second')], () => void log.push('stage')).run()
  expect(log).toEqual(['first in', 'second in', 'stage', 'second out: ok', 'first out: ok'])
})

test('synchronous stages and interceptors stay synchronous', () => {
  const log: string[] = []
  const graph = graphOf([
    wrapping(
      'sync',
      (next) => (context) =>
        after(next(context), (output) => {
          log.push(output.status)
          return output
        }),
    ),
  ])
  void graph.run()
  expect(log).toEqual(['ok'])
})

test('after uses a value now, or when it comes', async () => {
  expect(after(1, (value) => value + 1)).toBe(2)
  await expect(after(Promise.resolve(1), (value) => value + 1)).resolves.toBe(2)
})

test('wrap is asked once a stage, when the graph is built, with what the graph knows of it', async () => {
  const infos: StageInfo[] = []
  const graph = new Pipeline('demo')
    .withStage('route', async () => ({ route: 'a' }), StageKind.ROUTE)
    .withStage(
      'work',
      async function* () {
        yield 1
      },
      StageKind.WORK,
      { dependencies: ['route'], join: 'settled', when: () => true },
    )
    .build({
      clock,
      interceptors: [
        wrapping('asking', (next, stage) => {
          infos.push(stage)
          return next
        }),
      ],
    })
  await graph.run()
  await graph.run()
  expect(infos).toHaveLength(2)
  expect(infos[0]).toMatchObject({
    name: 'route',
    kind: 'route',
    index: 0,
    dependencies: [],
    dependents: ['work'],
    join: 'all',
    conditional: false,
    streams: false,
  })
  expect(infos[1]).toMatchObject({
    name: 'work',
    kind: 'work',
    index: 1,
    dependencies: [{ stage: 'route', edge: 'value' }],
    dependents: [],
    join: 'settled',
    conditional: true,
    streams: true,
  })
  expect(infos[1]?.pipeline).toMatchObject({ name: 'demo', interceptors: ['asking'] })
  expect(infos[1]?.pipeline.stages).toEqual(infos)
})

test('an interceptor may answer in the place of the stage, which then does not run', async () => {
  let ran = false
  const graph = graphOf([wrapping('cache', () => () => StageOutput.ok({ cached: true }))], () => {
    ran = true
    return {}
  })
  const { data, report } = await graph.run()
  expect(data).toEqual({ a: { cached: true } })
  expect(ran).toBe(false)
  expect(report.stages['a']?.attempts, 'no call reached the stage').toEqual([])
})

test.each(['skip', 'cancel'] as const)('an answer of %s passes through every layer untouched', async (status) => {
  const passing = wrapping('passing', (next) => async (context) => next(context))
  const result = await graphOf([passing, { ...passing, name: 'passing-2' }], () =>
    StageOutput[status]('not now'),
  ).runSettled()
  expect(result.outputs.a).toMatchObject({ status, reason: 'not now' })
})

test('a throw of the stage reaches interceptors as a fail output with its cause: next never throws', async () => {
  const thrown = new Error('boom')
  const seen: unknown[] = []
  const looking = wrapping('looking', (next) => async (context) => {
    const output = await next(context)
    if (output.status === 'fail') seen.push(output.error)
    return output
  })
  for (const stage of [
    () => {
      throw thrown
    },
    async () => {
      throw thrown
    },
  ])
    await graphOf([looking], stage as () => object).runSettled()
  expect(seen).toEqual([thrown, thrown])
})

test('an interceptor that throws is a failure that names it (core/interceptor-threw)', async () => {
  const thrown = new Error('a bug')
  const layers: RunStage[] = [
    () => {
      throw thrown
    },
    async () => {
      throw thrown
    },
  ]
  for (const layer of layers) {
    expect(await failureOf([wrapping('broken', () => layer)])).toMatchObject({
      code: 'core/interceptor-threw',
      stage: 'a',
      message: 'Interceptor "broken" threw at stage "a": a bug',
      cause: { message: 'a bug' },
    })
  }
})

test('an interceptor outside sees what one inside threw, as an output', async () => {
  const seen: string[] = []
  const outer = wrapping('outer', (next) => async (context) => {
    const output = await next(context)
    seen.push(output.status)
    return StageOutput.ok({ saved: true })
  })
  const inner = wrapping('inner', () => () => {
    throw new Error('a bug')
  })
  expect((await graphOf([outer, inner]).run()).data).toEqual({ a: { saved: true } })
  expect(seen).toEqual(['fail'])
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a plain object', { status: 'ok' }],
  ['a number', 5],
  ['an error', new Error('x')],
])('an interceptor that answers with %s is a failure that names it (core/interceptor-answer)', async (_, answer) => {
  for (const layer of [() => answer, async () => answer]) {
    const failure = await failureOf([wrapping('vague', () => layer as never)])
    expect(failure).toMatchObject({
      code: 'core/interceptor-answer',
      message: expect.stringContaining('Interceptor "vague" answered stage "a" with'),
    })
  }
})

test('an interceptor that answers with nothing is no success as the first thing that a process does either', async () => {
  vi.resetModules()
  const fresh = await import('./index.ts')
  const result = await new fresh.Pipeline('demo')
    .withStage('a', () => ({}))
    .build({ interceptors: [{ name: 'vague', wrap: () => () => undefined as never }] })
    .runSettled()
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/interceptor-answer' }] })
})

test('an interceptor may answer with a promise of another kind', async () => {
  const thenable = { then: (use: (output: unknown) => void) => use(StageOutput.ok({ then: 'fine' })) }
  expect((await graphOf([wrapping('foreign', () => () => thenable as never)]).run()).data).toEqual({
    a: { then: 'fine' },
  })
})

test('returning next itself leaves the stage alone', async () => {
  const seen: RunStage[] = []
  const graph = graphOf([
    wrapping('outer', (next) => {
      seen.push(next)
      return next
    }),
    wrapping('inner', (next) => {
      seen.push(next)
      return next
    }),
  ])
  await graph.run()
  expect(seen[0]).toBe(seen[1])
})

test('interceptors: [] means none, and core has no default ones', async () => {
  const graph = graphOf([])
  expect(graph.info.interceptors).toEqual([])
  expect(new Pipeline('demo').build().info.interceptors).toEqual([])
})

test('state of a run lives in slots, which stages read', async () => {
  const claims = createSlot<{ readonly sub: string }>('auth/claims')
  const other = createSlot<string>('other')
  const graph = new Pipeline('demo')
    .withStage('a', (context) => ({ sub: context.get(claims)?.sub, other: context.get(other) }))
    .build({
      clock,
      interceptors: [
        wrapping('auth', (next) => (context) => {
          context.run.set(claims, { sub: `user of ${context.run.pipeline.name}` })
          return next(context)
        }),
      ],
    })
  expect((await graph.run()).data).toEqual({ a: { sub: 'user of demo', other: undefined } })
})

// ---------- mistakes that build() finds

function problemsOf(interceptors: readonly unknown[]): readonly { readonly code: string; readonly message: string }[] {
  try {
    graphOf(interceptors as readonly Interceptor[])
    return []
  } catch (error) {
    return (error as PipelineBuildError).problems
  }
}

test('interceptors without a name, with a name twice, or with a hook that is no function are refused (core/interceptor)', () => {
  const problems = problemsOf([
    {},
    { name: '' },
    { name: 'x', wrap: 5 },
    { name: 'x', settled: () => {} },
    { name: 'y', wrapRun: 'z' },
    { name: 'z', settled: {} },
  ])
  expect(problems.map(({ code }) => code)).toEqual(Array.from({ length: 6 }, () => 'core/interceptor'))
  expect(problems.map(({ message }) => message)).toEqual([
    'Interceptor 1 of the list has no name: {}.',
    'Interceptor 2 of the list has no name: {"name":""}.',
    'Interceptor "x" has a wrap that is not a function.',
    'Two interceptors are named "x"; leave one out, or rename it: { ...it, name: \'…\' }.',
    'Interceptor "y" has a wrapRun that is not a function.',
    'Interceptor "z" has a settled that is not a function.',
  ])
})

test('an interceptor without any hook is refused, because it would do nothing (core/interceptor)', () => {
  for (const idle of [{ name: 'idle' }, { name: 'idle', stageOptions: [], reset: () => {}, wrap: undefined }])
    expect(problemsOf([idle])).toMatchObject([
      {
        code: 'core/interceptor',
        message:
          'Interceptor "idle" has no hook, so it would do nothing. Add at least one: settled, onCall, wrap, wrapRun or onRun.',
      },
    ])
})

test.each([
  ['warp', 'wrap'],
  ['wraps', 'wrap'],
  ['wrapRuns', 'wrapRun'],
  ['wraprun', 'wrapRun'],
  ['onCalls', 'onCall'],
  ['oncall', 'onCall'],
  ['onrun', 'onRun'],
  ['settle', 'settled'],
  ['onSettled', 'settled'],
])('a misspelt hook %s is refused, with a guess, beside another hook too (core/interceptor)', (misspelt, hook) => {
  const refusal = {
    code: 'core/interceptor',
    message: `Interceptor "auth" has a function "${misspelt}", which is not a hook: the engine would never call it. Did you mean "${hook}"?`,
  }
  class Auth {
    name = 'auth'
    settled() {}
  }
  Object.defineProperty(Auth.prototype, misspelt, { value: () => {} })
  expect(problemsOf([{ name: 'auth', [misspelt]: () => {} }])).toMatchObject([refusal])
  expect(problemsOf([{ name: 'auth', onCall: () => undefined, [misspelt]: () => {} }])).toMatchObject([refusal])
  expect(problemsOf([new Auth()])).toMatchObject([refusal])
})

test('other properties of an interceptor are its own', () => {
  const own = { warp: 5, run() {}, call() {}, map() {}, unwrap() {}, reset() {}, onError() {}, metrics: {} }
  expect(problemsOf([{ name: 'x', settled() {}, ...own }])).toEqual([])
})

test('an order that an author forbids is refused (core/interceptor-order), and nothing is re-sorted', () => {
  const settled = (): void => {}
  const retry: Interceptor = { name: 'retry', settled, mustBeOutside: ['tracing'] }
  const tracing: Interceptor = { name: 'tracing', settled, mustBeInside: ['timeout'] }
  const timeout: Interceptor = { name: 'timeout', settled }
  expect(problemsOf([timeout, retry, tracing])).toEqual([])
  expect(problemsOf([tracing, retry])).toMatchObject([
    { code: 'core/interceptor-order', message: expect.stringContaining('"retry" must stand outside "tracing"') },
  ])
  expect(problemsOf([tracing, timeout])).toMatchObject([
    { code: 'core/interceptor-order', message: expect.stringContaining('"tracing" must stand inside "timeout"') },
  ])
  expect(graphOf([timeout, tracing]).info.interceptors).toEqual(['timeout', 'tracing'])
})

test('what wrap or wrapRun throws at build is a problem with its cause (core/interceptor-wrap)', () => {
  const cause = new Error('ms must be above 0')
  const problems = problemsOf([
    {
      name: 'timeout',
      wrap: () => {
        throw cause
      },
    },
    {
      name: 'auth',
      wrapRun: () => {
        throw cause
      },
    },
    { name: 'lazy', wrap: () => undefined, wrapRun: () => ({}) },
  ])
  expect(problems.map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => 'core/interceptor-wrap'))
  expect(problems.map(({ message }) => message)).toEqual([
    'Interceptor "lazy" wrapped stage "a" in undefined; wrap(next, stage) returns a function, or next itself.',
    'Interceptor "timeout" refuses stage "a": ms must be above 0',
    'Interceptor "lazy" wrapped the pipeline "demo" in {}; wrapRun(next, pipeline) returns a function, or next itself.',
    'Interceptor "auth" refuses the pipeline "demo": ms must be above 0',
  ])
  expect(problems[1]).toHaveProperty('cause', cause)
})

test('a stage option that no interceptor of the build claims is refused (core/unclaimed-option), unless it is to be ignored', () => {
  const pipeline = new Pipeline('demo').withStage('a', () => ({}), { 'acme-quota': { perMinute: 5 } } as never)
  const claiming: Interceptor = { name: 'quota', settled: () => {}, stageOptions: ['acme-quota' as never] }
  expect(() => pipeline.build()).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({
          code: 'core/unclaimed-option',
          message: expect.stringContaining(`ignoreOptions: ['acme-quota']`),
        }),
      ],
    }),
  )
  for (const options of [
    { interceptors: [claiming] },
    { ignoreOptions: true as const },
    { ignoreOptions: ['acme-quota' as never] },
  ]) {
    expect(pipeline.build(options).info.stages[0]?.options).toMatchObject({ 'acme-quota': { perMinute: 5 } })
  }
})

test('what next gives is frozen already: an interceptor cannot change the data of a stage in place', async () => {
  const changing = wrapping('changing', (next) => async (context) => {
    const output = await next(context)
    if (output.status === 'ok') (output.data as { list: number[] }).list.push(2)
    return output
  })
  const failure = await failureOf([changing], () => ({ list: [1] }))
  expect(failure).toMatchObject({ code: 'core/interceptor-threw', message: expect.stringContaining('not extensible') })
})

test('next takes a context of this run behind other layers too (core/interceptor-context)', async () => {
  const careless = wrapping('careless', (next) => () => next(undefined as never))
  const reading = wrapping('reading', (next) => (context) => next(context.fork().context))
  expect(await failureOf([careless, reading])).toMatchObject({ code: 'core/interceptor-context' })
})

test('the record that an interceptor read stays as it was', async () => {
  const records: { readonly attempts: readonly { readonly status: unknown }[] }[] = []
  const reading = wrapping('reading', (next) => async (context) => {
    const answer = next(context)
    records.push(context.record)
    return answer
  })
  await graphOf([reading], async () => ({})).run()
  expect(records[0]?.attempts).toMatchObject([{ status: undefined }])
})

test('the error of an attempt is the same whether somebody wraps the stage or not', async () => {
  const errors = []
  for (const interceptors of [[], [wrapping('passes', (next) => (context) => next(context))]]) {
    const { report } = await new Pipeline('demo')
      .withStage('a', () => {
        throw new Error('no')
      })
      .build({ clock, interceptors })
      .runSettled()
    errors.push(report.stages['a']?.attempts.map(({ error }) => error))
  }
  expect(errors[0]).toEqual([{ code: 'core/stage-failed', message: 'no' }])
  expect(errors[1]).toEqual(errors[0])
})

test('where layers pass on what the code answers, a stage starts no earlier than its dependencies end, and events keep to the time', async () => {
  let now = 0
  const ticking = { ...systemClock, now: () => ++now } // each reading is later
  const passes = (names: string): Interceptor =>
    wrapping('passes', (next, { name }) => (names.includes(name) ? (context) => next(context) : next))
  for (const passed of ['abcd', 'a']) {
    const eventSink = recordingSink()
    const gate = Promise.withResolvers<void>()
    const running = new Pipeline('demo')
      .withStage('a', () => gate.promise)
      .withStage('b', () => gate.promise)
      .withStage('c', () => ({}), { dependencies: ['a'] })
      .withStage('d', () => ({}), { dependencies: ['b', 'c'] })
      .build({ clock: ticking, eventSink, interceptors: [passes(passed)] })
      .run()
    gate.resolve()
    const { stages } = (await running).report
    const endOf = (stage: 'a' | 'b' | 'c'): number => stages[stage].endedAt ?? Infinity
    expect(stages['c']?.startedAt).toBeGreaterThanOrEqual(endOf('a'))
    expect(stages['d']?.startedAt).toBeGreaterThanOrEqual(Math.max(endOf('b'), endOf('c')))
    const times = eventSink.events.map(({ timestamp }) => timestamp)
    expect(times).toEqual(times.toSorted((one, other) => one - other))
  }
})
