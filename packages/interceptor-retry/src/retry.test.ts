import { Pipeline, StageKind, StageOutput, StageflowError, asStage, insertBefore } from '@stageflow/core'
import type { Interceptor, StageContext, StageOptions, StageOutput as Output } from '@stageflow/core'
import { timeout } from '@stageflow/interceptor-timeout'
import { manualClock, recordingSink, seededRandom } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { RetryWaitError, retry } from './index.ts'
import type { RetryOptions } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const broken = (code = 'ECONNRESET', message = 'read ECONNRESET') => Object.assign(new Error(message), { code })
const noJitter = { baseMs: 100, jitter: 'none' } as const

type Answer = Output | Error | object
/** A stage that answers one after the other; an error is thrown. */
function answers(...list: readonly Answer[]) {
  let call = 0
  return (): object => {
    const answer = list[Math.min(call++, list.length - 1)] as Answer
    if (answer instanceof Error) throw answer
    return answer
  }
}

interface Given {
  readonly options?: RetryOptions
  readonly stage?: StageOptions
  readonly around?: (one: Interceptor) => readonly Interceptor[]
  readonly run?: { readonly timeoutMs?: number; readonly graceMs?: number; readonly signal?: AbortSignal }
  readonly advanceMs?: number
}
/** Runs one stage to its end. */
async function outcome(execute: (context: StageContext) => unknown, given: Given = {}) {
  const { options = noJitter, stage = {}, around = (one) => [one], run = {}, advanceMs = 100_000 } = given
  const startedAt = clock.now()
  const settled = new Pipeline('chat')
    .withStage('llm', execute as (context: StageContext) => object, stage)
    .build({ clock, interceptors: around(retry(options)) })
    .runSettled({}, run)
  await clock.advance(advanceMs)
  const result = await settled
  const record = result.report.stages['llm']
  const attempts = record?.attempts.map((attempt) => [attempt.startedAt - startedAt, attempt.status])
  const error = result.status === 'failed' ? result.errors[0] : undefined
  return { result, record, attempts, error, note: record?.notes.retry }
}

test('by default a stage that fails for a moment is called up to three times', async () => {
  const { result, attempts, note } = await outcome(answers(broken(), broken(), { text: 'Hello' }))
  expect(result.data).toEqual({ llm: { text: 'Hello' } })
  expect(attempts).toEqual([
    [0, 'fail'],
    [100, 'fail'],
    [300, 'ok'],
  ])
  expect(note).toEqual({ delaysMs: [100, 200], exhausted: false })
})

test('by default delays start at 1,000 ms, with full jitter', async () => {
  const { result, note } = await outcome(answers(broken(), broken(), { text: 'Hello' }), { options: {} })
  expect(result.status).toBe('completed')
  const [first = NaN, second = NaN] = note?.delaysMs ?? []
  expect(first).toBeLessThanOrEqual(1_000)
  expect(second).toBeLessThanOrEqual(2_000)
})

test('the jitter comes from `random`, so a run can be repeated', async () => {
  const delays = async () =>
    (await outcome(answers(broken()), { options: { attempts: 5, random: seededRandom({ seed: 1 }) } })).note?.delaysMs
  const [first, second] = [await delays(), await delays()]
  expect(first).toHaveLength(4)
  expect(second).toEqual(first)
  expect(first?.every(Number.isInteger)).toBe(true)
})

test('case 9: after a retry output, a transient throw or a timeout, every attempt is made, with its delay, its record and its own limit', async () => {
  const hangs = ({ clock: { sleep }, signal }: StageContext) => sleep(10_000, signal)
  for (const [execute, status, took] of [
    [answers(StageOutput.retry(new Error('busy'))), 'retry', 0],
    [answers(broken()), 'fail', 0],
    [hangs, 'fail', 50],
  ] as const) {
    const { attempts, error, note } = await outcome(execute, { around: (one) => [one, timeout({ timeoutMs: 50 })] })
    expect(attempts).toEqual([
      [0, status],
      [100 + took, status],
      [300 + 2 * took, status],
    ])
    expect(note).toEqual({ delaysMs: [100, 200], exhausted: true })
    expect(error).toMatchObject({ code: 'retry/exhausted', stage: 'llm' })
  }
})

