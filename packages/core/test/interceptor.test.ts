import { describe, expect, test, vi } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { after, createSlot, Pipeline, StageKind, StageOutput, systemClock } from '../src/index.ts'
import type { BuildOptions, Interceptor, PipelineBuildError, RunStage, StageInfo } from '../src/index.ts'

const wrapping = (name: string, wrap: NonNullable<Interceptor['wrap']>): Interceptor => ({ name, wrap })
const graphOf = (interceptors: readonly Interceptor[], stage: () => object | void = () => ({ a: 1 })) =>
  new Pipeline('demo').withStage('a', stage).build({ clock, interceptors })
const thrown = new Error('a bug')
const throwing = (): never => {
  throw thrown
}
async function failureOf(interceptors: readonly Interceptor[], stage?: () => object | void) {
  const result = await graphOf(interceptors, stage).runSettled()
  return result.status === 'failed' ? result.errors[0] : undefined
}

test('the first interceptor is the outermost, and each gets the output of the next', async () => {
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

test('after calls its function now, or when the promise resolves', async () => {
  expect(after(1, (value) => value + 1)).toBe(2)
  await expect(after(Promise.resolve(1), (value) => value + 1)).resolves.toBe(2)
})

test('wrap is called once for each stage, when the graph is built, with the facts of the stage', async () => {
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

test("if an interceptor answers instead of the stage, the stage doesn't run", async () => {
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

test.each([
  ['throws', throwing],
  ['rejects', async () => throwing()],
])('if a stage %s, next returns a fail output with the error: next never throws', async (_, stage) => {
  const seen: unknown[] = []
  const looking = wrapping('looking', (next) => async (context) => {
    const output = await next(context)
    if (output.status === 'fail') seen.push(output.error)
    return output
  })
  await graphOf([looking], stage as () => object).runSettled()
  expect(seen).toEqual([thrown])
})

test.each<[how: string, layer: RunStage]>([
  ['throws', throwing],
  ['rejects', async () => throwing()],
])('an interceptor that %s fails its stage, and the error names it (core/interceptor-threw)', async (_, layer) => {
  expect(await failureOf([wrapping('broken', () => layer)])).toMatchObject({
    code: 'core/interceptor-threw',
    stage: 'a',
    message: 'Interceptor "broken" threw at stage "a": a bug',
    cause: { message: 'a bug' },
  })
})

test('an outer interceptor gets a fail output if an inner one throws', async () => {
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

describe.each<[how: string, layerOf: (answer: unknown) => () => unknown]>([
  ['returns', (answer) => () => answer],
  ['resolves with', (answer) => async () => answer],
])('an interceptor that %s', (_how, layerOf) => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a plain object', { status: 'ok' }],
    ['a number', 5],
    ['an error', new Error('x')],
  ])('%s fails its stage, and the error names it (core/interceptor-answer)', async (_, answer) => {
    const failure = await failureOf([wrapping('vague', () => layerOf(answer) as never)])
    expect(failure).toMatchObject({
      code: 'core/interceptor-answer',
      message: expect.stringContaining('Interceptor "vague" answered stage "a" with'),
    })
  })
})

test('an interceptor that returns nothing fails its stage, even in the first run of a process', async () => {
  vi.resetModules()
  const fresh = await import('../src/index.ts')
  const result = await new fresh.Pipeline('demo')
    .withStage('a', () => ({}))
    .build({ interceptors: [{ name: 'vague', wrap: () => () => undefined as never }] })
    .runSettled()
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/interceptor-answer' }] })
})

test("an interceptor may return a thenable that isn't a Promise", async () => {
  const thenable = { then: (use: (output: unknown) => void) => use(StageOutput.ok({ then: 'fine' })) }
  expect((await graphOf([wrapping('foreign', () => () => thenable as never)]).run()).data).toEqual({
    a: { then: 'fine' },
  })
})

test('an interceptor that returns next itself adds no layer to the stage', async () => {
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

test('a graph with interceptors: [] has no interceptors, and core has no defaults', async () => {
  const graph = graphOf([])
  expect(graph.info.interceptors).toEqual([])
  expect(new Pipeline('demo').withStage('a', () => ({})).build().info.interceptors).toEqual([])
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

test('interceptors without a name, with a name twice, or with a hook that is not a function are refused (core/interceptor)', () => {
  const problems = problemsOf([
    {},
    { name: '' },
    { name: 'x', wrap: 5 },
    { name: 'x', settled() {} },
    { name: 'y', wrapRun: 'z' },
    { name: 'z', settled: {} },
  ])
  expect(problems.map(({ code }) => code)).toEqual(Array.from({ length: 6 }, () => 'core/interceptor'))
  expect(problems.map(({ message }) => message)).toEqual([
    "The name of interceptor 1 must be a string such as 'cache', not undefined.",
    'The name of interceptor 2 must be a string such as \'cache\', not "".',
    'Interceptor "x": wrap must be a function, not 5.',
    'Two interceptors are named "x"; rename one.',
    'Interceptor "y": wrapRun must be a function, not "z".',
    'Interceptor "z": settled must be a function, not an object.',
  ])
})

test('an interceptor for another version of core is refused, with the version that it needs (core/plugin-version)', () => {
  const [major, minor] = manifest.version.split('.').map(Number) as [number, number]
  const { version } = manifest
  const onRun = (): undefined => undefined
  const problemsWith = (core: unknown) => problemsOf([{ name: 'cache', core, onRun }])
  const later = `^${major}.${minor + 1}.0`
  for (const core of [
    undefined,
    `^${major}.${minor}.0`,
    `^${major}.0.0`,
    `^${major}`,
    `~${version}`,
    `>=${version}`,
    `${major}.x`,
    version,
    `${later} || ^${major}.0.0`,
    `^${major}.0.0 || ^${major + 1}.0.0-0`,
  ])
    expect(problemsWith(core)).toEqual([])
  for (const core of [later, `^${major + 1}.0.0`, `^${major - 1}.0.0`, `<${version}`, `^${major}.${minor}.7`])
    expect(problemsWith(core)).toMatchObject([
      { code: 'core/plugin-version', message: expect.stringContaining('needs another core') as string },
    ])
  for (const core of ['latest', '^^1', 5, {}, Object.create(null)])
    expect(problemsWith(core)).toMatchObject([
      { code: 'core/plugin-version', message: expect.stringContaining('must be a range of versions') as string },
    ])
  expect(problemsWith(later)).toMatchObject([
    {
      message: `Interceptor "cache" needs another core than ${version}; run: npm install "@stageflow/core@${later}"`,
    },
  ])
})

test('a helper may be named like a hook that the interceptor has, and `replayed` is a hook', () => {
  class Settling {
    name = 'settling'
    settled() {
      this.settle()
    }
    settle() {}
  }
  const wrapping = { name: 'wrapping', wrap: (next: unknown) => next, trap: () => {} }
  expect(problemsOf([new Settling(), wrapping, { name: 'replaying', replayed: () => {} }])).toEqual([])
  expect(problemsOf([{ name: 'replaying', replayed: 5 }])).toMatchObject([
    { message: 'Interceptor "replaying": replayed must be a function, not 5.' },
  ])
})

test('an interceptor that was not called is named (core/interceptor)', () => {
  const timeout = (): object => ({ name: 'timeout', onRun: () => undefined })
  expect(problemsOf([{ name: 'cache', onRun: () => undefined }, timeout, () => ({})])).toMatchObject([
    {
      code: 'core/interceptor',
      message: 'Interceptor 2 is a function. Call it: timeout().',
    },
    { code: 'core/interceptor', message: 'Interceptor 3 is a function. Call it: create().' },
  ])
})

test.each([
  ['with only a name', { name: 'idle' }],
  ['without any hook', { name: 'idle', stageOptions: [], reset: () => {}, wrap: undefined }],
])('an interceptor %s is refused, because it would do nothing (core/interceptor)', (_, idle) => {
  expect(problemsOf([idle])).toMatchObject([
    {
      code: 'core/interceptor',
      message: 'Interceptor "idle" has no hook; add one: settled, replayed, onCall, wrap, wrapRun, onRun, admit.',
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
])(
  'a misspelt hook %s is refused with a suggestion, also next to another hook (core/interceptor)',
  (misspelt, hook) => {
    const refusal = {
      code: 'core/interceptor',
      message: `Interceptor "auth" has a function "${misspelt}", which is not a hook (did you mean "${hook}"? hooks: settled, replayed, onCall, wrap, wrapRun, onRun, admit); correct or rename it.`,
    }
    class Auth {
      name = 'auth'
    }
    const otherHook = hook === 'onCall' ? 'onRun' : 'onCall'
    Object.defineProperty(Auth.prototype, otherHook, { value: () => undefined })
    Object.defineProperty(Auth.prototype, misspelt, { value: () => {} })
    expect(problemsOf([{ name: 'auth', [misspelt]: () => {} }])).toMatchObject([refusal])
    expect(problemsOf([{ name: 'auth', [otherHook]: () => undefined, [misspelt]: () => {} }])).toMatchObject([refusal])
    expect(problemsOf([new Auth()])).toMatchObject([refusal])
  },
)

test('an interceptor may have any other properties', () => {
  const own = { warp: 5, run() {}, call() {}, map() {}, unwrap() {}, reset() {}, onError() {}, metrics: {} }
  expect(problemsOf([{ name: 'x', settled() {}, ...own }])).toEqual([])
})

test('an order of interceptors that one of them forbids is refused, and no list is sorted (core/interceptor-order)', () => {
  const settled = (): void => {}
  const retry: Interceptor = { name: 'retry', mustBeOutside: ['tracing'], settled }
  const tracing: Interceptor = { name: 'tracing', mustBeInside: ['timeout'], settled }
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

test('a throw of wrap or wrapRun at build is a problem with its cause (core/interceptor-wrap)', () => {
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
    'Interceptor "lazy" wrapped stage "a" in undefined; return a function from wrap(), or next itself.',
    'Interceptor "timeout" refuses stage "a": ms must be above 0',
    'Interceptor "lazy" wrapped the pipeline "demo" in an object; return a function from wrapRun(), or next itself.',
    'Interceptor "auth" refuses the pipeline "demo": ms must be above 0',
  ])
  expect(problems[1]).toHaveProperty('cause', cause)
})

const limited = new Pipeline('demo').withStage('a', () => ({}), { 'acme-quota': { perMinute: 5 } } as never)

test('a stage option that no interceptor of the build claims is refused (core/unclaimed-option)', () => {
  expect(() => limited.build()).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({
          code: 'core/unclaimed-option',
          message: expect.stringContaining(`ignoreOptions: ['acme-quota']`),
        }),
      ],
    }),
  )
})

test.each<[how: string, options: BuildOptions<{}>]>([
  [
    'an interceptor claims it',
    { interceptors: [{ name: 'quota', stageOptions: ['acme-quota' as never], settled() {} }] },
  ],
  ['the build ignores all such options', { ignoreOptions: true }],
  ['the build ignores it by name', { ignoreOptions: ['acme-quota' as never] }],
])('a stage option is kept if %s', (_, options) => {
  expect(limited.build(options).info.stages[0]?.options).toMatchObject({ 'acme-quota': { perMinute: 5 } })
})

test('next returns frozen data: an interceptor cannot change the data of a stage in place', async () => {
  const changing = wrapping('changing', (next) => async (context) => {
    const output = await next(context)
    if (output.status === 'ok') (output.data as { list: number[] }).list.push(2)
    return output
  })
  const failure = await failureOf([changing], () => ({ list: [1] }))
  expect(failure).toMatchObject({ code: 'core/interceptor-threw', message: expect.stringContaining('not extensible') })
})

test("next refuses a value that isn't a context, behind other layers too (core/interceptor-context)", async () => {
  const careless = wrapping('careless', (next) => () => next(undefined as never))
  const reading = wrapping('reading', (next) => (context) => next(context.fork().context))
  expect(await failureOf([careless, reading])).toMatchObject({ code: 'core/interceptor-context' })
})

test("a record that an interceptor has read doesn't change afterwards", async () => {
  const records: { readonly attempts: readonly { readonly status: unknown }[] }[] = []
  const reading = wrapping('reading', (next) => async (context) => {
    const answer = next(context)
    records.push(context.record)
    return answer
  })
  await graphOf([reading], async () => ({})).run()
  expect(records[0]?.attempts).toMatchObject([{ status: undefined }])
})

test.each<[what: string, interceptors: Interceptor[]]>([
  ['without a wrap around the stage', []],
  ['with a wrap around the stage', [wrapping('passes', (next) => (context) => next(context))]],
])("the error of an attempt doesn't name the stage, %s", async (_, interceptors) => {
  const { report } = await graphOf(interceptors, throwing as () => object).runSettled()
  expect(report.stages['a']?.attempts.map(({ error }) => error)).toEqual([
    { code: 'core/stage-failed', message: 'a bug' },
  ])
})

test.each([
  ['all stages', 'abcd'],
  ['one stage', 'a'],
])(
  'with a wrap around %s, a stage starts after its dependencies end, and events are in time order',
  async (_, passed) => {
    let now = 0
    const ticking = { ...systemClock, now: () => ++now } // each reading is later
    const passes = wrapping('passes', (next, { name }) => (passed.includes(name) ? (context) => next(context) : next))
    const eventSink = recordingSink()
    const gate = Promise.withResolvers<void>()
    const running = new Pipeline('demo')
      .withStage('a', () => gate.promise)
      .withStage('b', () => gate.promise)
      .withStage('c', () => ({}), { dependencies: ['a'] })
      .withStage('d', () => ({}), { dependencies: ['b', 'c'] })
      .build({ clock: ticking, eventSink, interceptors: [passes] })
      .run()
    gate.resolve()
    const { stages } = (await running).report
    const endOf = (stage: 'a' | 'b' | 'c'): number => stages[stage].endedAt ?? Infinity
    expect(stages['c']?.startedAt).toBeGreaterThanOrEqual(endOf('a'))
    expect(stages['d']?.startedAt).toBeGreaterThanOrEqual(Math.max(endOf('b'), endOf('c')))
    const times = eventSink.events.map(({ timestamp }) => timestamp)
    expect(times).toEqual(times.toSorted((one, other) => one - other))
  },
)

test('the data, artifacts and events of a stage are frozen before any interceptor gets them', async () => {
  const meddling: Interceptor = {
    name: 'meddling',
    wrap: (next) => async (context) => {
      const output = await next(context)
      if (output.status === 'ok') (output.data as { x: unknown }).x = 'changed'
      return output
    },
  }
  const pipeline = new Pipeline().withStage('a', async () =>
    StageOutput.ok({ x: 1 }, { artifacts: [{ k: 1 }], events: [{ type: 'a.b', data: {} }] }),
  )
  expect(await pipeline.build({ clock, interceptors: [meddling] }).runSettled()).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/interceptor-threw' }],
  })
  const result = await pipeline.build({ clock }).run()
  const output = result.outputs.a
  if (output?.status !== 'ok') throw new Error('not ok')
  expect([output.artifacts, output.artifacts?.[0], output.events, output.events?.[0]].every(Object.isFrozen)).toBe(true)
})
