import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { WAYS } from '../test/ways.ts'
import { Pipeline, StageOutput, StageflowError } from './index.ts'
import type { CallPart, Interceptor, InterceptorContext, OnCall, StageRecord } from './index.ts'

let clock = manualClock()
let log: string[] = []
beforeEach(() => {
  clock = manualClock()
  log = []
})
afterEach(() => expect(clock.timers).toEqual([]))
type Answer = ReturnType<OnCall>
const taking = (name: string, onCall: (context: InterceptorContext) => Answer): Interceptor => ({
  name,
  onCall: () => onCall,
})
const hearing = taking('hearing', () => ({ ended: ({ status }) => void log.push(status) }))

describe.each(WAYS)('%s,', (_, beside) => {
  test('an onCall that is asynchronous by mistake fails its stage, and why it rejected is a problem of the report', async () => {
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
        'Interceptor "checks" answered stage "a" with [object Promise]; it returns its part',
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

  test.each([
    ['an error', new StageflowError('guard/denied', 'no')],
    ['data, as from a cache', { text: 'cached' }],
    ['a look-alike of an output', { status: 'fail', error: 'denied' }],
    ['a misspelt part', { onHeartBeat: () => undefined }],
  ])(
    'an onCall that answers with %s fails its stage, whose code does not run (core/interceptor-answer)',
    async (__, answer) => {
      let calls = 0
      const { report } = await new Pipeline('demo')
        .withStage('a', () => void calls++)
        .build({ clock, interceptors: beside([taking('odd', () => answer as never)]) })
        .runSettled()
      expect(report.stages['a']?.error?.code).toBe('core/interceptor-answer')
      expect(calls).toBe(0)
    },
  )

  test('a part without members, and one whose members are inherited, take part', async () => {
    class Part {
      onHeartbeat(): void {
        log.push('alive')
      }
    }
    await new Pipeline('demo')
      .withStage('a', (context) => context.heartbeat())
      .build({ clock, interceptors: beside([taking('empty', () => ({})), taking('inherits', () => new Part())]) })
      .run()
    expect(log).toEqual(['alive'])
  })

  test('a call that is ended as its stage becomes late settles once', async () => {
    const sink = recordingSink()
    let endA: (() => void) | undefined
    const x: Interceptor = {
      name: 'x',
      settled: ({ stage, status }) => void log.push(`${stage} ${status}`),
      onCall:
        ({ name }) =>
        (context) => {
          if (name === 'c') endA?.()
          const part: CallPart = {}
          if (name === 'a') endA = () => context.endCall(part, StageOutput.skip('lost'))
          return part
        },
    }
    const settled = new Pipeline('demo')
      .withStage('a', ({ clock, signal }) => clock.sleep(100, signal), { late: 'abort' })
      .withStage('b', () => ({}))
      .withStage('c', () => ({}), { dependencies: ['a', 'b'], join: 'any' })
      .build({ clock, interceptors: beside([x]), eventSink: sink })
      .runSettled({}, { graceMs: 1_000 })
    await clock.advance(2_000)
    const { report } = await settled
    expect(sink.of('stage.a.skipped')).toHaveLength(1)
    expect(log.filter((line) => line.startsWith('a'))).toEqual(['a skip'])
    expect(report.endedAt).toBe(0)
    expect(report.stages['a']?.abandoned).toBeUndefined()
  })

  test('a stage whose part ends its rival as it hears, and so makes its own stage late, settles once', async () => {
    const sink = recordingSink()
    const ends = new Map<string, () => void>()
    const race: Interceptor = {
      name: 'race',
      settled: ({ stage, status }) => void log.push(`${stage} ${status}`),
      onCall:
        ({ name }) =>
        (context) => {
          const part: CallPart = {
            ended() {
              ends.delete(name)
              for (const end of ends.values()) end()
            },
          }
          ends.set(name, () => context.endCall(part, StageOutput.skip('lost the race')))
          return part
        },
    }
    const settled = new Pipeline('demo')
      .withStage('a', async ({ clock, signal }) => clock.sleep(10, signal), { late: 'abort' })
      .withStage('b', async ({ clock, signal }) => clock.sleep(100, signal))
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

  test('a child that enter starts before it ends the call does not outlive the run', async () => {
    let childOver = false
    const child = new Pipeline('child').withStage('c', async ({ clock }) => {
      await clock.sleep(50)
      childOver = true
    })
    const starts: Interceptor = {
      name: 'starts',
      onCall:
        ({ pipeline }) =>
        (context) => {
          if (pipeline.name === 'child') return undefined
          const part: CallPart = {
            enter() {
              void context.runChild(child)
              context.endCall(part, StageOutput.skip('no'))
            },
          }
          return part
        },
    }
    const settled = new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, interceptors: beside([starts]) })
      .runSettled()
    void settled.then(() => log.push(`over at ${clock.now()}, child over: ${childOver}`))
    await clock.advance(100)
    await settled
    expect(log).toEqual(['over at 50, child over: true'])
  })

  test('parts hear of an answer in the place of a call as the report says it', async () => {
    const bad = taking('bad', () => StageOutput.ok([1, 2] as never))
    const { report } = await new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, interceptors: beside([hearing, bad]) })
      .runSettled()
    expect([report.stages['a']?.status, ...log]).toEqual(['fail', 'fail'])
  })
  test('parts hear of what ended a call as the report says it', async () => {
    const bad = taking('bad', (context) => {
      const stop = clock.setTimeout(() => context.endCall(part, StageOutput.ok([1, 2] as never)), 5)
      const part: CallPart = { ended: stop }
      return part
    })
    const settled = new Pipeline('demo')
      .withStage('a', ({ clock, signal }) => clock.sleep(100, signal))
      .build({ clock, interceptors: beside([hearing, bad]) })
      .runSettled()
    await clock.advance(200)
    const { report } = await settled
    expect([report.stages['a']?.status, ...log]).toEqual(['fail', 'fail'])
  })
  test('the data of an answer in the place of a call is frozen when parts hear of it', async () => {
    let frozen: unknown
    const hears = taking('hears', () => ({
      ended: (output) => void (frozen = Object.isFrozen((output as { data: object }).data)),
    }))
    await new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, interceptors: beside([hears, taking('cache', () => StageOutput.ok({ a: 1 }))]) })
      .runSettled()
    expect(frozen).toBe(true)
  })

  test('a part whose enter cannot be read fails the stage, by the name of its interceptor', async () => {
    const bad = taking('bad', () => ({
      get enter(): never {
        throw new Error('getter')
      },
    }))
    const graph = new Pipeline('demo').withStage('a', () => ({})).build({ clock, interceptors: beside([bad]) })
    expect(await graph.runSettled()).toMatchObject({
      errors: [{ code: 'core/interceptor-threw', message: 'Interceptor "bad" threw at stage "a": getter' }],
    })
  })
  test('a part whose ended cannot be read when it is told changes nothing', async () => {
    let reads = 0
    const bad = taking('bad', () => ({
      get ended() {
        if (reads++ > 0) throw new Error('getter')
        return () => {}
      },
    }))
    const graph = new Pipeline('demo').withStage('a', async () => ({})).build({ clock, interceptors: beside([bad]) })
    expect(await graph.runSettled()).toMatchObject({ status: 'completed' })
  })
})