test('when all attempts have failed, the stage fails with the history and the last error as its cause, and stays retryable', async () => {
  const seen: Output[] = []
  const outside: Interceptor = {
    name: 'outside',
    wrap: (next) => async (context) => {
      const output = await next(context)
      seen.push(output)
      return output
    },
  }
  const last = broken('ETIMEDOUT', 'connect ETIMEDOUT\n  10.0.0.1')
  const { error } = await outcome(
    answers(broken(), StageOutput.fail('busy', { retryable: true }), StageOutput.fail(last, { data: { tokens: 5 } })),
    { around: (one) => [outside, one] },
  )
  expect(error).toMatchObject({
    code: 'retry/exhausted',
    message:
      'Stage "llm" of pipeline "chat" failed 3 times, and retry() gives up: attempts is 3. (1) read ECONNRESET; (2) after 100 ms: busy; (3) after 200 ms: connect ETIMEDOUT 10.0.0.1',
    cause: { code: 'ETIMEDOUT' },
  })
  expect(seen).toMatchObject([{ status: 'fail', retryable: true, data: { tokens: 5 } }])
})

test('the message lists the first and the last of many attempts, and shortens each', async () => {
  const { error } = await outcome(answers(broken('EPIPE', 'x'.repeat(1_000))), {
    options: { attempts: 40, baseMs: 1, jitter: 'none', backoff: 'constant' },
  })
  expect(error?.message).toContain('failed 40 times')
  expect(error?.message).toContain('(1) xxx')
  expect(error?.message).toContain('; …; (32) after 1 ms: xxx')
  expect(error?.message.length).toBeLessThan(2_500)
})

test.each([
  ['is not a string', { value: { reason: 'overloaded' } }, '[object Object]'],
  [
    'cannot be read',
    {
      get: () => {
        throw new Error('no')
      },
    },
    'an object that cannot be read',
  ],
])('an error whose message %s is in the history like any other', async (_, message, text) => {
  const error = Object.defineProperty(broken(), 'message', message)
  const { error: given, note } = await outcome(answers(error), { options: { ...noJitter, attempts: 2 } })
  expect(given).toMatchObject({ code: 'retry/exhausted', cause: { code: 'ECONNRESET' } })
  expect(given?.message).toContain(`(1) ${text}; (2) after 100 ms: ${text}`)
  expect(note).toEqual({ delaysMs: [100], exhausted: true })
})

test('each retry emits an event with the attempt and the previous error', async () => {
  const eventSink = recordingSink()
  const settled = new Pipeline('chat')
    .withStage('llm', answers(broken(), { text: 'Hello' }))
    .build({ clock, eventSink, interceptors: [retry(noJitter)] })
    .run()
  await clock.advance(100)
  await settled
  expect(eventSink.of('stage.llm.retrying').map(({ data, timestamp }) => [timestamp, data])).toMatchObject([
    [100, { attempt: 2, error: { code: 'ECONNRESET' } }],
  ])
})

test('a stage and the interceptors inside see the number of the attempt', async () => {
  const seen: string[] = []
  const inside: Interceptor = {
    name: 'inside',
    wrap: (next) => (context) => {
      seen.push(`inside ${context.attempt}`)
      return next(context)
    },
  }
  await outcome(
    (context) => {
      seen.push(`stage ${context.attempt}`)
      throw broken()
    },
    { around: (one) => [one, inside] },
  )
  expect(seen).toEqual(['inside 1', 'stage 1', 'inside 2', 'stage 2', 'inside 3', 'stage 3'])
})

test.each([
  ['a bug', new TypeError('x is not a function')],
  ['an error of no known kind', new Error('boom')],
  ['a failure with retryable: false', StageOutput.fail(broken(), { retryable: false })],
  ['an illegal output', StageOutput.ok(null as unknown as object)],
  ['an abort', new DOMException('aborted', 'AbortError')],
  ['a skip', StageOutput.skip('nothing')],
  ['a cancel', StageOutput.cancel('enough')],
])('%s is not retried, and passes unchanged', async (_, answer) => {
  const { attempts, note, error } = await outcome(answers(answer))
  expect(attempts).toHaveLength(1)
  expect(note).toBeUndefined()
  expect(error?.code).not.toBe('retry/exhausted')
})

