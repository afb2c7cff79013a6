import { afterEach, expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { Pipeline, StageOutput, StageflowError } from './index.ts'
import type { Interceptor, InterceptorContext, StageContext } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const wrapping = (wrap: NonNullable<Interceptor['wrap']>, name: string): Interceptor => ({ name, wrap })

/** Writes into `log` how the call inside it was answered, and when. */
const observing = (log: string[], name = 'observer'): Interceptor =>
  wrapping(
    (next) => (context) =>
      context.observe(next(context), ({ status }) => void log.push(`${name} ${status} at ${clock.now()}`)),
    name,
  )

const asynchronous = wrapping((next) => async (context) => await next(context), 'asynchronous')

/** Ends the call after `ms`, and leaves the code to itself. */
const limiting = (ms: number, log?: string[]): Interceptor =>
  wrapping((next) => {
    const error = new StageflowError('timeout/exceeded', 'late')
    return (context) => {
      let stop: (() => void) | undefined
      const onAnswer = ({ status }: StageOutput): void => {
        stop?.()
        log?.push(`fork ${status} at ${clock.now()}`)
      }
      const fork = context.fork({ onAnswer })
      const answer = fork.run(next)
      if (answer instanceof Promise) stop = clock.setTimeout(() => fork.end(StageOutput.fail(error)), ms)
      return answer
    }
  }, 'limiting')

/** Answers after `ms` by a race, without ending what is inside. */
const impatient = (ms: number): Interceptor =>
  wrapping(
    (next) => async (context) =>
      Promise.race([next(context), clock.sleep(ms).then(() => StageOutput.fail('too slow'))]),
    'impatient',
  )

const hang = async (context: StageContext): Promise<void> => await context.clock.sleep(500)

function start(stage: (context: StageContext) => unknown, interceptors: readonly Interceptor[]) {
  return new Pipeline('demo')
    .withStage('a', stage as () => object)
    .build({ clock, interceptors })
    .runSettled({}, { graceMs: 10_000 })
}

test.each([
  ['at its own promise', []],
  ['at that of an interceptor inside', [asynchronous]],
])('an observer of a call that hangs when its stage ends hears once, of a cancel, %s', async (_, inside) => {
  const log: string[] = []
  const run = start(hang, [impatient(100), observing(log), ...inside])
  await clock.advance(100)
  expect(log).toEqual(['observer cancel at 100'])
  await clock.advance(1_000)
  expect((await run).status).toBe('failed')
  expect(log).toEqual(['observer cancel at 100'])
})

test('an observer behind an interceptor with a promise of its own hears at once when the call is ended, and once', async () => {
  const log: string[] = []
  const run = start(hang, [observing(log, 'outer'), limiting(100), observing(log, 'inner'), asynchronous])
  await clock.advance(100)
  expect(log).toEqual(['inner fail at 100', 'outer fail at 100'])
  await clock.advance(1_000)
  expect((await run).status).toBe('failed')
  expect(log).toHaveLength(2)
})

test('of an abandoned stage an observer hears when it is given up', async () => {
  const log: string[] = []
  const run = start(() => new Promise(() => {}), [impatient(100), observing(log)])
  await clock.advance(100)
  expect(log).toEqual(['observer cancel at 100'])
  await clock.advance(10_000)
  expect((await run).report.stages['a']?.attempts[0]?.endedAt).toBeUndefined()
})

test.each([
  ['at its own promise', []],
  ['at that of an interceptor inside', [asynchronous]],
])('a call that was aborted and hangs is given up when the stage goes on to its next call, %s', async (_, inside) => {
  const log: string[] = []
  const twice = wrapping(
    (next) => async (context) => {
      const first = context.fork()
      void next(first.context)
      await clock.sleep(100)
      first.abort(new Error('enough'))
      expect(log).toEqual([])
      const second = context.fork({ attempt: 2 })
      expect(log).toEqual(['observer cancel at 100'])
      return next(second.context)
    },
    'twice',
  )
  const run = start(hang, [twice, observing(log), ...inside])
  await clock.advance(2_000)
  expect((await run).status).toBe('completed')
  expect(log).toEqual(['observer cancel at 100', 'observer ok at 1000'])
})

test('a call that goes on beside a second one is not given up', async () => {
  const log: string[] = []
  const hedged = wrapping(
    (next) => async (context) => {
      const first = next(context.fork().context)
      void next(context.fork().context)
      return await first
    },
    'hedged',
  )
  const run = start(hang, [hedged, observing(log)])
  await clock.advance(400)
  expect(log).toEqual([])
  await clock.advance(2_000)
  expect((await run).status).toBe('completed')
  expect(log[0]).toBe('observer ok at 500')
})

test.each([
  ['without waiting', () => ({}), 'ok at 0'],
  ['after a while', async () => void (await clock.sleep(50)), 'ok at 50'],
  ['when it was ended', hang, 'fail at 100'],
])(
  'onAnswer of a fork hears how its call was answered, after those inside it and before those outside: %s',
  async (_, stage, how) => {
    for (const inside of [[], [asynchronous]]) {
      clock = manualClock()
      const log: string[] = []
      const list = [observing(log, 'outer'), limiting(100, log), observing(log, 'inner'), ...inside]
      const run = start(stage, list)
      await clock.advance(2_000)
      await run
      expect(log).toEqual([`inner ${how}`, `fork ${how}`, `outer ${how}`])
    }
  },
)

test('what onAnswer throws, or rejects with, is a problem of the report', async () => {
  const waits = async (): Promise<void> => await clock.sleep(1)
  for (const [stage, onAnswer] of [
    [() => ({}), () => reject('at once')],
    [waits, () => reject('at once')],
    [waits, async () => reject('later')],
  ] as const) {
    const failing = wrapping(
      (next) => (context) => context.fork({ onAnswer: onAnswer as () => void }).run(next),
      'failing',
    )
    const run = new Pipeline('demo')
      .withStage('a', stage as () => object)
      .withStage('goes-on', waits, { dependencies: ['a'] })
      .build({ clock, interceptors: [failing] })
      .runSettled()
    await clock.advance(2)
    const { status, report } = await run
    expect(status).toBe('completed')
    expect(report.notes['core/problems']).toContainEqual(expect.objectContaining({ code: 'core/observer-threw' }))
  }
})

function reject(word: string): never {
  throw new Error(word)
}

test('aborted says why a context was aborted, by its fork or by the run, and makes no signal', async () => {
  const seen: unknown[] = []
  const caller = new AbortController()
  const watching = wrapping(
    (next) => (context) => {
      const fork = context.fork()
      seen.push(fork.context.aborted)
      fork.abort('first')
      seen.push(fork.context.aborted, context.aborted)
      caller.abort('caller')
      seen.push(fork.context.aborted, context.aborted)
      return next(context)
    },
    'watching',
  )
  const graph = new Pipeline('demo').withStage('a', () => ({})).build({ clock, interceptors: [watching] })
  expect((await graph.runSettled({}, { signal: caller.signal })).status).toBe('cancelled')
  expect(seen).toEqual([undefined, { reason: 'first' }, undefined, { reason: 'first' }, { reason: 'caller' }])
})

test('the functions of interceptors that are methods cannot be taken out of their objects', () => {
  const never = (context: InterceptorContext): void => {
    const { fork: narrow, observe } = context
    const { run, end, abort } = context.fork()
    // @ts-expect-error -- The 'this' context of type 'void' is not assignable
    narrow()
    // @ts-expect-error -- The 'this' context of type 'void' is not assignable
    void observe(StageOutput.ok({}), () => {})
    // @ts-expect-error -- The 'this' context of type 'void' is not assignable
    void run(() => StageOutput.ok({}))
    // @ts-expect-error -- The 'this' context of type 'void' is not assignable
    end(StageOutput.ok({}))
    abort('bound')
  }
  expect(never).toHaveLength(1)
})
