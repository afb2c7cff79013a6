import { expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { Pipeline } from '../src/index.ts'
import type { Interceptor, RunOptions, StageContext } from '../src/index.ts'

const clock = manualClock()
let started = 0
const graph = new Pipeline('demo')
  .withStage('a', () => ({ started: ++started }))
  .build({ clock, interceptors: [{ name: 'auth', runOptions: ['token' as never], settled() {} }] })
const refusal = async (options: unknown): Promise<{ readonly code: string; readonly message: string }> =>
  graph.run({}, options as RunOptions).then(
    () => ({ code: 'none', message: '' }),
    (error: { code: string; message: string }) => error,
  )

const LOOKALIKES = {
  withoutRemove: { aborted: false, addEventListener() {} },
  withoutThrow: { aborted: false, addEventListener() {}, removeEventListener() {} },
  withTextAborted: { aborted: 'no', addEventListener() {}, removeEventListener() {}, throwIfAborted() {} },
  withoutFunctions: { aborted: false, addEventListener: true, removeEventListener: true, throwIfAborted: true },
}

test.each<readonly [string, unknown, string]>([
  ['timeoutMs', 0, 'a number of milliseconds above 0, or Infinity'],
  ['timeoutMs', -5, 'above 0'],
  ['timeoutMs', NaN, 'above 0'],
  ['timeoutMs', '5', 'above 0'],
  ['timeoutMs', null, 'above 0'],
  ['graceMs', -1, 'a number of milliseconds'],
  ['graceMs', '5', 'a number of milliseconds'],
  ['cleanupMs', -1, 'a number of milliseconds'],
  ['cleanupMs', NaN, 'a number of milliseconds'],
  ['maxConcurrency', 0, 'a whole number'],
  ['maxConcurrency', 1.5, 'a whole number'],
  ['maxConcurrency', NaN, 'a whole number'],
  ['onStageFailure', 'ignore', "one of 'stop', 'continue'"],
  ['chunkEvents', 'yes', 'true or false'],
  ['signal', {}, 'an AbortSignal'],
  ['signal', new AbortController(), 'an AbortSignal'],
  ...Object.values(LOOKALIKES).map((signal) => ['signal', signal, 'an AbortSignal'] as const),
  ['ports', 'x', 'an object of ports'],
  ['ports', null, 'an object of ports'],
])(
  'the run option %s: %o is refused by name before anything starts (core/illegal-option)',
  async (option, value, must) => {
    const before = started
    const { code, message } = await refusal({ [option]: value })
    expect(code).toBe('core/illegal-option')
    expect(message).toContain(`The run options of pipeline "demo" and its interceptors: ${option} must be `)
    expect(message).toContain(must)
    expect(started).toBe(before)
  },
)

test('an option that no interceptor claims is refused, with a suggestion (core/illegal-option)', async () => {
  expect(await refusal({ timeOutMs: 5 })).toMatchObject({
    code: 'core/illegal-option',
    message:
      'The run options of pipeline "demo" and its interceptors: unknown option "timeOutMs" (did you mean "timeoutMs"? ' +
      'known: signal, timeoutMs, graceMs, cleanupMs, maxConcurrency, onStageFailure, eventSink, chunkEvents, ports, token).',
  })
  expect((await refusal({ colour: 'red' })).message).toContain(
    'unknown option "colour" (known: signal, timeoutMs, graceMs, ',
  )
  expect(await refusal(JSON.parse('{ "__proto__": { "timeoutMs": 5 } }'))).toMatchObject({
    code: 'core/illegal-option',
  })
})

test("options that aren't an object are refused (core/illegal-option)", async () => {
  for (const options of ['5000', 5_000, null, true, [], new AbortController().signal])
    expect(await refusal(options)).toMatchObject({
      code: 'core/illegal-option',
      message: expect.stringContaining('the options must be an object, not '),
    })
})

test('a signal of another realm or library is taken, and cancels the run', async () => {
  class OtherSignal extends EventTarget {
    aborted = false
    reason: unknown
    throwIfAborted() {
      if (this.aborted) throw this.reason
    }
  }
  const signal = new OtherSignal()
  const sleeping = new Pipeline('demo')
    .withStage('a', async (context) => void (await context.clock.sleep(1_000, context.signal)))
    .build({ clock })
    .runSettled({}, { signal: signal as unknown as AbortSignal })
  Object.assign(signal, { aborted: true, reason: new Error('enough') })
  signal.dispatchEvent(new Event('abort'))
  expect(await sleeping).toMatchObject({ status: 'cancelled', reason: 'enough' })
})

test('an option that is undefined is like one left out', async () => {
  const result = await graph.run({}, { timeoutMs: undefined, signal: undefined, nobody: undefined } as never)
  expect(result.status).toBe('completed')
})

test('an option that an interceptor claims reaches the interceptor, and not the snapshot', async () => {
  const seen: unknown[] = []
  const auth: Interceptor = {
    name: 'auth',
    runOptions: ['token' as never],
    wrapRun: (next) => (run) => {
      seen.push((run.options as { token?: string }).token)
      return next(run)
    },
  }
  const snapshots: unknown[] = []
  await new Pipeline('demo')
    .withStage('a', (context) => void snapshots.push(JSON.stringify(context.snapshot)))
    .build({ clock, interceptors: [auth] })
    .run({}, { token: 'secret' } as never)
  expect(seen).toEqual(['secret'])
  expect(snapshots[0]).not.toContain('secret')
})

test('runChild rejects for a wrong option of the child run', async () => {
  let refused: unknown
  const child = new Pipeline('child').withStage('inner', () => ({}))
  await new Pipeline('demo')
    .withStage('a', async (context) => {
      refused = await context.runChild(child, {}, { timeoutMs: -1 }).catch((error: unknown) => error)
    })
    .build({ clock })
    .run()
  expect(refused).toMatchObject({ code: 'core/illegal-option' })
})

test('maxConcurrency limits how many stages run at once, and the longest path goes first, then declared order', async () => {
  const log: string[] = []
  const stage =
    (name: string) =>
    async (context: StageContext<{}>): Promise<void> => {
      log.push(name)
      await context.clock.sleep(10)
    }
  const settled = new Pipeline('demo')
    .withStage('short', stage('short'))
    .withStage('short-2', stage('short-2'))
    .withStage('long', stage('long'))
    .withStage('long-2', stage('long-2'), { dependencies: ['long'] })
    .build({ clock })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(40)
  expect((await settled).status).toBe('completed')
  expect(log).toEqual(['long', 'short', 'short-2', 'long-2'])
})

test('maxConcurrency: Infinity is like no limit', async () => {
  expect((await graph.run({}, { maxConcurrency: Infinity })).status).toBe('completed')
})

test("a token that is passed instead of the options is refused, and the message doesn't show it (core/illegal-option)", async () => {
  const graph = new Pipeline('demo').withStage('a', () => ({})).build()
  await expect(graph.run({}, 'eyJhbGciOiJub25lIn0.secret' as never)).rejects.toMatchObject({
    code: 'core/illegal-option',
    message: 'The run options of pipeline "demo" and its interceptors: the options must be an object, not a string.',
  })
})

test('a signal whose getter throws is refused, and one that throws later ends no process', async () => {
  const signalThatThrowsAt = (read: number): AbortSignal => {
    let reads = 0
    const aborted = {
      get: () => {
        if (++reads >= read) throw new Error('not today')
        return false
      },
    }
    return Object.defineProperties(new EventTarget(), { throwIfAborted: { value() {} }, aborted }) as AbortSignal
  }
  expect(await refusal({ signal: signalThatThrowsAt(1) })).toMatchObject({
    code: 'core/illegal-option',
    message: expect.stringContaining('the options cannot be read: not today') as unknown,
  })
  for (const read of [2, 3, 4])
    expect((await graph.run({}, { signal: signalThatThrowsAt(read) })).status).toBe('completed')
})