test('a failure that is not transient ends the attempts, and is the failure of the stage', async () => {
  const { attempts, note, error } = await outcome(answers(broken(), new TypeError('x is not a function')))
  expect(attempts).toHaveLength(2)
  expect(note).toEqual({ delaysMs: [100], exhausted: false })
  expect(error).toMatchObject({ message: 'x is not a function' })
})

test('a synchronous stage that does not fail stays synchronous', () => {
  const wrapped = retry().wrap?.(() => StageOutput.ok({ a: 1 }), { name: 'a', options: {} } as never)
  expect(wrapped?.({} as never)).toMatchObject({ status: 'ok' })
})

test('the afterMs of a stage and the Retry-After of a server are kept exactly, beyond capMs too', async () => {
  const { result, note } = await outcome(
    answers(
      StageOutput.retry('wait', { afterMs: 1_234 }),
      limited('40'),
      StageOutput.fail(limited('40'), { retryable: true }),
      {},
    ),
    { options: { ...noJitter, attempts: 4 } },
  )
  expect(result.status).toBe('completed')
  expect(note?.delaysMs).toEqual([1_234, 40_000, 40_000])
})

test('a date in Retry-After counts on the clock of the run', async () => {
  clock = manualClock({ startAt: Date.UTC(2026, 0, 2, 3, 4, 5) })
  const headers = { 'Retry-After': 'Fri, 02 Jan 2026 03:04:15 GMT' }
  const busy = Object.assign(new Error('503'), { response: { status: 503, headers } })
  expect((await outcome(answers(busy, {}))).note?.delaysMs).toEqual([10_000])
})

test.each([NaN, -5, Infinity, '5', null])('an afterMs of %j fails the stage (retry/illegal-wait)', async (afterMs) => {
  const answer = StageOutput.retry(new Error('busy'), { afterMs: afterMs as number })
  const { attempts, error, note } = await outcome(answers(answer, {}))
  expect(error).toMatchObject({ code: 'retry/illegal-wait', cause: { message: 'busy' } })
  expect(error?.message).toMatch(
    /^Stage "llm" of pipeline "chat" returned StageOutput\.retry with afterMs (NaN|-5|Infinity|"5"|null)\. Pass milliseconds from 0, /,
  )
  expect([attempts?.length, note]).toEqual([1, undefined])
})

const limited = (seconds: string) =>
  Object.assign(new Error('slow down'), { status: 429, headers: new Headers({ 'retry-after': seconds }) })

test.each([
  ['a server asks for a day', answers(limited('86400'), {}), 86_400_000],
  ['a stage asks for a day', answers(StageOutput.retry(limited('1'), { afterMs: 86_400_000 }), {}), 86_400_000],
  ['a server asks for a date far away', answers(limited('Fri, 02 Jan 2099 00:00:00 GMT'), {}), Date.UTC(2099, 0, 2)],
  ['a server asks for 1 ms more than maxRetryAfterMs', answers(limited('60.001'), {}), 60_001],
])('if %s, the stage fails at once with the time in its error (retry/wait-too-long)', async (_, execute, afterMs) => {
  const { attempts, error, note, record, result } = await outcome(execute)
  expect(error).toMatchObject({
    code: 'retry/wait-too-long',
    message: `Stage "llm" of pipeline "chat" failed once, and retry() gives up: the next call is wanted in ${afterMs} ms, and maxRetryAfterMs is 60000. (1) slow down`,
    cause: { message: 'slow down' },
  })
  const output = result.outputs.llm
  expect(output).toMatchObject({ status: 'fail', retryable: true, error: { afterMs } })
  expect(output?.status === 'fail' && output.error).toBeInstanceOf(RetryWaitError)
  expect([attempts?.length, note, record?.endedAt]).toEqual([1, { delaysMs: [], exhausted: true }, 0])
})

test('a wait of maxRetryAfterMs is kept, for all stages or one', async () => {
  const sixty = answers(limited('60'), {})
  expect((await outcome(sixty)).note?.delaysMs).toEqual([60_000])
  const longer = { retry: { maxRetryAfterMs: 90_000 } }
  expect((await outcome(answers(limited('90'), {}), { stage: longer })).note?.delaysMs).toEqual([90_000])
  const shorter = { ...noJitter, maxRetryAfterMs: 0 }
  const { error } = await outcome(answers(limited('1'), {}), { options: shorter })
  expect(error?.code).toBe('retry/wait-too-long')
})

