import { afterEach, describe, expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { WAYS, passing } from '../test/ways.ts'
import { Pipeline, StageOutput, StageflowError } from './index.ts'
import type { CallPart, Interceptor, InterceptorContext, OnCall, StageContext } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

type Answer = ReturnType<OnCall>
const taking = (name: string, onCall: (context: InterceptorContext) => Answer): Interceptor => ({
  name,
  onCall: () => onCall,
})

const hearing = (log: string[], name = 'part'): Interceptor => ({
  name,
  onCall:
    ({ name: stage }) =>
    () => ({ ended: ({ status }) => void log.push(`${name} ${stage} ${status} at ${clock.now()}`) }),
})

const telling = (log: string[]): Interceptor => ({
  name: 'telling',
  settled: ({ stage, status }) => void log.push(`settled ${stage} ${status} at ${clock.now()}`),
})

const late = new StageflowError('acme/late', 'late')

/** Ends each call after `ms`, with a failure unless told otherwise. */
const limiting = (ms: number, log: string[] = [], output: StageOutput = StageOutput.fail(late)): Interceptor => ({
  name: `limit-${ms}`,
  onCall:
    ({ name: stage }) =>
    (context) => {
      const stop = clock.setTimeout(() => context.endCall(part, output), ms)
      const part: CallPart = {
        deadline: context.now + ms,
        ended: ({ status }) => {
          stop()
          log.push(`limit-${ms} ${stage} ${status} at ${clock.now()}`)
        },
      }
      return part
    },
})

/** Does something with a part of its own, which `use` is given with the context. */
function ending(
  name: string,
  use: (end: (output: StageOutput) => void, context: InterceptorContext) => CallPart,
): Interceptor {
  return taking(name, (context) => {
    const part: CallPart = {}
    Object.assign(
      part,
      use((output) => context.endCall(part, output), context),
    )
    return part
  })
}

const deaf = (context: StageContext): Promise<void> => context.clock.sleep(500)
const attentive = (context: StageContext): Promise<void> => context.clock.sleep(500, context.signal)

function start(
  stage: (context: StageContext) => unknown,
  interceptors: readonly Interceptor[],
  { graceMs = 10_000 }: { readonly graceMs?: number } = {},
) {
  return new Pipeline('demo')
    .withStage('a', stage as () => object, { onFailure: 'skip' })
    .build({ clock, interceptors })
    .runSettled({}, { graceMs })
}

describe.each(WAYS)('%s,', (_, beside) => {
  test('endCall answers for a call at once, aborts it with the error, and the run waits for its code, whose end the attempt records', async () => {
    const log: string[] = []
    const settled = new Pipeline('demo')
      .withStage(
        'slow',
        async (context) => {
          context.signal.addEventListener('abort', () =>
            log.push(`aborted: ${(context.signal.reason as Error).message} at ${clock.now()}`),
          )
          await context.clock.sleep(150)
          log.push(`code ended at ${clock.now()}`)
          return { a: 1 }
        },
        { onFailure: 'skip' },
      )
      .withStage('next', () => void log.push(`next at ${clock.now()}`), { dependencies: ['slow'], join: 'settled' })
      .build({
        clock,
        interceptors: [telling(log), ...beside([hearing(log, 'outer'), limiting(100, log), hearing(log, 'inner')])],
      })
      .run()
    await clock.advance(100)
    expect(log.slice(0, 6)).toEqual([
      'aborted: late at 100',
      'inner slow fail at 100',
      'limit-100 slow fail at 100',
      'outer slow fail at 100',
      'settled slow fail at 100',
      'next at 100',
    ])
    await clock.advance(50)
    const { report } = await settled
    expect(report.endedAt).toBe(150)
    expect(report.stages['slow']).toMatchObject({
      status: 'fail',
      tolerated: true,
      endedAt: 100,
      error: { code: 'acme/late' },
      attempts: [{ attempt: 1, startedAt: 0, endedAt: 150, status: 'ok' }],
    })
    expect(log.filter((line) => line.includes('slow'))).toHaveLength(4)
    expect(log.at(-1)).toBe('code ended at 150')
  })

  test('code that throws the reason of its signal after its call was ended has failed with it, not been cancelled', async () => {
    const run = start(attentive, beside([limiting(100)]))
    await clock.advance(100)
    expect((await run).report.stages['a']).toMatchObject({
      status: 'fail',
      attempts: [{ startedAt: 0, endedAt: 100, status: 'fail', error: { code: 'acme/late' } }],
    })
  })

  test('code that throws, fails or skips after its call was ended leaves that in its attempt', async () => {
    for (const [code, status, message] of [
      [() => Promise.reject(new Error('mine')), 'fail', 'mine'],
      [() => StageOutput.fail('no'), 'fail', 'no'],
      [() => StageOutput.skip('no'), 'skip', undefined],
      [() => StageOutput.retry('again'), 'retry', 'again'],
      [() => 5, 'fail', expect.stringContaining('5')],
    ] as const) {
      clock = manualClock()
      const run = start(
        async (context) => {
          await context.clock.sleep(150)
          return code()
        },
        beside([limiting(100)]),
      )
      await clock.advance(150)
      const { attempts } = (await run).report.stages['a'] ?? {}
      expect(attempts).toMatchObject([{ startedAt: 0, endedAt: 150, status }])
      expect(attempts?.[0]?.error?.message).toEqual(message)
    }
  })

  test('code that ignores its signal past the grace time after its call was ended is abandoned, and its attempt stays open', async () => {
    const log: string[] = []
    const run = start(() => new Promise(() => {}), beside([limiting(100, log), hearing(log)]), { graceMs: 50 })
    await clock.advance(150)
    const { report } = await run
    expect(report.endedAt).toBe(150)
    expect(report.stages['a']).toMatchObject({ status: 'fail', abandoned: true, endedAt: 100 })
    expect(report.stages['a']?.attempts).toMatchObject([{ startedAt: 0, endedAt: undefined, status: undefined }])
    expect(log).toEqual(['part a fail at 100', 'limit-100 a fail at 100'])
  })

  test('a call that ends in time is answered by its stage, and an endCall after it changes nothing', async () => {
    const log: string[] = []
    let ends: (() => void) | undefined
    const tardy = ending('tardy', (end) => {
      ends = () => end(StageOutput.fail(late))
      return {}
    })
    const run = new Pipeline('demo')
      .withStage('quick', (context) => context.clock.sleep(10))
      .withStage('sync', () => ({ a: 1 }), { dependencies: ['quick'] })
      .withStage(
        'long',
        async (context) => {
          ends?.() // of its own call
          await context.clock.sleep(0)
          return {}
        },
        { dependencies: ['sync'], onFailure: 'skip' },
      )
      .build({ clock, interceptors: beside([limiting(95, log), tardy]) })
      .run()
    await clock.advance(10)
    await clock.advance(200)
    const { status, report } = await run
    ends?.()
    expect([status, report.endedAt]).toEqual(['completed', 10])
    expect(log).toEqual(['limit-95 quick ok at 10', 'limit-95 sync ok at 10', 'limit-95 long fail at 10'])
  })

  test('a second endCall, and one for a call that has its answer, change nothing', async () => {
    const log: string[] = []
    const twice = ending('twice', (end) => {
      clock.setTimeout(() => {
        end(StageOutput.ok({ first: true }))
        end(StageOutput.fail('second'))
      }, 10)
      clock.setTimeout(() => end(StageOutput.fail('third')), 20)
      clock.setTimeout(() => end(StageOutput.fail('fourth')), 700)
      return { ended: ({ status }) => void log.push(status) }
    })
    const run = start(deaf, beside([twice, hearing(log)]))
    await clock.advance(500)
    const { data, report } = await run
    await clock.advance(500)
    expect(data).toEqual({ a: { first: true } })
    expect(report.stages['a']?.attempts).toMatchObject([{ endedAt: 500, status: 'ok' }])
    expect(log).toEqual(['part a ok at 10', 'ok'])
  })

  test.each([
    ['a fallback', StageOutput.ok({ cached: true }), 'ok'],
    ['a skip', StageOutput.skip('asleep'), 'skip'],
    ['a cancel', StageOutput.cancel('closed'), 'cancel'],
    ['a retry', StageOutput.retry('busy'), 'retry'],
    ['a failure', StageOutput.fail('no', { retryable: true, data: { n: 1 } }), 'fail'],
  ] as const)('a call may be ended with %s, which all who take part hear', async (_what, output, status) => {
    const log: string[] = []
    const reasons: unknown[] = []
    const list = beside([hearing(log, 'outer'), limiting(5, log, output), hearing(log, 'inner')])
    const run = start((context) => {
      context.signal.addEventListener('abort', () => reasons.push(context.signal.reason))
      return context.clock.sleep(5)
    }, list)
    await clock.advance(5)
    const result = await run
    expect(log).toEqual([`inner a ${status} at 5`, `limit-5 a ${status} at 5`, `outer a ${status} at 5`])
    expect(result.report.stages['a']).toMatchObject({ status: status === 'retry' ? 'fail' : status })
    if (status === 'ok') expect(result.data).toEqual({ a: { cached: true } })
    if (status === 'cancel') expect(result).toMatchObject({ status: 'cancelled', reason: 'closed' })
    const hasError = status === 'retry' || status === 'fail'
    expect(reasons).toHaveLength(1)
    expect(reasons[0]).toMatchObject(
      hasError ? { message: status === 'fail' ? 'no' : 'busy' } : { code: 'core/call-ended' },
    )
  })

  test.each([
    ['undefined', undefined],
    ['plain data', { a: 1 }],
    ['a promise', Promise.resolve(StageOutput.ok())],
    ['a text', 'late'],
  ])('a call that is ended with %s fails its stage (core/interceptor-answer)', async (_what, wrong) => {
    const log: string[] = []
    const ends = ending('ends', (end) => {
      clock.setTimeout(() => end(wrong as never), 10)
      return {}
    })
    const run = start(deaf, beside([hearing(log), ends]))
    await clock.advance(500)
    expect((await run).report.stages['a']).toMatchObject({
      status: 'fail',
      endedAt: 10,
      error: {
        code: 'core/interceptor-answer',
        message: expect.stringMatching(/^endCall answered .* it takes a StageOutput/),
      },
    })
    expect(log).toEqual(['part a fail at 10'])
  })

  test.each([
    ['that nobody gave', (): CallPart => ({})],
    ['of a call of another stage', (parts: ReadonlyMap<string, CallPart>) => parts.get('b') as CallPart],
    ['of nothing at all', () => undefined as never],
  ])('an endCall for a part %s changes nothing', async (_what, chosen) => {
    const parts = new Map<string, CallPart>()
    const log: string[] = []
    const ends: Interceptor = {
      name: 'ends',
      onCall:
        ({ name }) =>
        (context) => {
          const part: CallPart = { ended: ({ status }) => void log.push(`${name} ${status} at ${clock.now()}`) }
          parts.set(name, part)
          if (name === 'a') clock.setTimeout(() => context.endCall(chosen(parts), StageOutput.fail(late)), 10)
          return part
        },
    }
    const run = new Pipeline('demo')
      .withStage('a', (context) => context.clock.sleep(20))
      .withStage('b', (context) => context.clock.sleep(30))
      .build({ clock, interceptors: beside([ends]) })
      .runSettled()
    await clock.advance(30)
    expect((await run).status).toBe('completed')
    expect(log).toEqual(['a ok at 20', 'b ok at 30'])
  })

  test('a part that goes along with many calls ends that of the stage and run whose context it is given', async () => {
    const log: string[] = []
    const contexts = new Map<string, InterceptorContext>()
    const shared: CallPart = {
      ended: ({ status }, context) =>
        void log.push(`${context.pipelineRunId} ${context.stage.name} ${status} at ${clock.now()}`),
    }
    const sharing = taking('sharing', (context) => {
      contexts.set(`${context.pipelineRunId} ${context.stage.name}`, context)
      return shared
    })
    const graph = new Pipeline('demo')
      .withStage('a', attentive)
      .withStage('b', attentive)
      .withStage('c', attentive)
      .build({ clock, interceptors: beside([sharing]) })
    const runs = [graph.run({ pipelineRunId: 'run-1' }), graph.run({ pipelineRunId: 'run-2' })]
    clock.setTimeout(() => contexts.get('run-2 b')?.endCall(shared, StageOutput.skip('enough')), 10)
    clock.setTimeout(() => contexts.get('run-2 b')?.endCall(shared, StageOutput.skip('again')), 20)
    await clock.advance(500)
    await Promise.all(runs)
    expect(log[0]).toBe('run-2 b skip at 10')
    expect(log.slice(1).toSorted()).toEqual([
      'run-1 a ok at 500',
      'run-1 b ok at 500',
      'run-1 c ok at 500',
      'run-2 a ok at 500',
      'run-2 c ok at 500',
    ])
  })

  test('a part is no part any more once its run is over', async () => {
    let end: (() => void) | undefined
    const { status, report } = await start(
      () => ({}),
      beside([
        ending('ends', (given) => {
          end = () => given(StageOutput.fail(late))
          return {}
        }),
      ]),
    )
    end?.()
    expect([status, report.stages['a']?.status, report.stages['a']?.attempts.length]).toEqual(['completed', 'ok', 1])
  })

  test('a call that ends while its code has not waited yet is answered so, and the rest of the code is waited for', async () => {
    for (const [rest, endedAt, attempt] of [
      [() => ({ mine: true }), 0, { status: 'ok' }],
      [
        () => {
          throw new Error('mine')
        },
        0,
        { status: 'fail', error: { message: 'mine' } },
      ],
      [() => clock.sleep(30), 30, { status: 'ok' }],
      [() => Promise.reject(new Error('mine')), 0, { status: 'fail', error: { message: 'mine' } }],
    ] as const) {
      clock = manualClock()
      const log: string[] = []
      const atBeat = ending('at-beat', (end) => ({
        onHeartbeat: () => end(StageOutput.fail('beat')),
        ended: ({ status }) => void log.push(`at-beat ${status} at ${clock.now()}`),
      }))
      const run = start(
        (context) => {
          context.heartbeat()
          context.heartbeat()
          return rest()
        },
        [telling(log), ...beside([hearing(log, 'outer'), atBeat, hearing(log, 'inner')])],
      )
      await clock.advance(30)
      const { report } = await run
      expect(log).toEqual(['inner a fail at 0', 'at-beat fail at 0', 'outer a fail at 0', 'settled a fail at 0'])
      expect(report.stages['a']).toMatchObject({
        status: 'fail',
        error: { message: 'beat' },
        attempts: [{ ...attempt, startedAt: 0, endedAt }],
      })
    }
  })

  test.each([
    [
      'asks the next one',
      (end: () => void, heard: string[]): Interceptor =>
        taking('inner', () => {
          end()
          return { ended: ({ status }) => void heard.push(`inner ${status}`) }
        }),
    ],
    [
      'enters the next one',
      (end: () => void, heard: string[]): Interceptor =>
        taking('inner', () => ({
          enter: (next) => {
            end()
            next()
          },
          ended: ({ status }) => void heard.push(`inner ${status}`),
        })),
    ],
  ])('a call that is ended while it %s does not reach its code, and each part hears once', async (_what, inner) => {
    const heard: string[] = []
    let calls = 0
    let end = (): void => {}
    const outer = ending('outer', (given) => {
      end = () => given(StageOutput.skip('enough'))
      return { ended: ({ status }) => void heard.push(`outer ${status}`) }
    })
    const innermost = taking('innermost', () => ({ ended: ({ status }) => void heard.push(`innermost ${status}`) }))
    const { report, status } = await start(() => void calls++, beside([outer, inner(() => end(), heard), innermost]))
    expect(status).toBe('completed')
    expect(calls).toBe(0)
    expect(report.stages['a']).toMatchObject({ status: 'skip', reason: 'enough', endedAt: 0, attempts: [] })
    expect(heard.filter((line) => line.startsWith('outer'))).toEqual(['outer skip'])
    expect(heard.filter((line) => line.startsWith('inner '))).toHaveLength(1)
    expect(heard.filter((line) => line.startsWith('innermost')).length).toBeLessThanOrEqual(1)
  })

  test('an endCall from enter, before the call is made, answers in its place', async () => {
    let calls = 0
    const log: string[] = []
    const atOnce = ending('at-once', (end) => ({
      enter: (next) => {
        end(StageOutput.ok({ early: true }))
        next()
      },
    }))
    const { data, report } = await start(() => void calls++, beside([hearing(log, 'outer'), atOnce]))
    expect(data).toEqual({ a: { early: true } })
    expect(calls).toBe(0)
    expect(report.stages['a']?.attempts).toEqual([])
    expect(log).toEqual(['outer a ok at 0'])
  })

  test('an endCall from onCall, for a part that it has not given yet, changes nothing', async () => {
    const atOnce = taking('at-once', (context) => {
      const part: CallPart = {}
      context.endCall(part, StageOutput.skip('too early'))
      return part
    })
    expect((await start(() => ({ a: 1 }), beside([atOnce]))).data).toEqual({ a: { a: 1 } })
  })

  test('an endCall from ended, of its own call or of one inside, changes nothing', async () => {
    for (const stage of [() => ({ a: 1 }), async () => ({ a: await clock.sleep(5) })]) {
      clock = manualClock()
      const log: string[] = []
      let endInner = (): void => {}
      const outer = ending('outer', (end) => ({
        ended: ({ status }) => {
          endInner()
          end(StageOutput.fail('again'))
          log.push(`outer ${status}`)
        },
      }))
      const inner = ending('inner', (end) => {
        endInner = () => end(StageOutput.fail('from outside'))
        return {
          ended: ({ status }) => {
            end(StageOutput.fail('again'))
            log.push(`inner ${status}`)
          },
        }
      })
      const run = start(stage, beside([outer, inner]))
      await clock.advance(5)
      expect((await run).report.stages['a']?.status).toBe('ok')
      expect(log).toEqual(['inner ok', 'outer ok'])
    }
  })

  test('the answer of an outer part counts, whatever those inside do when they are aborted', async () => {
    const log: string[] = []
    const onAbort = ending('on-abort', (end, { signal }) => {
      signal.addEventListener('abort', () => end(StageOutput.ok({ from: 'inside' })))
      return { ended: () => void log.push('on-abort ended') }
    })
    const run = start(attentive, beside([limiting(10, log), onAbort]))
    await clock.advance(10)
    const { report } = await run
    expect(report.stages['a']).toMatchObject({ status: 'fail', error: { code: 'acme/late' }, endedAt: 10 })
    expect(report.endedAt).toBe(10)
    expect(log).toEqual(['on-abort ended', 'limit-10 a fail at 10'])
  })

  test('who is inside a call that was ended finds why in aborted and in its signal, and so does who ended it', async () => {
    const seen: unknown[] = []
    const look = (context: InterceptorContext): void =>
      void seen.push(context.aborted?.reason, context.signal.reason, context.signal.aborted)
    const ends = ending('ends', (end, context) => {
      clock.setTimeout(() => end(StageOutput.fail(late)), 10)
      return { ended: () => look(context) }
    })
    const inner = taking('inner', (context) => ({ ended: () => look(context) }))
    const run = start(attentive, beside([ends, inner]))
    await clock.advance(10)
    await run
    expect(seen).toEqual([late, late, true, late, late, true])
  })

  test('whoever is first counts where two parts end a call', async () => {
    const log: string[] = []
    const slower = limiting(20, log, StageOutput.ok({ slower: true }))
    for (const list of [
      [limiting(10, log), slower],
      [slower, limiting(10, log)],
    ]) {
      clock = manualClock()
      log.length = 0
      const run = start(deaf, beside(list))
      await clock.advance(500)
      expect((await run).report.stages['a']).toMatchObject({ error: { code: 'acme/late' }, endedAt: 10 })
      expect(log.toSorted()).toEqual(['limit-10 a fail at 10', 'limit-20 a fail at 10'])
    }
  })

  test('a call that is ended after the run was cancelled is answered so, and the run stays cancelled', async () => {
    const log: string[] = []
    const handle = new Pipeline('demo')
      .withStage('a', deaf)
      .build({ clock, interceptors: beside([hearing(log), limiting(50, log)]) })
      .start({}, { graceMs: 10_000 })
    await clock.advance(10)
    handle.cancel('enough')
    await clock.advance(500)
    const { status, report } = await handle.settled
    expect(status).toBe('cancelled')
    expect(report.stages['a']).toMatchObject({ status: 'fail', endedAt: 50, attempts: [{ endedAt: 500 }] })
    expect(log).toEqual(['limit-50 a fail at 50', 'part a fail at 50'])
  })

  test('items of a map and child runs end with their call', async () => {
    const log: string[] = []
    const child = new Pipeline('child').withStage('inside', async (context) => {
      await context.clock.sleep(500, context.signal).catch(() => log.push(`child aborted at ${clock.now()}`))
    })
    const only: Interceptor = {
      name: 'only',
      onCall: (stage) => (stage.pipeline.name === 'demo' ? limiting(10).onCall?.(stage) : undefined),
    }
    const run = new Pipeline('demo')
      .withMap('map', {
        over: () => [1, 2],
        each: async (item, context) => {
          await context.clock.sleep(500, context.signal).catch(() => log.push(`item ${item} aborted at ${clock.now()}`))
          return {}
        },
      })
      .withPipeline('above', child)
      .withStage('starts', async (context) => void (await context.runChild(child)))
      .build({ clock, interceptors: beside([only]) })
      .runSettled({}, { onStageFailure: 'continue' })
    await clock.advance(500)
    const { report } = await run
    expect(report.endedAt).toBe(10)
    for (const stage of ['map', 'above', 'starts'] as const)
      expect(report.stages[stage]).toMatchObject({ status: 'fail', endedAt: 10, error: { code: 'acme/late' } })
    expect(log.toSorted()).toEqual([
      'child aborted at 10',
      'child aborted at 10',
      'item 1 aborted at 10',
      'item 2 aborted at 10',
    ])
    expect(report.stages['above']?.children).toMatchObject([{ status: 'cancelled' }])
  })

  test('a stage that streams stops with its call', async () => {
    const pulled: number[] = []
    const run = start(
      async function* (context) {
        for (let chunk = 1; ; chunk++) {
          await context.clock.sleep(4)
          pulled.push(chunk)
          yield chunk
        }
      },
      beside([limiting(10)]),
    )
    await clock.advance(12)
    expect((await run).report.stages['a']).toMatchObject({
      status: 'fail',
      endedAt: 10,
      chunks: 2,
      attempts: [{ status: 'fail', endedAt: 12, error: { code: 'acme/late' } }],
    })
    expect(pulled).toEqual([1, 2, 3])
  })

  test('other stages do not hear of the abort of one whose call was ended', async () => {
    const aborted: string[] = []
    const watch =
      (name: string) =>
      async (context: StageContext): Promise<void> => {
        context.signal.addEventListener('abort', () => aborted.push(name))
        await context.clock.sleep(50)
      }
    const run = new Pipeline('demo')
      .withStage('a', watch('a'), { onFailure: 'skip' })
      .withStage('b', watch('b'))
      .build({
        clock,
        interceptors: beside([
          { name: 'only', onCall: (stage) => (stage.name === 'a' ? limiting(10).onCall?.(stage) : undefined) },
        ]),
      })
      .run()
    await clock.advance(50)
    expect((await run).status).toBe('completed')
    expect(aborted).toEqual(['a'])
  })
})

// ---------- among others

test('what stands inside an ended call and answers by itself is not waited for', async () => {
  const stubborn: Interceptor = {
    name: 'stubborn',
    wrap: (next) => async (context) => {
      await next(context)
      return new Promise(() => {})
    },
  }
  const run = start((context) => context.clock.sleep(10), [limiting(100), stubborn])
  await clock.advance(100)
  expect((await run).report.stages['a']).toMatchObject({ error: { code: 'acme/late' }, endedAt: 100 })
})

test('who is inside an ended call behind an interceptor with a promise of its own hears at once, and once', async () => {
  const log: string[] = []
  const run = start(deaf, [hearing(log, 'outer'), limiting(100), hearing(log, 'inner'), passing('inside')])
  await clock.advance(100)
  expect(log).toEqual(['inner a fail at 100', 'outer a fail at 100'])
  await clock.advance(1_000)
  await run
  expect(log).toHaveLength(2)
})

test('what stands inside an ended call sees how its own call of the code ends', async () => {
  const log: string[] = []
  const watch: Interceptor = {
    name: 'watch',
    wrap: (next) => async (context) => {
      const output = await next(context)
      log.push(`inside saw ${output.status} at ${clock.now()}`)
      return output
    },
  }
  const run = start((context) => context.clock.sleep(150), [limiting(100), watch])
  await clock.advance(150)
  expect((await run).report.stages['a']?.endedAt).toBe(100)
  expect(log).toEqual(['inside saw ok at 150'])
})

test('where a wrap lies between, who is outside of a call that was ended does not find it aborted', async () => {
  const seen: unknown[] = []
  const outer = taking('outer', (context) => ({
    ended: ({ status }) => void seen.push(status, context.aborted, context.signal.aborted),
  }))
  const run = start(attentive, [outer, passing('between'), limiting(10)])
  await clock.advance(10)
  await run
  expect(seen).toEqual(['fail', undefined, false])
})

test('each attempt of a retry may be ended: the next one waits for the code of the last', async () => {
  const log: string[] = []
  let calls = 0
  const retrying: Interceptor = {
    name: 'retrying',
    wrap: (next) => async (context) => {
      const first = await next(context.fork({ attempt: 1 }).context)
      return first.status === 'ok' ? first : next(context.fork({ attempt: 2 }).context)
    },
  }
  const run = start(
    async (context) => {
      const own = ++calls
      log.push(`code ${own} at ${clock.now()}`)
      await context.clock.sleep(own === 1 ? 50 : 5)
      return { own }
    },
    [hearing(log, 'outer'), retrying, limiting(20, log), hearing(log, 'inner')],
  )
  // The limit of the second attempt passes while it waits for the code of the first.
  await clock.advance(100)
  const { report } = await run
  expect(log).toEqual([
    'code 1 at 0',
    'inner a fail at 20',
    'limit-20 a fail at 20',
    'inner a fail at 40',
    'limit-20 a fail at 40',
    'outer a fail at 40',
  ])
  expect(report.stages['a']).toMatchObject({
    status: 'fail',
    endedAt: 40,
    attempts: [{ startedAt: 0, endedAt: 50, status: 'ok' }],
  })
})

test('a call that runs again, when the first is over, is ended too', async () => {
  let calls = 0
  const again: Interceptor = {
    name: 'again',
    wrap: (next) => async (context) => {
      await next(context)
      return next(context)
    },
  }
  const shared: CallPart = {}
  const ends = taking('ends', (context) => {
    if (calls === 1) clock.setTimeout(() => context.endCall(shared, StageOutput.fail('ended')), 10)
    return shared
  })
  const run = start(
    async (context) => {
      if (++calls === 1) throw new Error('first')
      await context.clock.sleep(100) // whatever its signal says
    },
    [again, ends],
  )
  await clock.advance(100)
  expect((await run).report.stages['a']).toMatchObject({ endedAt: 10, error: { message: 'ended' } })
})

test('of two calls that go on at once the newest that somebody has this part in is ended', async () => {
  const log: string[] = []
  const hedged: Interceptor = {
    name: 'hedged',
    wrap: (next) => async (context) =>
      await Promise.race([next(context.fork({ attempt: 1 }).context), next(context.fork({ attempt: 2 }).context)]),
  }
  let asked = 0
  const shared: CallPart = { ended: ({ status }, context) => void log.push(`${context.attempt} ${status}`) }
  const ends = taking('ends', (context) => {
    if (++asked === 2) clock.setTimeout(() => context.endCall(shared, StageOutput.ok({ newest: true })), 10)
    return shared
  })
  const run = start(attentive, [hedged, ends])
  await clock.advance(10)
  await clock.advance(500)
  expect((await run).data).toEqual({ a: { newest: true } })
  expect(log).toEqual(['2 ok', '1 cancel'])
})
