import { afterEach, expect, test } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { Pipeline, StageKind, StageOutput, StageflowError } from './index.ts'
import type { Feedback, Interceptor, Repeat, StageContext } from './index.ts'

let clock = manualClock()
let eventSink = recordingSink()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
  eventSink = recordingSink()
})

type Verdict = (attempt: number, draft: string) => object

/** A child that drafts and checks; `verdict` is what the guard says of each draft. */
function repeating(verdict: Verdict, repeat: Omit<Repeat<'check'>, 'until'> = {}) {
  const feedbacks: (Feedback | undefined)[] = []
  let attempt = 0
  const child = new Pipeline('draft-then-check')
    .withStage('draft', (context) => ({ draft: context.snapshot.inputText ?? '' }))
    .withStage('check', (context) => verdict(++attempt, context.inputs.from('draft').draft), StageKind.GUARD, {
      dependencies: ['draft'],
    })
  const graph = new Pipeline('demo')
    .withPipeline('answer', child, {
      input: (_inputs, _snapshot, feedback) => {
        feedbacks.push(feedback)
        return { inputText: feedback === undefined ? 'first' : `better, because ${feedback.error.message}` }
      },
      repeat: { until: 'check', ...repeat },
    })
    .withStage('after', (context) => ({ saw: context.inputs.from('answer')?.draft.draft }), {
      dependencies: ['answer'],
    })
    .build({ clock, eventSink })
  return { graph, feedbacks }
}
const guardEvents = () =>
  eventSink.events
    .filter(({ type }) => type.startsWith('guard_retry.'))
    .map(({ type, data }) => ({ type: type.slice(12), ...(data as object) }))

test('case 16: the child runs again while its guard refuses; the next attempt is told why, and dependents see the last value', async () => {
  const { graph, feedbacks } = repeating(
    (attempt) => (attempt < 3 ? StageOutput.fail(`too short ${attempt}`, { data: { attempt } }) : { passed: true }),
    { maxAttempts: 5 },
  )
  const { data, report } = await graph.run()
  expect(data.after).toEqual({ saw: 'better, because too short 2' })
  expect(feedbacks).toEqual([
    undefined,
    { attempt: 1, error: { code: 'core/stage-failed', message: 'too short 1', stage: 'check' }, data: { attempt: 1 } },
    { attempt: 2, error: { code: 'core/stage-failed', message: 'too short 2', stage: 'check' }, data: { attempt: 2 } },
  ])
  expect(report.stages['answer']?.children?.map(({ status }) => status)).toEqual(['failed', 'failed', 'completed'])
  expect(guardEvents()).toMatchObject([
    { type: 'attempt', guard: 'check', attempt: 1, maxAttempts: 5, stagnationHits: 0 },
    { type: 'scheduled', attempt: 1, stagnationHits: 1, error: { message: 'too short 1' } },
    { type: 'attempt', attempt: 2 },
    { type: 'scheduled', attempt: 2, error: { message: 'too short 2' } },
    { type: 'attempt', attempt: 3 },
    { type: 'recovered', attempt: 3 },
  ])
  expect(eventSink.of('pipeline.child_started').map(({ data: { path } }) => path)).toEqual([
    'answer#1',
    'answer#2',
    'answer#3',
  ])
})

test('a guard that passes at once costs one attempt and no recovery', async () => {
  const { graph } = repeating(() => ({}))
  expect((await graph.run()).data.after).toEqual({ saw: 'first' })
  expect(guardEvents().map(({ type }) => type)).toEqual(['attempt'])
})

test('maxAttempts evaluations end it: fail, with the last verdict as cause (core/guard-exhausted)', async () => {
  for (const [maxAttempts, expected] of [
    [undefined, 3],
    [2, 2],
    [1, 1],
  ] as const) {
    eventSink.clear()
    const verdicts: Error[] = []
    const { graph } = repeating(
      (attempt) => {
        const error = new Error(`verdict ${attempt}`)
        verdicts.push(error)
        return StageOutput.fail(error)
      },
      maxAttempts === undefined ? {} : { maxAttempts },
    )
    const result = await graph.runSettled()
    expect(result).toMatchObject({
      status: 'failed',
      errors: [
        {
          code: 'core/guard-exhausted',
          stage: 'answer',
          message: `Guard "check" of "draft-then-check" still refuses after ${expected} attempts (maxAttempts is ${expected}): verdict ${expected}`,
        },
      ],
    })
    expect(result.outputs.answer).toMatchObject({
      status: 'fail',
      error: { cause: verdicts.at(-1) },
      data: { draft: { draft: expect.any(String) } },
    })
    expect(verdicts).toHaveLength(expected)
    expect(guardEvents().at(-1)).toMatchObject({ type: 'exhausted', attempt: expected, reason: 'max_attempts' })
  }
})

