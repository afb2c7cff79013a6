import { expect, test } from 'vitest'
import { Pipeline, PipelineBuildError, StageKind, StageOutput, StageflowError, defineStage } from '../src/index.ts'
import type { AnyStage } from '../src/index.ts'
import { revoked } from './revoked.ts'

// Builders are called as JavaScript calls them: the compiler would refuse all of this.
interface Loose {
  withStage(...given: readonly unknown[]): Loose
  withPipeline(...given: readonly unknown[]): Loose
  withMap(...given: readonly unknown[]): Loose
  withStages(...given: readonly unknown[]): Loose
  build(options?: unknown): unknown
}
const demo = (): Loose => new Pipeline('demo') as unknown as Loose
const from = (...stages: readonly unknown[]): Loose => Pipeline.from('demo', stages as never) as unknown as Loose
const stage = (): object => ({})
function problemsOf(pipeline: Loose, options?: unknown): readonly (readonly [string, string])[] {
  try {
    pipeline.build(options)
    return []
  } catch (error) {
    if (!(error instanceof PipelineBuildError)) throw error
    return error.problems.map(({ code, message }) => [code, message])
  }
}

test('case 13: all problems of a pipeline are in one error, each with its code (core/build)', () => {
  const pipeline = demo()
    .withStage('a', stage)
    .withStage('a', stage)
    .withStage('', stage)
    .withStage('b', stage, { dependencies: ['prfile', 'b', 'a', 'a'] })
    .withStage('profile', 5)
    .withStage('c', stage, { join: 'most', when: 'yes', colour: 'red' })
  const problems = problemsOf(pipeline)
  expect(problems.map(([code]) => code).toSorted()).toEqual([
    'core/duplicate-dependency',
    'core/duplicate-name',
    'core/illegal-name',
    'core/illegal-option',
    'core/join',
    'core/not-a-stage',
    'core/self-dependency',
    'core/unclaimed-option',
    'core/unknown-dependency',
  ])
  expect(() => pipeline.build()).toThrow(
    expect.objectContaining({
      code: 'core/build',
      message: expect.stringContaining('Pipeline "demo" cannot be built; it has 9 problems:\n- [core/'),
    }),
  )
})

test.each([
  ['', '""'],
  ['a b', '"a b"'],
  ['a.b', '"a.b"'],
  ['__proto__', '"__proto__"'],
  ['a\n', '"a\\n"'],
  ['a"b', '"a\\"b"'],
  ['stage!', '"stage!"'],
  ['x'.repeat(201), `"${'x'.repeat(78)}…`],
])('the name %o is refused (core/illegal-name)', (name, quoted) => {
  expect(problemsOf(demo().withStage(name, stage))).toEqual([
    [
      'core/illegal-name',
      `The name of stage 1 must be 1 to 200 letters, digits or _-/: (and not __proto__), not ${quoted}.`,
    ],
  ])
})

test('names of letters of any script, digits, _, -, / and : are legal, and so are names of Object.prototype', () => {
  const legal = [
    'a',
    'Zürich',
    '東京',
    'a_b-c/d:e',
    '0',
    'constructor',
    'toString',
    'hasOwnProperty',
    'prototype',
    'x'.repeat(200),
  ]
  expect(problemsOf(legal.reduce((pipeline, name) => pipeline.withStage(name, stage), demo()))).toEqual([])
})

test("a stage without a name, or with a name that isn't a string, is refused (core/illegal-name)", () => {
  expect(problemsOf(demo().withStage({ execute: stage }))).toEqual([
    [
      'core/illegal-name',
      'The name of stage 1 must be 1 to 200 letters, digits or _-/: (and not __proto__), not undefined.',
    ],
  ])
  for (const name of [5, {}, Symbol('x'), Object.create(null)]) {
    expect(problemsOf(from(defineStage({ name, run: stage } as never)))).toEqual([
      ['core/illegal-name', expect.stringContaining('The name of stage 1 must be ')],
    ])
  }
  expect(problemsOf(from(defineStage({ name: Symbol('x') } as never))).map(([code]) => code)).toEqual([
    'core/illegal-name',
    'core/not-a-stage',
  ])
  for (const name of ['', 5, null])
    expect(() => new Pipeline(name as string)).toThrow(
      expect.objectContaining({
        code: 'core/illegal-name',
        message: expect.stringContaining('new Pipeline(): name must be '),
      }),
    )
})