test.each<[string, Interceptor[]]>([
  ['nobody', []],
  ['a part', [hearing]],
])(
  'next(fork) instead of next(fork.context) is core/interceptor-context, and does not throw: %s inside',
  async (__, inside) => {
    const answers: unknown[] = []
    const wrong: Interceptor = {
      name: 'wrong',
      wrap: (next) => (context) => {
        try {
          const output = next(context.fork() as never)
          answers.push((output as StageOutput).status)
          return output
        } catch (error) {
          answers.push('threw')
          throw error
        }
      },
    }
    const { report } = await new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, interceptors: [wrong, ...inside] })
      .runSettled()
    expect(report.stages['a']?.error?.code).toBe('core/interceptor-context')
    expect(answers).toEqual(['fail'])
  },
)

test.each<[string, Interceptor[]]>([
  ['nobody', []],
  ['a part', [hearing]],
])(
  'a retry inside a wrap that aborts its fork fails with its reason, it does not cancel the run: %s between',
  async (__, between) => {
    const limitAll: Interceptor = {
      name: 'limit-all',
      wrap: (next) => async (context) => {
        const { context: inner, abort } = context.fork()
        const stop = clock.setTimeout(() => abort(new StageflowError('acme/slow', 'slow')), 15)
        return await Promise.resolve(next(inner)).finally(stop)
      },
    }
    const retry: Interceptor = {
      name: 'retry',
      wrap: (next) => async (context) => {
        for (let attempt = 1; ; attempt++) {
          const output = await next(context.fork({ attempt }).context)
          if (output.status !== 'fail' || output.retryable !== true || attempt === 3) return output
        }
      },
    }
    const limitEach = taking('limit-each', (context) => {
      const end = (): void => context.endCall(part, StageOutput.fail('late', { retryable: true }))
      const part: CallPart = { ended: clock.setTimeout(end, 20) }
      return part
    })
    const settled = new Pipeline('demo')
      .withStage('a', ({ clock }) => clock.sleep(500)) // ignores its signal
      .build({ clock, interceptors: [limitAll, ...between, retry, limitEach] })
      .runSettled({}, { graceMs: 1_000 })
    await clock.advance(5_000)
    const { status, report } = await settled
    expect(status).toBe('failed')
    expect(report.stages['a']?.error?.code).toBe('acme/slow')
  },
)