test('the same verdict stagnationLimit times in a row ends it; another verdict in between starts the count again', async () => {
  const say = ['a', 'b', 'b', 'a', 'a', 'a']
  const { graph } = repeating((attempt) => StageOutput.fail('x', { data: { said: say[attempt - 1] } }), {
    maxAttempts: 10,
    stagnationLimit: 3,
  })
  expect(await graph.runSettled()).toMatchObject({
    status: 'failed',
    errors: [
      {
        code: 'core/guard-exhausted',
        message: expect.stringContaining('after 6 attempts (the last 3 verdicts were the same)'),
      },
    ],
  })
  expect(guardEvents().at(-1)).toMatchObject({ type: 'exhausted', reason: 'stagnation', stagnationHits: 3 })
})

test('verdicts without data are the same when their code and message are', async () => {
  const { graph } = repeating((attempt) => StageOutput.fail(attempt === 1 ? 'one' : 'two'), {
    maxAttempts: 10,
    stagnationLimit: 2,
  })
  expect(await graph.runSettled()).toMatchObject({ errors: [{ message: expect.stringContaining('after 3 attempts') }] })
})

test('sameVerdict decides what is the same', async () => {
  const { graph } = repeating((attempt) => StageOutput.fail(`different ${attempt}`), {
    maxAttempts: 10,
    stagnationLimit: 2,
    sameVerdict: (a, b) => a.attempt + 1 === b.attempt,
  })
  expect(await graph.runSettled()).toMatchObject({
    errors: [{ message: expect.stringContaining('after 2 attempts (the last 2 verdicts were the same)') }],
  })
})

test('a throw of the guard is a failure, no verdict, and so is a failure of another stage', async () => {
  const thrown = repeating(() => {
    throw new Error('a bug')
  })
  expect(await thrown.graph.runSettled()).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/pipeline-failed', cause: { message: 'a bug' } }],
  })
  expect(guardEvents().map(({ type }) => type)).toEqual(['attempt'])
  const child = new Pipeline('child')
    .withStage('draft', () => StageOutput.fail('no model'))
    .withStage('check', () => ({}), StageKind.GUARD)
  const result = await new Pipeline('demo')
    .withPipeline('answer', child, { repeat: { until: 'check' } })
    .build({ clock })
    .runSettled()
  expect(result.report.stages['answer']?.children).toHaveLength(1)
})

const refusing = {
  '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'no score' }] }) },
} as const
const throwingSchema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: () => {
      throw new Error('schema bug')
    },
  },
} as const
const unfreezable = new Proxy({}, { preventExtensions: () => false })
const bugs: readonly (readonly [string, () => unknown, object, string])[] = [
  ['returns a number', () => 42, {}, 'core/illegal-output'],
  ['returns null', async () => null, {}, 'core/illegal-output'],
  ['returns an Error', () => new Error('no'), {}, 'core/illegal-output'],
  ['returns what cannot be frozen', () => unfreezable, {}, 'core/illegal-output'],
  ['returns an ambiguous object', () => ({ status: 'fail' }), {}, 'core/ambiguous-output'],
  [
    'has a when that throws',
    () => ({}),
    {
      when: () => {
        throw new Error('when bug')
      },
    },
    'core/when',
  ],
  ['has a when that answers a text', () => ({}), { when: () => 'yes' }, 'core/when'],
  ['returns data that its schema refuses', () => ({}), { outputSchema: refusing }, 'core/output-schema'],
  ['has a schema that throws', () => ({}), { outputSchema: throwingSchema }, 'core/output-schema'],
]
test.each(bugs)(
  'a guard that %s has a bug, and gives no verdict: the child runs once and the stage fails with that',
  async (_, guard, options, code) => {
    const passing: Interceptor = { name: 'passing', wrap: (next) => async (context) => next(context) }
    for (const interceptors of [[], [passing], [{ name: 'follows', onCall: () => () => ({}) }]]) {
      const child = new Pipeline('child').withStage('check', guard as () => object, StageKind.GUARD, options)
      const result = await new Pipeline('demo')
        .withPipeline('answer', child, { repeat: { until: 'check' } })
        .build({ clock, interceptors })
        .runSettled()
      expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/pipeline-failed', cause: { code } }] })
      expect(result.report.stages['answer']?.children).toHaveLength(1)
    }
  },
)

test('a guard that says itself what the engine might have said gives a verdict', async () => {
  const error = new StageflowError('core/output-schema', 'the draft does not fit')
  const { graph } = repeating(() => StageOutput.fail(error), { maxAttempts: 2 })
  expect(await graph.runSettled()).toMatchObject({
    errors: [{ code: 'core/guard-exhausted', cause: { code: error.code } }],
  })
})