test('the error for a name that is used twice says where (core/duplicate-name)', () => {
  expect(problemsOf(demo().withStage('a', stage).withStage('b', stage).withStage('a', stage))).toEqual([
    ['core/duplicate-name', 'Two stages are named "a"; rename one.'],
  ])
})

test('the error for an unknown dependency suggests the name that was probably meant (core/unknown-dependency)', () => {
  const pipeline = demo().withStage('profile', stage).withStage('memory', stage)
  expect(problemsOf(pipeline.withStage('llm', stage, { dependencies: ['profil'] }))).toEqual([
    [
      'core/unknown-dependency',
      'Stage "llm" depends on "profil", which is not in the pipeline (did you mean "profile"? stages: profile, memory, llm). Add it, or correct the name.',
    ],
  ])
  expect(problemsOf(pipeline.withStage('llm', stage, { dependencies: ['weather'] }))).toEqual([
    [
      'core/unknown-dependency',
      'Stage "llm" depends on "weather", which is not in the pipeline (stages: profile, memory, llm). Add it, or correct the name.',
    ],
  ])
  const many = from(...Array.from({ length: 60 }, (_, place) => defineStage({ name: `s${place}`, run: stage })))
  expect(problemsOf(many.withStage('llm', stage, { dependencies: ['weather'] }))).toEqual([
    ['core/unknown-dependency', expect.stringContaining('s48, s49 and 11 more). Add it')],
  ])
  for (const dependency of [undefined, 5, {}])
    expect(problemsOf(pipeline.withStage('llm', stage, { dependencies: [dependency] }))).toEqual([
      ['core/unknown-dependency', expect.stringContaining('Stage "llm" depends on')],
    ])
  expect(problemsOf(from(defineStage({ name: 'llm', after: { who: undefined }, run: stage } as never)))).toEqual([
    ['core/unknown-dependency', expect.stringContaining('Stage "llm" depends on')],
  ])
})

test('a pipeline is refused if it has another stage under the name of a stage in `after` (core/other-stage)', () => {
  const number = defineStage({ name: 'a', run: () => ({ v: 1 }) })
  const text = defineStage({ name: 'a', run: () => ({ v: 'two' }) })
  const reader = defineStage({ name: 'b', after: { first: number }, run: ({ inputs }) => inputs.from('first') })
  const refused = [
    ['core/other-stage', 'Stage "b" has after.first, another stage "a" than stage 1; use one value, or rename one.'],
  ]
  expect(problemsOf(from(text, reader))).toEqual(refused)
  expect(problemsOf(from(text).withStages([reader]))).toEqual(refused)
  expect(problemsOf((from(text) as unknown as Pipeline).compose(from(reader) as never) as never)).toEqual(refused)
  // Only the duplicate is wrong where both are there.
  expect(problemsOf(from(text, number, reader)).map(([code]) => code)).toEqual(['core/duplicate-name'])
})

test('a stage that is passed from pipeline to pipeline stays the stage in `after`', () => {
  const number = defineStage({ name: 'a', run: () => ({ v: 1 }) })
  const reader = defineStage({ name: 'b', after: { a: number }, run: ({ inputs }) => inputs.from('a') })
  const [first, second] = Pipeline.from('one', [number, reader]).stages
  expect(problemsOf(from(first, second))).toEqual([])
  expect(problemsOf(from(number, second))).toEqual([])
  expect(problemsOf(demo().withStages([first]).withStages([reader]))).toEqual([])
  expect(problemsOf((from(reader) as unknown as Pipeline).compose(from(number) as never) as never)).toEqual([])
  const [fluent] = new Pipeline('x').withStage('f', () => ({ f: 1 })).stages
  const last = defineStage({ name: 'c', after: { f: fluent as AnyStage, a: number }, run: () => ({}) })
  expect(problemsOf(from(number, fluent, last))).toEqual([])
})

test('a stage of the fluent builder may stand in for the stage in `after` that has its name', async () => {
  const number = defineStage({ name: 'a', run: () => ({ v: 1 }) })
  const reader = defineStage({ name: 'b', after: { a: number }, run: ({ inputs }) => inputs.from('a') })
  const { data } = await new Pipeline('x')
    .withStage('a', () => ({ v: 2 }))
    .withStages([reader])
    .build()
    .run()
  expect(data.b).toEqual({ v: 2 })
})

