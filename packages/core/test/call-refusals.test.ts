import { describe, expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { logAnswers, retryUpTo, runStage, withPart } from './interceptors.ts'
import { WAYS } from './ways.ts'
import { Pipeline, StageOutput, StageflowError } from '../src/index.ts'
import type { CallPart, Interceptor, StageInfo } from '../src/index.ts'

describe.each(WAYS)('%s,', (_, beside) => {
  test.each([
    ['ok', StageOutput.ok({ cached: true })],
    ['skip', StageOutput.skip('open')],
    ['fail', StageOutput.fail('open')],
    ['retry', StageOutput.retry('later')],
    ['cancel', StageOutput.cancel('closed')],
  ] as const)(
    'an output of onCall (%s) answers the call: inner interceptors have no part, outer parts end, and there is no attempt',
    async (status, output) => {
      const eventSink = recordingSink()
      const log: string[] = []
      let calls = 0
      let asked = 0
      const attempts: unknown[] = []
      const outer = withPart('outer', (context) => ({
        ended: () => void attempts.push(context.attempt, context.record.attempts),
      }))
      const inner = withPart('inner', () => {
        asked++
        return { ended: () => void log.push('inner') }
      })
      const list = [logAnswers(log, 'outermost'), outer, withPart('answers', () => output), inner]
      const { report, outputs } = await new Pipeline('demo')
        .withStage('a', () => void calls++, { onFailure: 'skip' })
        .build({ clock, interceptors: beside(list), eventSink })
        .runSettled()
      expect([calls, asked]).toEqual([0, 0])
      expect(log).toEqual([`outermost a ${status} at 0`])
      expect(attempts).toEqual([1, []])
      expect(report.stages['a']).toMatchObject({ status: status === 'retry' ? 'fail' : status, attempts: [] })
      if (status !== 'ok') return
      expect(outputs).toMatchObject({ a: { status: 'ok', data: { cached: true } } })
      expect(eventSink.of('stage.a.completed')).toMatchObject([{ data: { attempts: 0 } }])
    },
  )

  test.each([
    ['an error', new StageflowError('guard/denied', 'no')],
    ['data, as from a cache', { text: 'cached' }],
    ['an object that looks like an output', { status: 'fail', error: 'denied' }],
    ['a misspelt part', { onEnded: () => undefined }],
    ['a promise', Promise.resolve(StageOutput.ok())],
    ['a promise of nothing', Promise.resolve()],
    ['null', null],
    ['a number', 5],
    ['a function', () => {}],
    ['a string', 'ok'],
    ['false', false],
  ])(
    'an onCall that returns %s fails the stage, and its code does not run (core/interceptor-answer)',
    async (__, answer) => {
      let calls = 0
      const log: string[] = []
      const wrong = withPart('wrong', () => answer as never)
      const { report } = await runStage(
        clock,
        () => void calls++,
        beside([logAnswers(log, 'outer'), wrong, logAnswers(log, 'inner')]),
      )
      expect(calls).toBe(0)
      expect(log).toEqual(['outer a fail at 0'])
      expect(report.stages['a']).toMatchObject({
        status: 'fail',
        attempts: [],
        error: { code: 'core/interceptor-answer', message: expect.stringContaining('"wrong"') },
      })
    },
  )

  test('an onCall that throws fails the stage, with the thrown value as the cause (core/interceptor-threw)', async () => {
    let calls = 0
    const log: string[] = []
    const broken = withPart('broken', () => {
      throw new Error('a bug')
    })
    const { report } = await runStage(
      clock,
      () => void calls++,
      beside([logAnswers(log, 'outer'), broken, logAnswers(log, 'inner')]),
    )
    expect(calls).toBe(0)
    expect(log).toEqual(['outer a fail at 0'])
    expect(report.stages['a']).toMatchObject({
      status: 'fail',
      attempts: [],
      error: {
        code: 'core/interceptor-threw',
        message: 'Interceptor "broken" threw at stage "a": a bug',
        cause: { message: 'a bug' },
      },
    })
  })

  test('an onCall that throws the abort reason of a stopped run cancels the stage', async () => {
    const caller = new AbortController()
    const stops = withPart('stops', (context) => {
      caller.abort(new Error('enough'))
      context.raiseIfCancelled()
      return undefined
    })
    let calls = 0
    const result = await runStage(clock, () => void calls++, beside([stops]), { signal: caller.signal })
    expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
    expect(result.report.stages['a']).toMatchObject({ status: 'cancel', attempts: [] })
    expect(calls).toBe(0)
  })

  test.each([
    ['as it is asked', (stop: () => void): CallPart => (stop(), {})],
    [
      'as it enters',
      (stop: () => void): CallPart => ({
        enter: (next) => {
          stop()
          next()
        },
      }),
    ],
  ])('a run that is stopped while its call begins does not run the code of the stage: %s', async (__, stopping) => {
    const caller = new AbortController()
    let calls = 0
    const log: string[] = []
    const list = [logAnswers(log), withPart('stops', () => stopping(() => caller.abort(new Error('enough'))))]
    const result = await runStage(clock, () => void calls++, beside(list), { signal: caller.signal })
    expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
    expect(result.report.stages['a']).toMatchObject({ status: 'cancel', attempts: [] })
    expect([calls, log]).toEqual([0, ['part a cancel at 0']])
  })
})

test('a retry whose calls are answered by onCall runs no code', async () => {
  let calls = 0
  const log: string[] = []
  const busy = withPart('busy', () => StageOutput.retry('busy'))
  const { report } = await runStage(clock, () => void calls++, [
    logAnswers(log, 'outer'),
    retryUpTo(3),
    logAnswers(log, 'inner'),
    busy,
  ])
  expect(calls).toBe(0)
  expect(log).toEqual([...Array(3).fill('inner a retry at 0'), 'outer a retry at 0'])
  expect(report.stages['a']).toMatchObject({ status: 'fail', error: { code: 'core/retry-exhausted' }, attempts: [] })
})

test('a stage keeps the error that onCall failed it with', async () => {
  const error = new StageflowError('acme/open', 'open')
  const result = await runStage(clock, () => ({}), [withPart('open', () => StageOutput.fail(error))])
  expect(result.status === 'failed' && result.outputs.a).toMatchObject({ status: 'fail', error })
})

test('onCall is called once for each stage when the graph is built, and not again when it runs', async () => {
  const asked: string[] = []
  let begun = 0
  const counting: Interceptor = {
    name: 'counting',
    onCall: ({ name, kind, options }) => {
      asked.push(`${name} ${kind} ${Object.keys(options).join()}`)
      return name === 'a' ? undefined : () => void begun++ as undefined
    },
  }
  const graph = new Pipeline('demo')
    .withStage('a', () => ({}))
    .withStage('b', () => ({}), 'work')
    .build({ interceptors: [counting] })
  expect(asked).toEqual(['a transform ', 'b work '])
  await graph.run()
  await graph.run()
  expect(asked).toHaveLength(2)
  expect(begun).toBe(2)
})

test('onCall is called on its interceptor', () => {
  class Own implements Interceptor {
    readonly name = 'own'
    readonly #seen: string[] = []
    onCall(stage: StageInfo): undefined {
      this.#seen.push(stage.name)
    }
    get seen(): readonly string[] {
      return this.#seen
    }
  }
  const own = new Own()
  new Pipeline('demo').withStage('a', () => ({})).build({ interceptors: [own] })
  expect(own.seen).toEqual(['a'])
})

test('the `wrap` of an interceptor is around its own part', async () => {
  const log: string[] = []
  const both: Interceptor = {
    name: 'both',
    wrap: (next) => async (context) => {
      log.push('wrap in')
      const output = await next(context)
      log.push('wrap out')
      return output
    },
    onCall: () => () => {
      log.push('asked')
      return { ended: () => void log.push('ended') }
    },
  }
  await runStage(clock, () => void log.push('code'), [both])
  expect(log).toEqual(['wrap in', 'asked', 'code', 'ended', 'wrap out'])
})

test.each([
  ['not a function (core/interceptor)', 5, 'core/interceptor', 'onCall must be a function, not 5'],
  [
    'a function that returns a number (core/interceptor-wrap)',
    () => 5,
    'core/interceptor-wrap',
    'from onCall(), or undefined',
  ],
  [
    'a function that returns a part (core/interceptor-wrap)',
    () => ({ ended() {} }),
    'core/interceptor-wrap',
    'from onCall(), or undefined',
  ],
  [
    'a function that returns null (core/interceptor-wrap)',
    () => null,
    'core/interceptor-wrap',
    'from onCall(), or undefined',
  ],
  [
    'a function that throws (core/interceptor-wrap)',
    () => {
      throw new Error('illegal')
    },
    'core/interceptor-wrap',
    'Interceptor "wrong" refuses stage "a": illegal',
  ],
])('an onCall that is %s is a problem of the build', (_, onCall, code, message) => {
  expect(() =>
    new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ interceptors: [{ name: 'wrong', onCall: onCall as never }] }),
  ).toThrow(
    expect.objectContaining({
      problems: [expect.objectContaining({ code, message: expect.stringContaining(message) })],
    }),
  )
})