test('the wait of an isRetryable is bounded too, and the wait of a server applies if isRetryable returns true', async () => {
  const isRetryable: RetryOptions['isRetryable'] = (error) =>
    (error as Error).message === 'slow down' || { afterMs: 61_000 }
  const { error, note } = await outcome(answers(limited('2'), new Error('later'), {}), {
    options: { ...noJitter, isRetryable },
  })
  expect(note?.delaysMs).toEqual([2_000])
  expect(error?.code).toBe('retry/wait-too-long')
})

test('a stage that returns StageOutput.retry with the error of a server waits as long as that server asks', async () => {
  const retrying = answers(StageOutput.retry(limited('2')), StageOutput.retry(limited('2'), { afterMs: 5 }), {})
  expect((await outcome(retrying)).note?.delaysMs).toEqual([2_000, 5])
})

test('at the last attempt a long wait is not waited for, and the attempts are what ended it', async () => {
  const { error } = await outcome(answers(broken(), limited('86400')), { options: { ...noJitter, attempts: 2 } })
  expect(error?.code).toBe('retry/exhausted')
})

test('with maxConcurrency 1, a stage that waits for a Retry-After gives its slot to another stage', async () => {
  const settled = new Pipeline('chat')
    .withStage('limited', answers(limited('0.2'), {}))
    .withStage('other', ({ clock: time }) => time.sleep(50))
    .build({ clock, interceptors: [retry()] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(1_000)
  const { limited: first, other } = (await settled).report.stages
  expect([other?.startedAt, other?.endedAt, first?.endedAt]).toEqual([0, 50, 200])
})

test('if a delay would end after the deadline, the stage fails at once, with the history', async () => {
  for (const [timeoutMs, endedAt, delaysMs] of [
    [250, 100, [100]],
    [300, 100, [100]],
    [301, 300, [100, 200]],
    [50, 0, []],
  ] as const) {
    const { result, error, note } = await outcome(answers(broken()), { run: { timeoutMs } })
    expect(error).toMatchObject({ code: 'retry/exhausted', cause: { code: 'ECONNRESET' } })
    expect(note).toEqual({ delaysMs, exhausted: true })
    expect(result.report.endedAt - result.report.startedAt).toBe(endedAt)
  }
  const { error } = await outcome(answers(broken()), { run: { timeoutMs: 50 } })
  expect(error?.message).toBe(
    'Stage "llm" of pipeline "chat" failed once, and retry() gives up: the next call is due in 100 ms, and its deadline in 50 ms. (1) read ECONNRESET',
  )
})

test.each(['synchronous', 'asynchronous'])(
  'with maxConcurrency 1, other stages run during the delay of a %s stage, and its next call comes before new starts',
  async (kind) => {
    const answer = answers(broken(), broken(), {})
    const first = kind === 'synchronous' ? answer : async () => answer()
    const settled = new Pipeline('chat')
      .withStage('first', first, { retry: { attempts: 3, baseMs: 100, jitter: 'none', backoff: 'constant' } })
      .withStage('short', ({ clock: time }) => time.sleep(50))
      .withStage('long', ({ clock: time }) => time.sleep(200))
      .withStage('last', ({ clock: time }) => time.sleep(50))
      .build({ clock, interceptors: [retry()] })
      .run({}, { maxConcurrency: 1 })
    await clock.advance(1_000)
    const { stages } = (await settled).report
    const times = Object.values(stages).map(({ stage, startedAt, endedAt }) => [stage, startedAt, endedAt])
    expect(times).toEqual([
      ['first', 0, 350],
      ['short', 0, 50],
      ['long', 50, 250],
      ['last', 250, 300],
    ])
    // The second call was due at 100, and waited for its slot until 250. The third was due at 350.
    expect(stages['first']?.attempts.map(({ startedAt }) => startedAt)).toEqual([0, 250, 350])
  },
)

test('the timeout of an attempt stands still while the attempt waits for a slot of maxConcurrency', async () => {
  let call = 0
  const settled = new Pipeline('chat')
    .withStage('first', async (context) => {
      if (++call === 1) throw broken()
      await context.clock.sleep(40, context.signal)
    })
    .withStage('long', ({ clock: time }) => time.sleep(300), { timeoutMs: false })
    .build({ clock, interceptors: [retry({ baseMs: 100, jitter: 'none' }), timeout({ timeoutMs: 50 })] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(1_000)
  const { stages } = (await settled).report
  expect(stages['first']).toMatchObject({
    status: 'ok',
    endedAt: 340,
    attempts: [{}, { startedAt: 300, endedAt: 340 }],
  })
})

test('an abort during a delay ends the stage at once as cancelled, without another call', async () => {
  const controller = new AbortController()
  const settled = new Pipeline('chat')
    .withStage('llm', answers(broken()))
    .build({ clock, interceptors: [retry(noJitter)] })
    .runSettled({}, { signal: controller.signal })
  await clock.advance(50)
  controller.abort(new Error('enough'))
  await clock.settle()
  const result = await settled
  expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(result.report).toMatchObject({
    endedAt: 50,
    stages: { llm: { status: 'cancel', notes: { retry: { delaysMs: [100] } } } },
  })
  expect(result.report.stages['llm']?.attempts).toHaveLength(1)
})

test('if an outer interceptor aborts during a delay, the stage fails with the reason, without another call', async () => {
  const outside: Interceptor = {
    name: 'outside',
    wrap: (next) => async (context) => {
      const { context: inner, abort } = context.fork()
      context.clock.setTimeout(() => abort(new StageflowError('acme/enough', 'enough')), 50)
      return await next(inner)
    },
  }
  const { error, record } = await outcome(answers(broken()), { around: (one) => [outside, one] })
  expect(error).toMatchObject({ code: 'acme/enough' })
  expect(record).toMatchObject({ status: 'fail', attempts: [{ attempt: 1 }] })
  expect((record?.endedAt ?? NaN) - (record?.startedAt ?? NaN)).toBe(50)
})

test('a stage that fails while the run stops is not called again', async () => {
  const controller = new AbortController()
  const { result, record, attempts, note } = await outcome(
    async () => {
      controller.abort(new Error('enough'))
      throw broken()
    },
    { run: { signal: controller.signal } },
  )
  expect(result.status).toBe('cancelled')
  expect(attempts).toHaveLength(1)
  expect(note).toBeUndefined()
  expect(record).toMatchObject({ status: 'fail', error: { code: 'ECONNRESET' } })
})

test('an outer timeout bounds all attempts, and a delay that would exceed it is not begun', async () => {
  const { attempts, error, record } = await outcome(
    async ({ clock: { sleep } }) => {
      await sleep(40)
      throw broken()
    },
    {
      around: (one) => [timeout({ timeoutMs: 200 }), one],
      options: { attempts: 9, baseMs: 60, jitter: 'none', backoff: 'constant' },
    },
  )
  // 0–40, 100–140: the third call would be due at 200, which is the limit.
  expect(attempts).toEqual([
    [0, 'fail'],
    [100, 'fail'],
  ])
  expect(error).toMatchObject({ code: 'retry/exhausted', message: expect.stringContaining('its deadline in 60 ms') })
  expect(record?.notes).toEqual({ retry: { delaysMs: [60], exhausted: true } })
})

test('an outer timeout ends the attempt in progress, and the stage', async () => {
  const { attempts, error, record } = await outcome(
    async ({ clock: { sleep }, signal }) => {
      await sleep(80, signal)
      throw broken()
    },
    { around: (one) => [timeout({ timeoutMs: 200 }), one] },
  )
  expect(attempts).toEqual([
    [0, 'fail'],
    [180, 'fail'],
  ])
  expect(error).toMatchObject({ code: 'timeout/timed-out' })
  expect(record?.endedAt).toBe(200)
})

test('an inner timeout gives each attempt a fresh limit', async () => {
  const { attempts, error } = await outcome(({ clock: { sleep }, signal }) => sleep(1_000, signal), {
    around: (one) => [one, timeout({ timeoutMs: 200 })],
  })
  expect(attempts).toEqual([
    [0, 'fail'],
    [300, 'fail'],
    [700, 'fail'],
  ])
  expect(error).toMatchObject({ code: 'retry/exhausted', cause: { code: 'timeout/timed-out' } })
})

test('the next call waits for code that ignores its timeout', async () => {
  let running = 0
  const { attempts, result } = await outcome(
    async (context) => {
      expect(++running).toBe(1)
      await context.clock.sleep(context.attempt === 1 ? 500 : 10)
      running--
      return { attempt: context.attempt }
    },
    { around: (one) => [one, timeout({ timeoutMs: 200 })], options: { ...noJitter, attempts: 9 } },
  )
  // It fails at 200. The next call is due at 300, and waits until the code returns at 500.
  expect(attempts?.[0]).toEqual([0, 'ok'])
  expect(result.status).toBe('completed')
})

test('a limit stands still while a call waits for the code of the previous one, so the next attempt has all of it', async () => {
  const { attempts, result } = await outcome((context) => context.clock.sleep(context.attempt === 1 ? 290 : 150), {
    around: (one) => [one, timeout({ timeoutMs: 200 })],
    options: { ...noJitter, baseMs: 10 },
  })
  expect(attempts).toEqual([
    [0, 'ok'],
    [290, 'ok'],
  ])
  expect(result.status).toBe('completed')
})

test('code that never returns is one timeout and one attempt, even if the grace time is longer than the limit', async () => {
  let timedOut = 0
  const counter: Interceptor = {
    name: 'counter',
    wrap: (next) => async (context) => {
      const output = await next(context)
      if (output.status === 'fail' && StageflowError.is(output.error, 'timeout/timed-out')) timedOut++
      return output
    },
  }
  const { attempts, error } = await outcome(() => new Promise(() => {}), {
    around: (one) => [one, counter, timeout({ timeoutMs: 200 })],
  })
  expect([timedOut, attempts?.length, error?.code]).toEqual([1, 1, 'core/still-running'])
})

test('core/still-running is final in a run too', async () => {
  const { error, note } = await outcome(() => new Promise(() => {}), {
    around: (one) => [one, timeout({ timeoutMs: 200 })],
    run: { graceMs: 50 },
  })
  expect(error?.code).toBe('core/still-running')
  expect(note).toEqual({ delaysMs: [100], exhausted: false })
})

test.each([
  'core/attempt-committed',
  'core/still-running',
  'core/stage-ended',
  'retry/exhausted',
  'retry/wait-too-long',
  'retry/illegal-wait',
])('%s is final, even with retryable: true', async (code) => {
  let calls = 0
  const inside: Interceptor = {
    name: 'inside',
    wrap: () => () => {
      calls++
      return StageOutput.fail(new StageflowError(code, 'no'), { retryable: true })
    },
  }
  const { error } = await outcome(() => ({}), { around: (one) => [one, inside] })
  expect([calls, error?.code]).toEqual([1, code])
})

test('a stream is retried before its first chunk, and after it fails with its own error', async () => {
  let calls = 0
  const streams = async function* ({ attempt }: StageContext) {
    calls++
    if (attempt === 1) throw broken('ECONNREFUSED', 'connect')
    yield 'Hel'
    throw broken('ECONNRESET', 'cut off')
  }
  const { error, record, note } = await outcome(streams)
  expect(calls).toBe(2)
  expect(error).toMatchObject({ code: 'ECONNRESET', message: 'cut off' })
  expect(record?.chunks).toBe(1)
  expect(note).toEqual({ delaysMs: [100], exhausted: false })
})

test('a stream that has begun and returns StageOutput.retry fails with core/attempt-committed', async () => {
  const { error } = await outcome(async function* () {
    yield 'Hel'
    return StageOutput.retry(new Error('cut off'))
  })
  expect(error).toMatchObject({ code: 'core/attempt-committed' })
})

test('isRetryable decides first, and undefined leaves it to the defaults', async () => {
  const isRetryable: RetryOptions['isRetryable'] = (error, { stage }) => {
    expect(stage.name).toBe('llm')
    const { message } = error as Error
    if (message === 'mine') return true
    if (message === 'in a while') return { afterMs: 700 }
    return message === 'not this' ? false : undefined
  }
  const options = { ...noJitter, attempts: 9, isRetryable }
  const passing = answers(new Error('mine'), new TypeError('in a while'), broken(), {})
  expect((await outcome(passing, { options })).note?.delaysMs).toEqual([100, 700, 400])
  const refused = answers(StageOutput.fail(broken('ECONNRESET', 'not this'), { retryable: true }), {})
  expect(await outcome(refused, { options })).toMatchObject({ note: undefined, error: { message: 'not this' } })
})

test.each([['yes'], [Promise.resolve(true)], [{ afterMs: -1 }], [{}], [null], [1]])(
  'an isRetryable that returns %o fails the stage (retry/illegal-verdict)',
  async (verdict) => {
    const { error, attempts } = await outcome(answers(broken()), {
      options: { ...noJitter, isRetryable: () => verdict as unknown as boolean },
    })
    expect(error).toMatchObject({
      code: 'core/interceptor-threw',
      message: expect.stringContaining('Interceptor "retry"'),
      cause: { code: 'retry/illegal-verdict', cause: { code: 'ECONNRESET' } },
    })
    expect(attempts).toHaveLength(1)
  },
)

test('an async isRetryable that rejects fails the stage, and does not end the process', async () => {
  const isRetryable = (async () => {
    throw new Error('oops')
  }) as unknown as () => boolean
  const { error } = await outcome(answers(broken()), { options: { ...noJitter, isRetryable } })
  expect(error).toMatchObject({ cause: { code: 'retry/illegal-verdict' } })
})

test('an isRetryable that throws fails the stage, and the error names the interceptor', async () => {
  const isRetryable = () => {
    throw new Error('oops')
  }
  const { error } = await outcome(answers(broken()), { options: { ...noJitter, isRetryable } })
  expect(error).toMatchObject({ code: 'core/interceptor-threw', message: expect.stringContaining('oops') })
})

test('a stage can have its own options, or no retry', async () => {
  const own = { attempts: 5, backoff: 'constant' } as const
  const { note } = await outcome(answers(broken()), { stage: { retry: own } })
  expect(note).toEqual({ delaysMs: [100, 100, 100, 100], exhausted: true })
  const { attempts, error } = await outcome(answers(broken()), { stage: { retry: false } })
  expect(attempts).toHaveLength(1)
  expect(error?.code).toBe('ECONNRESET')
})

test('a child run whose stages used up their attempts is not retried as a whole', async () => {
  const execute = answers(broken())
  let calls = 0
  const child = new Pipeline('child').withStage('inner', () => {
    calls++
    return execute()
  })
  const settled = new Pipeline('chat')
    .withPipeline('outer', child)
    .build({ clock, interceptors: [retry(noJitter)] })
    .runSettled()
  await clock.advance(1_000)
  const result = await settled
  expect(calls).toBe(3)
  expect(result).toMatchObject({ status: 'failed' })
  expect(result.report.stages['outer']?.attempts).toHaveLength(1)
})

test('a stage of a child run with retry: false runs once, even if its parent stage times out', async () => {
  for (const charge of [
    answers(broken()),
    ({ clock: { sleep }, signal }: StageContext) => sleep(10_000, signal),
  ] as const) {
    let charges = 0
    const child = new Pipeline('child').withStage(
      'charge',
      (context) => {
        charges++
        return charge(context) as Promise<object>
      },
      { retry: false, timeoutMs: false },
    )
    const settled = new Pipeline('chat')
      .withPipeline('order', child)
      .build({ clock, interceptors: [retry(noJitter), timeout({ timeoutMs: 200 })] })
      .runSettled()
    await clock.advance(10_000)
    expect((await settled).status).toBe('failed')
    expect(charges).toBe(1)
  }
})

test.each<[what: string, ends: (child: Pipeline<{ inner: never }, {}>) => Pipeline<{}, {}>]>([
  ['withPipeline', (child) => new Pipeline('chat').withPipeline('outer', child)],
  ['asStage', (child) => new Pipeline('chat').withStage('outer', asStage(child))],
  ['orFail', (child) => new Pipeline('chat').withStage('outer', ({ runChild }) => runChild(child).orFail())],
])(
  'what a stage of a child says about a retry does not make %s run the child again, unless isRetryable does',
  async (_what, ends) => {
    const runs = async (options: RetryOptions) => {
      let calls = 0
      const child = new Pipeline('child').withStage(
        'inner',
        () => {
          calls++
          return StageOutput.fail(new StageflowError('acme/busy', 'busy'), { retryable: true })
        },
        { retry: false },
      )
      const settled = ends(child as never)
        .build({ clock, interceptors: [retry({ ...noJitter, ...options })] })
        .runSettled()
      await clock.advance(1_000)
      expect(await settled).toMatchObject({ status: 'failed' })
      return calls
    }
    expect(await runs({})).toBe(1)
    expect(await runs({ isRetryable: (error) => StageflowError.is(error, 'acme/busy') || undefined })).toBe(3)
  },
)

test('a stage that catches the failure of its child can ask for a retry itself', async () => {
  let calls = 0
  const child = new Pipeline('child').withStage('inner', () => StageOutput.fail(`busy ${++calls}`), { retry: false })
  const settled = new Pipeline('chat')
    .withStage('outer', async ({ runChild }) => {
      try {
        return await runChild(child).orFail()
      } catch (error) {
        return StageOutput.fail(error, { retryable: true })
      }
    })
    .build({ clock, interceptors: [retry(noJitter)] })
    .runSettled()
  await clock.advance(1_000)
  await settled
  expect(calls).toBe(3)
})

test('a stage with child runs is retried only if it or isRetryable asks for it', async () => {
  const child = new Pipeline('child').withStage('inner', () => ({}))
  const graph = (answer: () => object, options: RetryOptions = {}) =>
    new Pipeline('chat')
      .withStage('llm', async (context) => {
        await context.runChild(child)
        return context.attempt === 2 ? {} : answer()
      })
      .build({ clock, interceptors: [retry({ ...noJitter, ...options })] })
      .runSettled()
  const settled = [
    graph(answers(StageOutput.retry('busy'))),
    graph(answers(StageOutput.fail('busy', { retryable: true }))),
    graph(answers(broken()), { isRetryable: () => true }),
    graph(answers(broken())),
  ]
  await clock.advance(1_000)
  const statuses = (await Promise.all(settled)).map(({ status }) => status)
  expect(statuses).toEqual(['completed', 'completed', 'completed', 'failed'])
})

test('retry cannot stand outside idempotency or inside tracing, but on either side of a timeout or a breaker', () => {
  const named = (name: string): Interceptor => ({ name, settled: () => {} })
  const build =
    (...interceptors: readonly Interceptor[]) =>
    () =>
      new Pipeline('chat').withStage('a', () => ({})).build({ interceptors })
  expect(build(retry(), named('idempotency'))).toThrow('"retry" must stand inside "idempotency"')
  expect(build(named('tracing'), retry())).toThrow('"retry" must stand outside "tracing"')
  for (const name of ['timeout', 'circuit-breaker']) {
    build(retry(), named(name))()
    build(named(name), retry())()
  }
  const defaults = ['idempotency', 'timeout', 'circuit-breaker', 'tracing', 'metrics'].map(named)
  build(...insertBefore(defaults, 'timeout', retry()))()
  build(...insertBefore(defaults, 'tracing', retry()))()
})

test('a thousand concurrent runs of one graph keep their attempts apart', async () => {
  const random = seededRandom({ seed: 3 })
  const fails = new Map(Array.from({ length: 1_000 }, (_, index) => [`run-${index}`, Math.floor(random() * 5)]))
  const graph = new Pipeline('chat')
    .withStage(
      'llm',
      ({ pipelineRunId, attempt }) => {
        if (attempt <= (fails.get(pipelineRunId) ?? 0)) throw broken()
        return { attempt }
      },
      StageKind.WORK,
    )
    .build({ clock, interceptors: [retry({ random })] })
  const runs = [...fails.keys()].map((pipelineRunId) => graph.runSettled({ pipelineRunId }))
  await clock.advance(10_000)
  for (const { status, report } of await Promise.all(runs)) {
    const failing = fails.get(report.pipelineRunId) as number
    expect(status).toBe(failing < 3 ? 'completed' : 'failed')
    expect(report.stages['llm']?.attempts).toHaveLength(Math.min(failing + 1, 3))
    expect(report.stages['llm']?.notes.retry?.delaysMs.length ?? 0).toBe(Math.min(failing, 2))
  }
})