test('the number of searches for a similar name is limited', () => {
  const many = Array.from({ length: 2_000 }, (_, index) => `stage-${index}`)
  const problems = problemsOf(
    many.reduce((pipeline, name) => pipeline.withStage(name, stage, { dependencies: [`${name}x`] }), demo()),
  )
  expect(problems).toHaveLength(2_000)
  expect(problems.filter(([, message]) => message.includes('did you mean'))).toHaveLength(20)
})

test('the error for a stage that depends on itself shows how to loop (core/self-dependency)', () => {
  expect(problemsOf(demo().withStage('a', stage, { dependencies: ['a'] }))).toEqual([
    ['core/self-dependency', expect.stringContaining('withPipeline(…, { repeat })')],
  ])
})

test('a dependency that is named twice is refused (core/duplicate-dependency)', () => {
  expect(
    problemsOf(
      demo()
        .withStage('a', stage)
        .withStage('b', stage, { dependencies: ['a', 'a'] }),
    ),
  ).toEqual([['core/duplicate-dependency', 'Stage "b" depends on "a" twice; remove one.']])
})

test('a hole in a list of dependencies or interceptors is a problem that says where', () => {
  // oxlint-disable-next-line no-sparse-arrays -- a hole is what is tested
  const dependencies = ['a', , 'a']
  expect(problemsOf(demo().withStage('a', stage).withStage('b', stage, { dependencies }))).toEqual([
    [
      'core/unknown-dependency',
      'Stage "b" depends on undefined, which is not in the pipeline (stages: a, b). Add it, or correct the name.',
    ],
    ['core/duplicate-dependency', 'Stage "b" depends on "a" twice; remove one.'],
  ])
  const watch = { name: 'watch', settled: () => {} }
  // oxlint-disable-next-line no-sparse-arrays -- a hole is what is tested
  expect(problemsOf(demo().withStage('a', stage), { interceptors: [watch, ,] })).toEqual([
    ['core/illegal-option', expect.stringContaining('an array of interceptors')],
  ])
})

test('each cycle is reported once, as its path (core/cycle)', () => {
  const pipeline = demo()
    .withStage('a', stage, { dependencies: ['c'] })
    .withStage('b', stage, { dependencies: ['a'] })
    .withStage('c', stage, { dependencies: ['b'] })
    .withStage('tail', stage, { dependencies: ['c'] })
    .withStage('x', stage, { dependencies: ['y'] })
    .withStage('y', stage, { dependencies: ['x'] })
  expect(problemsOf(pipeline)).toEqual([
    [
      'core/cycle',
      expect.stringMatching(
        /^Dependencies form a cycle of 3: "(.)" → "." → "." → "\1"; remove one\. To loop, use withPipeline/,
      ),
    ],
    ['core/cycle', expect.stringMatching(/ a cycle of 2: "(.)" → "." → "\1"; remove one\./)],
  ])
})

test('a cycle of 50,000 stages is found without recursion, and its path is shortened', () => {
  const count = 50_000
  const stages = Array.from({ length: count }, (_, index) => ({ name: `s${index}`, before: `s${(index + 1) % count}` }))
  const problems = problemsOf(
    stages.reduce<Loose>(
      (pipeline, { name, before }) => pipeline.withStage(name, stage, { dependencies: [before] }),
      demo(),
    ),
  )
  expect(problems.map(([code]) => code)).toEqual(['core/cycle'])
  expect(problems[0]?.[1]).toContain('a cycle of 50000')
  expect(problems[0]?.[1].length).toBeLessThan(400)
})

test.each([
  [5],
  ['llm'],
  [{}],
  [null],
  [undefined],
  [{ execute: 5 }],
  [
    class {
      name = 'x'
    },
  ],
  [Symbol('x')],
])('%o is not a stage (core/not-a-stage)', (wrong) => {
  expect(problemsOf(demo().withStage('a', wrong))).toEqual([['core/not-a-stage', expect.stringContaining('Stage "a"')]])
})

test('the error for a class whose constructor throws says why (core/not-a-stage)', () => {
  class Broken {
    constructor() {
      throw new Error('no database')
    }
    execute() {}
  }
  expect(problemsOf(demo().withStage('a', Broken))).toEqual([
    ['core/not-a-stage', 'The constructor of stage "a" threw: no database. It gets no arguments; use context.ports.'],
  ])
})

