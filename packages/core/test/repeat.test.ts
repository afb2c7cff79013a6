import { afterEach, expect, test } from 'vitest'
import { revoked } from './revoked.ts'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { Pipeline, StageKind, StageOutput } from '../src/index.ts'
import type { Feedback, StageContext } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'
import type { RepeatOptions } from '../src/repeat.ts'

let clock = manualClock()
let eventSink = recordingSink()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
  eventSink = recordingSink()
})

type Verdict = (attempt: number, draft: string) => object

/** A child that drafts and checks; `verdict` is what the guard says of each draft. */
function repeating(verdict: Verdict, options: RepeatOptions = {}) {
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
      repeat: repeatUntil('check', options),
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

test('case 16: the child runs again while its guard refuses, the next attempt gets the feedback, and dependents get the last value', async () => {
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

test.each([
  [undefined, 3],
  [2, 2],
  [1, 1],
])(
  'with maxAttempts %s, the stage fails after %s attempts, with the last verdict as cause (core/guard-exhausted)',
  async (maxAttempts, expected) => {
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
          message: `Guard "check" of "draft-then-check" still fails after ${expected} attempts (maxAttempts is ${expected}): verdict ${expected}`,
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
  },
)

test('the stage fails after stagnationLimit equal verdicts in a row, and another verdict in between resets the count', async () => {
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

test('verdicts without data are the same if their codes and messages are equal', async () => {
  const { graph } = repeating((attempt) => StageOutput.fail(attempt === 1 ? 'one' : 'two'), {
    maxAttempts: 10,
    stagnationLimit: 2,
  })
  expect(await graph.runSettled()).toMatchObject({ errors: [{ message: expect.stringContaining('after 3 attempts') }] })
})

test('sameVerdict decides whether two verdicts are the same', async () => {
  const { graph } = repeating((attempt) => StageOutput.fail(`different ${attempt}`), {
    maxAttempts: 10,
    stagnationLimit: 2,
    sameVerdict: (a, b) => a.attempt + 1 === b.attempt,
  })
  expect(await graph.runSettled()).toMatchObject({
    errors: [{ message: expect.stringContaining('after 2 attempts (the last 2 verdicts were the same)') }],
  })
})

test.each<[what: string, sameVerdict: () => unknown]>([
  ['a promise', async () => false],
  ['a promise that rejects', () => Promise.reject(new Error('no database'))],
  ['nothing', () => {}],
])(
  'a sameVerdict that returns %s is refused, and stops no loop by its own (core/illegal-option)',
  async (_, returns) => {
    const { graph } = repeating((attempt) => StageOutput.fail(`different ${attempt}`), {
      maxAttempts: 10,
      stagnationLimit: 2,
      sameVerdict: returns as () => boolean,
    })
    expect(await graph.runSettled()).toMatchObject({
      errors: [{ code: 'core/illegal-option', message: expect.stringContaining('sameVerdict of repeatUntil()') }],
    })
  },
)

test('if the guard cancels the child, the stage is skipped without another attempt', async () => {
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
    .withPipeline('answer', child, { repeat: repeatUntil('check', { maxAttempts: 1_000 }) })
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

test.each<[guard: unknown, options: unknown, message: string]>([
  ['nope', undefined, 'the guard must be a stage of "child" (draft, check), not "nope".'],
  [undefined, {}, 'the guard must be a stage of "child" (draft, check), not undefined.'],
  ['draft', {}, 'the guard must be a stage of kind GUARD, not "draft".'],
  ['check', { maxAttempts: 0 }, 'maxAttempts must be a whole number from 1, not 0.'],
  ['check', { stagnationLimit: 1.5 }, 'stagnationLimit must be a whole number from 1, not 1.5.'],
  [
    'check',
    { maxAttempts: Object.create(null) as number },
    'maxAttempts must be a whole number from 1, not an object.',
  ],
  ['check', { sameVerdict: 'json' }, 'sameVerdict must be a function (a, b) => true or false, not "json".'],
  ['check', { carry: [] }, 'carry must be a function (carried, round) => the next carried, not an array.'],
  ['check', { attempts: 3 }, 'unknown option "attempts" (known: maxAttempts, stagnationLimit, sameVerdict, carry).'],
  ['check', null, 'the options must be an object, not null.'],
  ['check', 5, 'the options must be an object, not 5.'],
  ['check', 'three', 'the options must be an object, not a string.'],
])('repeatUntil(%j, %o) is refused at build (core/repeat)', (guard, options, message) => {
  const child = new Pipeline('child').withStage('draft', () => ({})).withStage('check', () => ({}), StageKind.GUARD)
  const repeat = repeatUntil(guard as 'check', options as RepeatOptions)
  expect(() => new Pipeline('demo').withPipeline('answer', child, { repeat }).build()).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({ code: 'core/repeat', message: `Stage "answer": repeatUntil(): ${message}` }),
      ],
    }),
  )
})

test("an input that isn't a function is refused at build (core/illegal-option)", () => {
  const build = () =>
    new Pipeline('demo')
      .withPipeline(
        'answer',
        new Pipeline('child').withStage('a', () => ({})),
        { input: { inputText: 'x' } as never },
      )
      .build()
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

test('verdicts whose data has no JSON are the same if their errors are', async () => {
  const itself: { self?: object } = {}
  itself.self = itself
  const { graph } = repeating(() => StageOutput.fail('no', { data: itself }), { maxAttempts: 5, stagnationLimit: 2 })
  const { report } = await graph.runSettled()
  expect(report.stages['answer']?.children).toHaveLength(2)
})

test.each<[given: () => unknown, shown: string]>([
  [() => ({ until: 'check', maxAttempts: 2 }), 'an object'],
  [() => 'check', '"check"'],
  [() => repeatUntil, 'a function'],
  [revoked, 'an object'],
  [() => null, 'null'],
  [() => 5, '5'],
  [() => true, 'true'],
  [() => [], 'an array'],
])('a repeat that repeatUntil() did not make is refused at build: %s (core/repeat)', (given, shown) => {
  const kid = new Pipeline('kid').withStage('check', () => ({}), StageKind.GUARD)
  expect(() => new Pipeline('demo').withPipeline('again', kid, { repeat: given() as never }).build()).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({
          code: 'core/repeat',
          message: `Stage "again": repeat must be repeatUntil(…) of @stageflow/core/repeat, not ${shown}.`,
        }),
      ],
    }),
  )
})

test('one repeatUntil() serves several stages, whose attempts are counted apart', async () => {
  const guarded = (name: string, passesAt: number) => {
    let attempt = 0
    return new Pipeline(name).withStage(
      'check',
      () => (++attempt < passesAt ? StageOutput.fail('no') : { attempt }),
      StageKind.GUARD,
    )
  }
  const repeat = repeatUntil('check', { maxAttempts: 3 })
  const { data } = await new Pipeline('demo')
    .withPipeline('one', guarded('first', 3), { repeat })
    .withPipeline('two', guarded('second', 2), { repeat })
    .build({ clock })
    .run()
  expect(data).toEqual({ one: { check: { attempt: 3 } }, two: { check: { attempt: 2 } } })
})

test('repeatUntil() takes two arguments (core/illegal-arguments)', () => {
  expect(() => (repeatUntil as Function)('check', {}, 5)).toThrow('repeatUntil(guard, options)')
})