test('what is set around a call is, also where another stage goes on while those who take part in it are asked', async () => {
  let goOn: (() => void) | undefined
  const gate: Interceptor = {
    name: 'gate',
    wrap: (next, { name }) =>
      name === 'a' ? (context) => new Promise((resolve) => (goOn = () => resolve(next(context) as never))) : next,
  }
  const part = (name: string, stage: string, made: () => CallPart): Interceptor => ({
    name,
    onCall: (of) => (of.name === stage ? made : undefined),
  })
  const entering = (name: string) => (): CallPart => ({
    enter(next) {
      log.push(name)
      next()
    },
  })
  const opens = (): CallPart => {
    goOn?.()
    return {}
  }
  await new Pipeline('demo')
    .withStage('a', () => ({}))
    .withStage('b', () => ({}))
    .build({
      clock,
      interceptors: [
        gate,
        part('opens', 'b', opens),
        part('enters b', 'b', entering('enters b')),
        part('idle', 'a', () => ({})),
        part('idle too', 'a', () => ({})),
        part('enters a', 'a', entering('enters a')),
      ],
    })
    .run()
  expect(log).toEqual(['enters a', 'enters b'])
})

test.each(WAYS)('an attempt has no end while a child that its code left behind goes on: %s', async (_, beside) => {
  const child = new Pipeline('child').withStage('inside', (context) => context.clock.sleep(20))
  const seen: unknown[] = []
  const settled: Interceptor = {
    name: 'sees',
    settled: ({ stage, attempts }) =>
      void (stage === 'a' && seen.push(attempts.map(({ status, endedAt }) => [status, endedAt]))),
  }
  const running = new Pipeline('demo')
    .withStage('a', (context) => {
      void context.runChild(child)
      return {}
    })
    .build({ clock, interceptors: beside([settled]) })
    .run()
  await clock.advance(20)
  const { report } = await running
  expect(seen).toEqual([[['ok', undefined]]])
  expect(report.stages['a']?.attempts).toMatchObject([{ status: 'ok', endedAt: 0 }])
})

test.each(WAYS)('a record that was read in the middle of a call stays as it was: %s', async (_, beside) => {
  let read: StageRecord | undefined
  const reads = taking('reads', (context) => ({ onHeartbeat: () => void (read = context.record) }))
  const { report } = await new Pipeline('demo')
    .withStage('a', (context) => context.heartbeat())
    .build({ clock, interceptors: beside([reads]) })
    .run()
  expect(report.stages['a']?.attempts).toMatchObject([{ status: 'ok', endedAt: 0 }])
  expect(read?.attempts).toMatchObject([{ attempt: 1, status: undefined, endedAt: undefined }])
})