test("a list of stages with a value that isn't a stage is refused (core/not-a-stage)", () => {
  for (const wrong of [5, null, undefined, 'x']) {
    expect(problemsOf(from(wrong)).map(([code]) => code)).toContain('core/not-a-stage')
    for (const [, message] of problemsOf(from(wrong))) expect(message).not.toContain('"undefined"')
  }
  const calls = [
    () => from(...([] as object[])).withStages(5),
    () => demo().withStages('abc'),
    () => Pipeline.from('demo', undefined as never),
    () => from(defineStage(undefined as never)),
  ]
  for (const call of calls) expect(() => (call() as Loose).build()).toThrow(StageflowError)
})

test('an unknown kind, and two kinds that differ, are refused (core/kind)', () => {
  const guard = { kind: StageKind.GUARD, execute: stage }
  expect(problemsOf(demo().withStage('a', stage, 'garden'))).toEqual([
    ['core/kind', expect.stringMatching(/its kind must be a StageKind \(TRANSFORM, ENRICH, .*\), not "garden"/)],
  ])
  expect(problemsOf(demo().withStage('a', { kind: 5, execute: stage }))).toEqual([
    ['core/kind', expect.stringContaining('not 5')],
  ])
  expect(problemsOf(demo().withStage('a', stage, null, { dependencies: [] }))).toEqual([
    ['core/kind', expect.stringContaining('not null')],
  ])
  expect(problemsOf(demo().withStage('a', guard, StageKind.WORK))).toEqual([
    ['core/kind', 'Stage "a" has kind "work", but its own kind is "guard"; remove one.'],
  ])
})

test.each([['most'], [5], [null], [{}], [[]]])('the join %o is refused (core/join)', (join) => {
  expect(
    problemsOf(
      demo()
        .withStage('a', stage)
        .withStage('b', stage, { dependencies: ['a'], join }),
    ),
  ).toEqual([['core/join', expect.stringContaining("'all', 'every', 'any', 'settled' or { quorum: n }")]])
})

test.each([[0], [3], [1.5], ['2'], [-1], [NaN]])('a quorum of %o of two is refused (core/quorum)', (quorum) => {
  const pipeline = demo()
    .withStage('a', stage)
    .withStage('b', stage)
    .withStage('c', stage, { dependencies: ['a', 'b'], join: { quorum } })
  expect(problemsOf(pipeline)).toEqual([
    [
      'core/quorum',
      expect.stringContaining('join.quorum must be a whole number from 1 to 2, the number of its dependencies, not '),
    ],
  ])
})

test.each([
  ['when', 'yes', 'a function (inputs, snapshot) => true or false'],
  ['onFailure', 'ignore', "'skip' or { fallback: { … } }"],
  ['onFailure', { fallback: 5 }, "'skip' or { fallback"],
  ['onFailure', null, "'skip'"],
  ['late', 'never', "one of 'finish', 'abort'"],
  ['placement', 5, 'a string'],
  ['outputSchema', {}, 'a Standard Schema'],
  ['outputSchema', null, 'a Standard Schema'],
  ['dependencies', 'a', 'an array of names'],
])('the stage option %s: %o is refused (core/illegal-option)', (option, value, must) => {
  expect(problemsOf(demo().withStage('a', stage, { [option]: value }))).toEqual([
    ['core/illegal-option', expect.stringContaining(must)],
  ])
})

test.each([
  ['an array', []],
  ['a Map', new Map()],
  ['a class instance', new Date(0)],
  ['an Error', new Error('x')],
  ['a StageOutput', StageOutput.ok({ a: 1 })],
  ['a skip', StageOutput.skip('none')],
  ['an object with a status of Stageflow', { status: 'ok' }],
  ['a stage', { execute: stage }],
  ['a promise', Promise.resolve({})],
  ['a revoked proxy', revoked()],
])('a fallback that is %s is refused, as it is when a stage returns it (core/illegal-option)', (_, fallback) => {
  expect(problemsOf(demo().withStage('a', stage, { onFailure: { fallback } }))).toEqual([
    [
      'core/illegal-option',
      expect.stringMatching(
        /^Stage "a": onFailure must be 'skip' or { fallback: { … } } with plain data and no reserved status, not an object\.$/,
      ),
    ],
  ])
})

