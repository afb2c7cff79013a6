import { describe, expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import {
  LATE,
  ignoresAbort,
  limitTo,
  logAnswers,
  logSettled,
  notAt,
  onlyAt,
  problemsOf,
  runStage,
  stopsOnAbort,
  withPart,
} from './interceptors.ts'
import { WAYS } from './ways.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { CallPart, Interceptor, OnCall, StageContext } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'

const ENDINGS: readonly (readonly [how: string, stage: (context: StageContext) => unknown, status: string])[] = [
  ['with data', () => ({ a: 1 }), 'ok'],
  ['with nothing', () => undefined, 'ok'],
  ['with a skip', () => StageOutput.skip('not now'), 'skip'],
  ['with a cancel', () => StageOutput.cancel('stop'), 'cancel'],
  ['with a failure', () => StageOutput.fail('no'), 'fail'],
  ['with a retry', () => StageOutput.retry('again'), 'retry'],
  ['with a number', () => 5, 'fail'],
  [
    'with a throw',
    () => {
      throw new Error('no')
    },
    'fail',
  ],
]

describe.each(WAYS)('%s,', (_, beside) => {
  test.each(ENDINGS.flatMap(([how, ...rest]) => [0, 50].map((at) => [how, at, ...rest] as const)))(
    '`ended` of each part gets the answer once, innermost part first, before `settled`: a stage that answers %s after %i ms',
    async (_how, at, stage, status) => {
      const log: string[] = []
      const code =
        at === 0
          ? stage
          : async (context: StageContext) => {
              await context.clock.sleep(at)
              return stage(context)
            }
      const list = beside([logAnswers(log, 'outer'), logAnswers(log, 'inner')])
      const run = runStage(clock, code, [logSettled(log), ...list], { onFailure: 'skip' })
      await clock.advance(100)
      await run
      const final = status === 'retry' ? 'fail' : status
      expect(log).toEqual([`inner a ${status} at ${at}`, `outer a ${status} at ${at}`, `settled a ${final} at ${at}`])
    },
  )

  test('a stage that streams answers its call with its last value', async () => {
    const log: string[] = []
    const run = runStage(
      clock,
      async function* () {
        yield 1
        await clock.sleep(20)
        yield 2
        return { words: 2 }
      },
      beside([logAnswers(log)]),
    )
    await clock.advance(20)
    expect((await run).data).toEqual({ a: { words: 2 } })
    expect(log).toEqual(['part a ok at 20'])
  })

  describe.each<[how: string, ended: () => void]>([
    [
      'throws',
      () => {
        throw new Error('a bug')
      },
    ],
    ['rejects', (async (): Promise<void> => Promise.reject(new Error('a bug'))) as () => void],
  ])('an `ended` that %s', (_how, ended) => {
    test.each<[what: string, stage: () => unknown]>([
      ['returns at once', () => ({ a: 1 })],
      ['waits', async () => ({ a: await clock.sleep(5) })],
      ['fails', () => StageOutput.fail('no')],
    ])(
      'changes nothing, is reported once and does not stop the other parts, if the stage %s (core/observer-threw)',
      async (_what, stage) => {
        const log: string[] = []
        const list = beside([logAnswers(log, 'outer'), withPart('broken', () => ({ ended })), logAnswers(log, 'inner')])
        const run = new Pipeline('demo')
          .withStage('waits', () => clock.sleep(15)) // a rejection is seen a little later
          .withStage('a', stage as () => object, { onFailure: 'skip' })
          .withStage('goes-on', () => clock.sleep(5), { dependencies: ['a'], join: 'settled' })
          .build({ clock, interceptors: list.map((one) => notAt('waits', one)) })
          .runSettled()
        await clock.advance(20)
        const result = await run
        expect(result.status).toBe('completed')
        expect(log.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
          'inner a',
          'outer a',
          'inner goes-on',
          'outer goes-on',
        ])
        expect(problemsOf(result)).toEqual([
          'core/observer-threw: Interceptor "broken" threw when it was told of a call: a bug',
        ])
      },
    )
  })

  test('a part inside a layer that gives up the call is told while the record has what the layer answered', async () => {
    const told: unknown[] = []
    const impatient: Interceptor = {
      name: 'impatient',
      wrap: (next) => (context) => {
        void next(context)
        return StageOutput.fail('too slow')
      },
    }
    const watching: Interceptor = {
      name: 'watching',
      onCall: () => () => ({
        ended: ({ status }, { record }) => void told.push([status, record.status, record.error?.message]),
      }),
    }
    const run = new Pipeline('p')
      .withStage('a', stopsOnAbort)
      .build({ clock, interceptors: [impatient, watching] })
      .runSettled({})
    expect((await run).status).toBe('failed')
    expect(told).toEqual([['cancel', 'fail', 'too slow']])
  })

  test('an abandoned stage answers its parts with one cancel, when it is given up', async () => {
    const log: string[] = []
    const reasons: unknown[] = []
    const watch = withPart('watch', () => ({
      ended: (output) => void reasons.push('reason' in output && output.reason),
    }))
    const run = new Pipeline('demo')
      .withStage('a', async (context) => {
        await context.clock.sleep(500)
        context.heartbeat()
      })
      .build({ clock, interceptors: beside([logAnswers(log, 'outer'), watch, logAnswers(log, 'inner')]) })
      .start({}, { graceMs: 100 })
    run.cancel('enough')
    await clock.advance(100)
    const { report } = await run.settled
    await clock.advance(1_000)
    expect(log).toEqual(['inner a cancel at 100', 'outer a cancel at 100'])
    expect(reasons).toEqual(['given up'])
    expect(report.stages['a']).toMatchObject({ status: 'cancel', abandoned: true })
  })

  test('a stage that is aborted as late answers its parts with a cancel', async () => {
    const log: string[] = []
    const run = new Pipeline('demo')
      .withStage('quick', (context) => context.clock.sleep(10))
      .withStage('slow', ignoresAbort, { late: 'abort' })
      .withStage('first', () => ({}), { dependencies: ['quick', 'slow'], join: 'any' })
      .build({ clock, interceptors: [logSettled(log), ...beside([logAnswers(log)])] })
      .runSettled()
    await clock.advance(500)
    const { report } = await run
    expect(log.filter((line) => line.includes('slow'))).toEqual(['part slow cancel at 10', 'settled slow skip at 10'])
    expect(report.stages['slow']).toMatchObject({ status: 'skip', reason: 'late', endedAt: 10 })
  })

  test('code that stops when the run is cancelled answers its call with a cancel', async () => {
    const log: string[] = []
    const caller = new AbortController()
    const run = runStage(clock, (context) => context.clock.sleep(500, context.signal), beside([logAnswers(log)]), {
      signal: caller.signal,
    })
    await clock.advance(10)
    caller.abort(new Error('enough'))
    expect((await run).status).toBe('cancelled')
    expect(log).toEqual(['part a cancel at 10'])
  })

  test('a run that is out of time answers its calls with a cancel', async () => {
    const log: string[] = []
    const run = new Pipeline('demo')
      .withStage('a', (context) => context.clock.sleep(500, context.signal))
      .withStage('slow', ignoresAbort)
      .build({ clock, interceptors: beside([logAnswers(log)]) })
      .runSettled({}, { timeoutMs: 50, graceMs: 100 })
    await clock.advance(500)
    expect((await run).status).toBe('failed')
    expect(log).toEqual(['part a cancel at 50', 'part slow cancel at 150'])
  })

  test('one part object may serve the calls of many stages and runs', async () => {
    const log: string[] = []
    const shared: CallPart = {
      enter: (next, context) => {
        log.push(`enter ${context.pipelineRunId} ${context.stage.name}`)
        next()
      },
      ended: ({ status }, context) => void log.push(`${status} ${context.pipelineRunId} ${context.stage.name}`),
    }
    const graph = new Pipeline('demo')
      .withStage('a', (context) => context.clock.sleep(10))
      .withStage('b', (context) => context.clock.sleep(20))
      .withStage('c', () => StageOutput.skip('no'), { dependencies: ['a'] })
      .build({ clock, interceptors: beside([withPart('shared', () => shared)]) })
    const runs = [graph.run({ pipelineRunId: 'run-1' }), graph.run({ pipelineRunId: 'run-2' })]
    await clock.advance(20)
    await Promise.all(runs)
    for (const id of ['run-1', 'run-2'])
      expect(log.filter((line) => line.includes(id))).toEqual([
        `enter ${id} a`,
        `enter ${id} b`,
        `ok ${id} a`,
        `enter ${id} c`,
        `skip ${id} c`,
        `ok ${id} b`,
      ])
  })

  test('two interceptors may return the same part: its `ended` is called once for each', async () => {
    const heard: string[] = []
    const part: CallPart = { ended: ({ status }) => void heard.push(status) }
    await runStage(clock, async () => ({}), beside([withPart('first', () => part), withPart('second', () => part)]))
    expect(heard).toEqual(['ok', 'ok'])
  })

  test('a part without members changes nothing', async () => {
    const { data } = await runStage(clock, async () => ({ a: 1 }), beside([withPart('empty', () => ({}))]))
    expect(data).toEqual({ a: { a: 1 } })
  })

  test('a part without own members, and one whose members are inherited, are parts', async () => {
    const log: string[] = []
    class Part {
      ended(): void {
        log.push('ended')
      }
    }
    await new Pipeline('demo')
      .withStage('a', (context) => context.heartbeat())
      .build({ clock, interceptors: beside([withPart('empty', () => ({})), withPart('inherits', () => new Part())]) })
      .run()
    expect(log).toEqual(['ended'])
  })

  test('an onCall that returns undefined has no part in that call, and may have one in the next', async () => {
    const log: string[] = []
    const some = withPart('some', (_context, { name }) =>
      name === 'b' ? { ended: ({ status }) => void log.push(`${name} ${status}`) } : undefined,
    )
    await new Pipeline('demo')
      .withStage('a', () => ({}))
      .withStage('b', () => ({}))
      .withStage('c', () => ({}))
      .build({ clock, interceptors: beside([some]) })
      .run()
    expect(log).toEqual(['b ok'])
  })

  test.each<[what: string, onCall: OnCall]>([
    ['an output of onCall', () => StageOutput.fail('open')],
    [
      'a throw of onCall',
      () => {
        throw new Error('a bug')
      },
    ],
    ['an output of expired', (context) => ({ deadline: context.now + 1, expired: () => StageOutput.fail('late') })],
    [
      'an `enter` that calls no next',
      () => ({
        enter: () => {},
      }),
    ],
  ])('a guard whose call was answered by %s has not refused: the stage is not repeated', async (_what, answers) => {
    const child = new Pipeline('child').withStage(
      'check',
      async (context) => {
        await context.clock.sleep(5, context.signal)
        return StageOutput.fail('refused')
      },
      'guard',
    )
    const run = new Pipeline('demo')
      .withPipeline('answer', child, { repeat: repeatUntil('check') })
      .build({ clock, interceptors: beside([onlyAt('check', withPart('only', answers))]) })
      .runSettled()
    await clock.advance(100)
    expect((await run).report.stages['answer']?.children).toHaveLength(1)
  })

  test('a guard that refuses beside parts in its call has refused: the stage is repeated', async () => {
    const log: string[] = []
    const child = new Pipeline('child').withStage('check', () => StageOutput.fail('refused'), 'guard')
    const run = new Pipeline('demo')
      .withPipeline('answer', child, { repeat: repeatUntil('check') })
      .build({ clock, interceptors: beside([logAnswers(log)]) })
      .runSettled()
    expect((await run).report.stages['answer']?.children).toHaveLength(3)
    expect(log.filter((line) => line.includes('check'))).toHaveLength(3)
  })

  test('the interceptors of a graph have parts in the calls of its child pipelines', async () => {
    const log: string[] = []
    const child = new Pipeline('child').withStage('inside', (context) => context.clock.sleep(5))
    const run = new Pipeline('demo')
      .withPipeline('above', child)
      .build({ clock, interceptors: beside([logAnswers(log)]) })
      .run()
    await clock.advance(5)
    await run
    expect(log).toEqual(['part inside ok at 5', 'part above ok at 5'])
  })

  test('a stage whose condition is false has no call', async () => {
    const log: string[] = []
    await new Pipeline('demo')
      .withStage('no', () => ({}), { when: () => false })
      .withStage('yes', () => ({}), { when: () => true })
      .withStage('skipped', () => ({}), { dependencies: ['no'] })
      .build({ clock, interceptors: beside([logAnswers(log)]) })
      .run()
    expect(log).toEqual(['part yes ok at 0'])
  })

  test('`ended` gets the failure in the report if the output of onCall is illegal', async () => {
    const log: string[] = []
    const bad = withPart('bad', () => StageOutput.ok([1, 2] as never))
    const { report } = await new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, interceptors: beside([logAnswers(log), bad]) })
      .runSettled()
    expect([report.stages['a']?.status, ...log]).toEqual(['fail', 'part a fail at 0'])
  })

  test('`ended` gets the failure in the report if the output of expired is illegal', async () => {
    const log: string[] = []
    const run = runStage(
      clock,
      stopsOnAbort,
      beside([logAnswers(log), limitTo(5, [], StageOutput.ok([1, 2] as never))]),
    )
    await clock.advance(200)
    const { report } = await run
    expect(report.stages['a']).toMatchObject({ status: 'fail', error: { code: 'core/illegal-output' } })
    expect(log).toEqual(['part a fail at 5'])
  })

  test.each<[what: string, interceptor: Interceptor]>([
    ['onCall', withPart('answers', () => StageOutput.ok({ a: 1 }))],
    ['expired', limitTo(5, [], StageOutput.ok({ a: 1 }))],
  ])('the data of an output of %s is frozen before `ended` gets it', async (_what, answers) => {
    let frozen: unknown
    const watch = withPart('watch', () => ({
      ended: (output) => void (frozen = Object.isFrozen((output as { data: object }).data)),
    }))
    const run = runStage(clock, stopsOnAbort, beside([watch, answers]))
    await clock.advance(5)
    await run
    expect(frozen).toBe(true)
  })

  test('a part whose `enter` cannot be read fails the stage, and the error names its interceptor', async () => {
    const bad = withPart('bad', () => ({
      get enter(): never {
        throw new Error('getter')
      },
    }))
    const graph = new Pipeline('demo').withStage('a', () => ({})).build({ clock, interceptors: beside([bad]) })
    expect(await graph.runSettled()).toMatchObject({
      errors: [{ code: 'core/interceptor-threw', message: 'Interceptor "bad" threw at stage "a": getter' }],
    })
  })

  test('a part whose `ended` cannot be read when it is called changes nothing', async () => {
    let reads = 0
    const bad = withPart('bad', () => ({
      get ended() {
        if (reads++ > 0) throw new Error('getter')
        return () => {}
      },
    }))
    const graph = new Pipeline('demo').withStage('a', async () => ({})).build({ clock, interceptors: beside([bad]) })
    expect(await graph.runSettled()).toMatchObject({ status: 'completed' })
  })

  test('a stage whose part ends another stage from `ended`, which makes its own stage late, settles once', async () => {
    const log: string[] = []
    const sink = recordingSink()
    const ends = new Map<string, () => void>()
    const race: Interceptor = {
      name: 'race',
      settled: ({ stage, status }) => void log.push(`${stage} ${status}`),
      wrap:
        (next, { name }) =>
        (context) => {
          const { context: inner, abort } = context.fork()
          return new Promise((resolve) => {
            ends.set(name, () => {
              abort(LATE)
              resolve(StageOutput.skip('lost the race'))
            })
            void Promise.resolve(next(inner)).then(resolve)
          })
        },
      onCall:
        ({ name }) =>
        () => ({
          ended() {
            ends.delete(name)
            for (const end of ends.values()) end()
          },
        }),
    }
    const settled = new Pipeline('demo')
      .withStage('a', async ({ clock: time, signal }) => time.sleep(10, signal), { late: 'abort' })
      .withStage('b', async ({ clock: time, signal }) => time.sleep(100, signal))
      .withStage('c', () => ({}), { dependencies: ['a', 'b'], join: 'every' })
      .build({ clock, interceptors: beside([race]), eventSink: sink })
      .runSettled({}, { graceMs: 1_000 })
    await clock.advance(2_000)
    const { report } = await settled
    expect(sink.events.filter(({ type }) => /^stage\.a\.(?!started)/.test(type))).toHaveLength(1)
    expect(log.filter((line) => line.startsWith('a'))).toHaveLength(1)
    expect(report.endedAt).toBe(10)
    expect(report.stages['a']?.abandoned).toBeUndefined()
  })

  test('an onCall that returns a promise fails its stage, and its rejection is a problem of the report', async () => {
    const denied = async (): Promise<never> => {
      throw new Error('token denied')
    }
    const settled = new Pipeline('demo')
      .withStage('a', () => ({}))
      .withStage('waits', () => clock.sleep(1))
      .build({
        clock,
        interceptors: beside([{ name: 'checks', onCall: ({ name }) => (name === 'a' ? denied : undefined) as never }]),
      })
      .runSettled({}, { onStageFailure: 'continue' })
    await clock.advance(1)
    const { report } = await settled
    expect(report.stages['a']?.error).toMatchObject({
      code: 'core/interceptor-answer',
      message: expect.stringContaining(
        'Interceptor "checks" answered stage "a" with an instance of Promise. Return a part',
      ) as string,
    })
    expect(report.notes['core/problems']).toMatchObject([
      {
        code: 'core/observer-threw',
        message: expect.stringContaining('"checks"') as string,
        cause: { message: 'token denied' },
      },
    ])
  })
})