test('what an interceptor answers for the guard is no verdict either', async () => {
  const child = new Pipeline('child').withStage('check', () => ({}), StageKind.GUARD)
  const graph = new Pipeline('demo').withPipeline('answer', child, { repeat: { until: 'check' } }).build({
    clock,
    interceptors: [
      {
        name: 'breaker',
        wrap: (next, stage) => (stage.name === 'check' ? () => StageOutput.fail('circuit open') : next),
      },
    ],
  })
  const result = await graph.runSettled()
  expect(result.report.stages['answer']?.children).toHaveLength(1)
  expect(result).toMatchObject({ errors: [{ cause: { message: 'circuit open' } }] })
})

test('a verdict is one behind interceptors that pass it on too, and with an outputSchema', async () => {
  const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const
  let calls = 0
  const child = new Pipeline('child').withStage(
    'check',
    async () => (++calls < 3 ? StageOutput.fail('no') : {}),
    StageKind.GUARD,
    { outputSchema: schema },
  )
  const graph = new Pipeline('demo')
    .withPipeline('answer', child, { repeat: { until: 'check' } })
    .build({ clock, interceptors: [{ name: 'passing', wrap: (next) => async (context) => next(context) }] })
  expect((await graph.run()).report.stages['answer']?.children).toHaveLength(3)
})

test('a guard that cancels the child skips the stage, without another attempt', async () => {
  const { graph } = repeating(() => StageOutput.cancel('never mind'))
  expect((await graph.run()).outputs.answer).toMatchObject({
    status: 'skip',
    reason: 'the child run was cancelled: never mind',
  })
})

test('a stop between attempts ends the loop', async () => {
  let attempts = 0
  const child = new Pipeline('child').withStage(
    'check',
    async (context: StageContext<{}>) => {
      attempts++
      await context.clock.sleep(10, context.signal)
      return StageOutput.fail('no')
    },
    StageKind.GUARD,
  )
  const run = new Pipeline('demo')
    .withPipeline('answer', child, { repeat: { until: 'check', maxAttempts: 1_000 } })
    .build({ clock })
    .start()
  await clock.advance(25)
  run.cancel('enough')
  expect(await run.settled).toMatchObject({
    status: 'cancelled',
    reason: 'enough',
    report: { stages: { answer: { status: 'cancel' } } },
  })
  expect(attempts).toBe(3)
})

test.each([
  [{ until: 'nope' }, 'repeats until "nope" passes, but pipeline "child" has no such stage; it has draft, check.'],
  [{ until: 'draft' }, 'repeats until "draft" passes, but that is no stage of kind GUARD.'],
  [{ until: 'check', maxAttempts: 0 }, 'has repeat.maxAttempts 0; '],
  [{ until: 'check', stagnationLimit: 1.5 }, 'has repeat.stagnationLimit 1.5'],
  [{ until: 'check', maxAttempts: Object.create(null) as number }, 'has repeat.maxAttempts'],
  [{ until: 'check', sameVerdict: 'json' }, 'repeat.sameVerdict'],
])('the repeat %o is refused at build (core/repeat)', (repeat, message) => {
  const child = new Pipeline('child').withStage('draft', () => ({})).withStage('check', () => ({}), StageKind.GUARD)
  const build = () => new Pipeline('demo').withPipeline('answer', child, { repeat: repeat as Repeat<'check'> }).build()
  expect(build).toThrow(
    expect.objectContaining({
      problems: [expect.objectContaining({ code: 'core/repeat', message: expect.stringContaining(message) })],
    }),
  )
})

test('an input that is no function is refused at build (core/illegal-option)', () => {
  const build = () =>
    new Pipeline('demo').withPipeline('answer', new Pipeline('child'), { input: { inputText: 'x' } as never }).build()
  expect(build).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({
          code: 'core/illegal-option',
          message: expect.stringContaining('(inputs, snapshot, feedback) =>'),
        }),
      ],
    }),
  )
})

test('a throw is no verdict behind interceptors either, however the guard throws', async () => {
  for (const guard of [
    () => {
      throw new Error('a bug')
    },
    async () => {
      throw new Error('a bug')
    },
  ]) {
    const child = new Pipeline('child').withStage('check', guard as () => object, StageKind.GUARD)
    const graph = new Pipeline('demo').withPipeline('answer', child, { repeat: { until: 'check' } }).build({
      clock,
      interceptors: [{ name: 'passing', wrap: (next) => async (context) => next(context) }],
    })
    const result = await graph.runSettled()
    expect(result.report.stages['answer']?.children).toHaveLength(1)
  }
})

test('verdicts with data that have no JSON are the same where their errors are', async () => {
  const itself: { self?: object } = {}
  itself.self = itself
  const { graph } = repeating(() => StageOutput.fail('no', { data: itself }), { maxAttempts: 5, stagnationLimit: 2 })
  const { report } = await graph.runSettled()
  expect(report.stages['answer']?.children).toHaveLength(2)
})