test('a fallback may be any data that a stage can return', () => {
  for (const fallback of [{}, { status: 'shipped', list: [new Map()] }, Object.assign(Object.create(null), { a: 1 })])
    expect(problemsOf(demo().withStage('a', stage, { onFailure: { fallback } }))).toEqual([])
})

test("a GUARD with onFailure: 'skip' is refused, because the stages behind it would run (core/illegal-option)", () => {
  const refusal = [
    ['core/illegal-option', `Stage "check" is a GUARD, so onFailure must not be 'skip'; use { fallback: { … } }.`],
  ]
  const skip = { onFailure: 'skip' }
  expect(problemsOf(demo().withStage('check', stage, StageKind.GUARD, skip))).toEqual(refusal)
  expect(problemsOf(demo().withStage('check', { kind: StageKind.GUARD, execute: stage }, skip))).toEqual(refusal)
  expect(problemsOf(from(defineStage({ name: 'check', kind: StageKind.GUARD, run: stage, ...skip } as never)))).toEqual(
    refusal,
  )
  expect(problemsOf(demo().withStage('check', stage, StageKind.GUARD, { onFailure: { fallback: {} } }))).toEqual([])
  expect(problemsOf(demo().withStage('work', stage, StageKind.WORK, skip))).toEqual([])
})

test("stage options that aren't an object are refused (core/illegal-option)", () => {
  for (const options of ['oops', 5])
    expect(problemsOf(demo().withStage('a', stage, StageKind.WORK, options))).toEqual([
      ['core/illegal-option', expect.stringContaining('Stage "a"')],
    ])
  expect(problemsOf(demo().withMap('each')).map(([code]) => code)).toContain('core/illegal-option')
})

test.each([
  ['interceptors', {}, 'an array of interceptors'],
  ['interceptors', [5], 'an array of interceptors'],
  ['clock', 5, 'a clock with now(), sleep(), setTimeout()'],
  ['clock', { now: () => 0 }, 'a clock with now(), sleep(), setTimeout()'],
  ['freeze', 'never', "one of 'deep', 'shallow'"],
  ['ports', 5, 'an object of ports'],
  ['ignoreOptions', 'all', 'true or an array'],
])('the build option %s: %o is refused (core/illegal-option)', (option, value, must) => {
  expect(problemsOf(demo().withStage('a', stage), { [option]: value })).toEqual([
    ['core/illegal-option', expect.stringContaining(must)],
  ])
})

test('a build option that there is not is refused, with a guess, once (core/illegal-option)', () => {
  const child = new Pipeline('child').withStage('inner', () => ({}))
  const parent = demo().withPipeline('a', child)
  expect(problemsOf(parent, { interceptor: [], freeze: 'deep' })).toEqual([
    [
      'core/illegal-option',
      'build(): unknown option "interceptor" (did you mean "interceptors"? known: interceptors, clock, freeze, ports, eventSink, ignoreOptions).',
    ],
  ])
  expect(problemsOf(parent, { colour: 'red' })).toEqual([
    [
      'core/illegal-option',
      'build(): unknown option "colour" (known: interceptors, clock, freeze, ports, eventSink, ignoreOptions).',
    ],
  ])
  expect(problemsOf(parent, JSON.parse('{ "__proto__": { "freeze": "deep" } }'))).toEqual([
    ['core/illegal-option', expect.stringContaining('"__proto__"')],
  ])
  expect(problemsOf(parent, { colour: undefined, freeze: undefined })).toEqual([])
})

test('a pipeline without stages is refused, and so is an empty child (core/no-stages)', () => {
  expect(problemsOf(demo())).toEqual([
    ['core/no-stages', 'Pipeline "demo" has no stages; add one with withStage(name, stage).'],
  ])
  expect(problemsOf(demo().withPipeline('answer', new Pipeline('child')))).toEqual([
    ['core/no-stages', 'In stage "answer": Pipeline "child" has no stages; add one with withStage(name, stage).'],
  ])
})

test("build options that aren't an object are refused (core/illegal-option)", () => {
  for (const options of [5, null, 'x'])
    expect(problemsOf(demo().withStage('a', stage), options)).toEqual([
      ['core/illegal-option', expect.stringContaining('build(): the options must be an object, not ')],
    ])
})

test.each(['dependsOn', 'depends', 'deps', 'depends_on', 'dependencys', 'dependency', 'after', 'needs', 'requires'])(
  'the error for the option %s suggests dependencies (core/unclaimed-option)',
  (option) => {
    const slip = (guess: string) =>
      expect.stringContaining(`Stage "b": unknown option "${option}" (did you mean "${guess}"? known: `)
    expect(
      problemsOf(
        demo()
          .withStage('a', stage)
          .withStage('b', stage, { [option]: ['a'] }),
      ),
    ).toEqual([['core/unclaimed-option', slip('dependencies')]])
    if (option === 'after') return
    expect(problemsOf(from(defineStage({ name: 'b', run: stage, [option]: ['a'] } as never)))).toEqual([
      ['core/unclaimed-option', slip('after')],
    ])
  },
)

test('the error for a misspelt option suggests the option of the engine or an interceptor (core/unclaimed-option)', () => {
  const limit = { name: 'limit', stageOptions: ['limitMs'], settled() {} }
  const guessed = (option: string, options?: unknown): string =>
    String(problemsOf(demo().withStage('a', stage, { [option]: 5 }), options)[0]?.[1])
  expect(guessed('whne')).toContain('(did you mean "when"? known: dependencies, join, when,')
  expect(guessed('outputSchem')).toContain('(did you mean "outputSchema"? known: ')
  expect(guessed('limitMS', { interceptors: [limit] })).toMatch(/did you mean "limitMs"\? known: .*, limitMs\)/)
  expect(guessed('limitMS')).toBe(
    'Stage "a": unknown option "limitMS" (known: dependencies, join, when, onFailure, late, uninterruptible, toChunks, outputSchema, answerSchema, placement). ' +
      "Correct the name, add the interceptor or edge that claims it, or pass ignoreOptions: ['limitMS'].",
  )
})

test('the error for a kind among the options says where it belongs (core/unclaimed-option)', () => {
  const moved = [
    'core/unclaimed-option',
    expect.stringMatching(
      /^Stage "b": unknown option "kind" .*\. The kind is the third argument: withStage\(name, stage, kind, options\)\.$/,
    ),
  ]
  expect(problemsOf(demo().withStage('b', stage, { kind: 'guard' }))).toEqual([moved])
  expect(problemsOf(demo().withStage({ name: 'b', execute: stage }, { kind: 'guard' }))).toEqual([moved])
  expect(problemsOf(demo().withMap('b', { over: () => [1], each: stage, kind: 'guard' }))).toEqual([])
  expect(problemsOf(from(defineStage({ name: 'b', run: stage, kind: 'guard' })))).toEqual([])
})

test("orders and claims of an interceptor that aren't arrays are refused (core/interceptor)", () => {
  for (const key of ['mustBeInside', 'mustBeOutside', 'stageOptions', 'runOptions']) {
    expect(problemsOf(demo().withStage('a', stage), { interceptors: [{ name: 'x', settled() {}, [key]: 5 }] })).toEqual(
      [['core/interceptor', expect.stringContaining(key)]],
    )
  }
})

test('messages stay short for any input', () => {
  const huge = 'x'.repeat(100_000)
  const pipelines = [
    demo().withStage('a', { [huge]: huge }),
    demo().withStage('a', stage, { dependencies: [huge] }),
    demo().withStage('a', stage, { join: huge }),
    demo().withStage('a b', stage, huge),
    demo().withStage(`${huge}.`, stage),
  ]
  for (const pipeline of pipelines)
    for (const [, message] of problemsOf(pipeline)) expect(message.length).toBeLessThan(500)
})

test('a build that failed leaves the pipeline usable', () => {
  const pipeline = new Pipeline('demo').withStage('a', () => ({}), { colour: 'red' } as never)
  expect(() => pipeline.build()).toThrow(PipelineBuildError)
  expect(pipeline.build({ ignoreOptions: true }).info.stages).toHaveLength(1)
})

test('a stage that throws when it is read is a problem of the build (core/not-a-stage)', () => {
  const throwing = {
    execute: () => ({}),
    get kind(): never {
      throw new Error('no kind today')
    },
  }
  expect(() => new Pipeline('demo').withStage('a', throwing).build()).toThrow(
    '[core/not-a-stage] Stage "a" cannot be read: no kind today',
  )
})
