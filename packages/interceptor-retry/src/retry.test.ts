import { Pipeline, StageKind, StageOutput, StageflowError, insertBefore } from '@stageflow/core'
import type { Interceptor, StageContext, StageOptions, StageOutput as Output } from '@stageflow/core'
import { timeout } from '@stageflow/interceptor-timeout'
import { manualClock, recordingSink, seededRandom } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { retry } from './index.ts'
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

test('a stage that fails for a moment is called again, three times in all, unless it says otherwise', async () => {
  const { result, attempts, note } = await outcome(answers(broken(), broken(), { text: 'Hello' }))
  expect(result.data).toEqual({ llm: { text: 'Hello' } })
  expect(attempts).toEqual([
    [0, 'fail'],
    [100, 'fail'],
    [300, 'ok'],
  ])
  expect(note).toEqual({ delaysMs: [100, 200], exhausted: false })
})

test('without options it waits with full jitter from 1,000 ms on', async () => {
  const { result, note } = await outcome(answers(broken(), broken(), { text: 'Hello' }), { options: {} })
  expect(result.status).toBe('completed')
  const [first = NaN, second = NaN] = note?.delaysMs ?? []
  expect(first).toBeLessThanOrEqual(1_000)
  expect(second).toBeLessThanOrEqual(2_000)
})

test('jitter comes from the given source, so a run can be repeated', async () => {
  const delays = async () =>
    (await outcome(answers(broken()), { options: { attempts: 5, random: seededRandom(1) } })).note?.delaysMs
  const [first, second] = [await delays(), await delays()]
  expect(first).toHaveLength(4)
  expect(second).toEqual(first)
  expect(first?.every(Number.isInteger)).toBe(true)
})

test('case 9: retry status, a thrown transient error and a time-out have all attempts each, with delays, records and a limit each', async () => {
  const hangs = ({ clock: { sleep }, signal }: StageContext) => sleep(10_000, signal)
  for (const [execute, status, took] of [
    [answers(StageOutput.retry(new Error('busy'))), 'retry', 0],
    [answers(broken()), 'fail', 0],
    [hangs, 'fail', 50],
  ] as const) {
    const { attempts, error, note } = await outcome(execute, { around: (one) => [one, timeout({ ms: 50 })] })
    expect(attempts).toEqual([
      [0, status],
      [100 + took, status],
      [300 + 2 * took, status],
    ])
    expect(note).toEqual({ delaysMs: [100, 200], exhausted: true })
    expect(error).toMatchObject({ code: 'retry/exhausted', stage: 'llm' })
  }
})

test('when all attempts have failed the stage fails with the history, the last error as cause, and as retryable', async () => {
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
      'Stage "llm" of pipeline "chat" failed 3 times and is not called again: attempts is 3. (1) read ECONNRESET; (2) after 100 ms: busy; (3) after 200 ms: connect ETIMEDOUT 10.0.0.1',
    cause: { code: 'ETIMEDOUT' },
  })
  expect(seen).toMatchObject([{ status: 'fail', retryable: true, data: { tokens: 5 } }])
})

test('of very many attempts the first and the last are told, none at length', async () => {
  const { error } = await outcome(answers(broken('EPIPE', 'x'.repeat(1_000))), {
    options: { attempts: 40, baseMs: 1, jitter: 'none', backoff: 'constant' },
  })
  expect(error?.message).toContain('failed 40 times')
  expect(error?.message).toContain('(1) xxx')
  expect(error?.message).toContain('; …; (32) after 1 ms: xxx')
  expect(error?.message.length).toBeLessThan(2_500)
})

test.each([
  ['is no text', { value: { reason: 'overloaded' } }, '[object Object]'],
  [
    'cannot be read',
    {
      get: () => {
        throw new Error('no')
      },
    },
    'an error that cannot be read',
  ],
])('an error whose message %s is in the history as any other', async (_, message, told) => {
  const error = Object.defineProperty(broken(), 'message', message)
  const { error: given, note } = await outcome(answers(error), { options: { ...noJitter, attempts: 2 } })
  expect(given).toMatchObject({ code: 'retry/exhausted', cause: { code: 'ECONNRESET' } })
  expect(given?.message).toContain(`(1) ${told}; (2) after 100 ms: ${told}`)
  expect(note).toEqual({ delaysMs: [100], exhausted: true })
})

test('each call again is told of by an event, with the attempt and the error before', async () => {
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

test('a stage and the interceptors inside see which attempt it is', async () => {
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
  ['a mistake in the program', new TypeError('x is not a function')],
  ['an error that nobody knows', new Error('boom')],
  ['a failure that says it is none to retry', StageOutput.fail(broken(), { retryable: false })],
  ['an output that is none', StageOutput.ok(null as unknown as object)],
  ['an abort', new DOMException('aborted', 'AbortError')],
  ['a skip', StageOutput.skip('nothing')],
  ['a cancel', StageOutput.cancel('enough')],
])('%s is not retried, and goes through as it is', async (_, answer) => {
  const { attempts, note, error } = await outcome(answers(answer))
  expect(attempts).toHaveLength(1)
  expect(note).toBeUndefined()
  expect(error?.code).not.toBe('retry/exhausted')
})

test('a failure that does not pass ends the attempts, and is the failure of the stage', async () => {
  const { attempts, note, error } = await outcome(answers(broken(), new TypeError('x is not a function')))
  expect(attempts).toHaveLength(2)
  expect(note).toEqual({ delaysMs: [100], exhausted: false })
  expect(error).toMatchObject({ message: 'x is not a function' })
})

test('a stage that ends at once without a failure stays synchronous', () => {
  const wrapped = retry().wrap?.(() => StageOutput.ok({ a: 1 }), { name: 'a', options: {} } as never)
  expect(wrapped?.({} as never)).toMatchObject({ status: 'ok' })
})

test('afterMs of a retry and Retry-After of a server are kept to the millisecond, also beyond the cap', async () => {
  const limited = Object.assign(new Error('429'), { status: 429, headers: new Headers({ 'retry-after': '40' }) })
  const { result, note } = await outcome(
    answers(StageOutput.retry('wait', { afterMs: 1_234 }), limited, StageOutput.fail(limited, { retryable: true }), {}),
    { options: { ...noJitter, attempts: 4 } },
  )
  expect(result.status).toBe('completed')
  expect(note?.delaysMs).toEqual([1_234, 40_000, 40_000])
})

test('a Retry-After that is a date is read on the clock of the run', async () => {
  clock = manualClock({ startAt: Date.UTC(2026, 0, 2, 3, 4, 5) })
  const headers = { 'Retry-After': 'Fri, 02 Jan 2026 03:04:15 GMT' }
  const busy = Object.assign(new Error('503'), { response: { status: 503, headers } })
  expect((await outcome(answers(busy, {}))).note?.delaysMs).toEqual([10_000])
})

test.each([NaN, -5, Infinity, '5'])('an afterMs of %s is as if there were none', async (afterMs) => {
  const { note } = await outcome(answers(StageOutput.retry('wait', { afterMs: afterMs as number }), {}))
  expect(note?.delaysMs).toEqual([100])
})

test('a delay that would end after the deadline is not begun: the stage fails at once, with the history', async () => {
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
    'Stage "llm" of pipeline "chat" failed once and is not called again: the next call is due in 100 ms, and its deadline in 50 ms. (1) read ECONNRESET',
  )
})

test.each(['synchronous', 'asynchronous'])(
  'where maxConcurrency binds, another stage runs during the delay of a stage that is %s, and the next call comes ahead of new starts',
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
    // Its second call was due at 100, and had to wait for its slot until 250; its third was due at 350.
    expect(stages['first']?.attempts.map(({ startedAt }) => startedAt)).toEqual([0, 250, 350])
  },
)

test('the limit of an attempt stands still while it waits for its slot of maxConcurrency', async () => {
  let call = 0
  const settled = new Pipeline('chat')
    .withStage('first', async (context) => {
      if (++call === 1) throw broken()
      await context.clock.sleep(40, context.signal)
    })
    .withStage('long', ({ clock: time }) => time.sleep(300), { timeoutMs: false })
    .build({ clock, interceptors: [retry({ baseMs: 100, jitter: 'none' }), timeout({ ms: 50 })] })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(1_000)
  const { stages } = (await settled).report
  expect(stages['first']).toMatchObject({
    status: 'ok',
    endedAt: 340,
    attempts: [{}, { startedAt: 300, endedAt: 340 }],
  })
})

test('an abort during a delay ends the stage at once, cancelled, and it is not called again', async () => {
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

test('what is given up from outside during a delay fails with the reason, and is not called again', async () => {
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

test('what fails while the run is being stopped is not called again', async () => {
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

test('a time-out outside bounds all attempts, and ends a delay', async () => {
  const { attempts, error, record } = await outcome(
    async ({ clock: { sleep } }) => {
      await sleep(40)
      throw broken()
    },
    {
      around: (one) => [timeout({ ms: 200 }), one],
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

test('a time-out outside ends the attempt that it comes in, and the stage', async () => {
  const { attempts, error, record } = await outcome(
    async ({ clock: { sleep }, signal }) => {
      await sleep(80, signal)
      throw broken()
    },
    { around: (one) => [timeout({ ms: 200 }), one] },
  )
  expect(attempts).toEqual([
    [0, 'fail'],
    [180, 'fail'],
  ])
  expect(error).toMatchObject({ code: 'timeout/exceeded' })
  expect(record?.endedAt).toBe(200)
})

test('a time-out inside gives each attempt a fresh limit', async () => {
  const { attempts, error } = await outcome(({ clock: { sleep }, signal }) => sleep(1_000, signal), {
    around: (one) => [one, timeout({ ms: 200 })],
  })
  expect(attempts).toEqual([
    [0, 'fail'],
    [300, 'fail'],
    [700, 'fail'],
  ])
  expect(error).toMatchObject({ code: 'retry/exhausted', cause: { code: 'timeout/exceeded' } })
})

test('code that ignores its time-out is waited for before it is called again', async () => {
  let running = 0
  const { attempts, result } = await outcome(
    async (context) => {
      expect(++running).toBe(1)
      await context.clock.sleep(context.attempt === 1 ? 500 : 10)
      running--
      return { attempt: context.attempt }
    },
    { around: (one) => [one, timeout({ ms: 200 })], options: { ...noJitter, attempts: 9 } },
  )
  // It fails at 200 and is due again at 300, and again at 700, when its first call has ended.
  expect(attempts?.[0]).toEqual([0, 'ok'])
  expect(result.status).toBe('completed')
})

test('a limit stands still while a call waits for the code of the one before: the next attempt has it whole', async () => {
  const { attempts, result } = await outcome((context) => context.clock.sleep(context.attempt === 1 ? 290 : 150), {
    around: (one) => [one, timeout({ ms: 200 })],
    options: { ...noJitter, baseMs: 10 },
  })
  expect(attempts).toEqual([
    [0, 'ok'],
    [290, 'ok'],
  ])
  expect(result.status).toBe('completed')
})

test('code that never ends is one failure of a time-out and one attempt, also where the grace time is longer than the limit', async () => {
  let timedOut = 0
  const counter: Interceptor = {
    name: 'counter',
    wrap: (next) => async (context) => {
      const output = await next(context)
      if (output.status === 'fail' && StageflowError.is(output.error, 'timeout/exceeded')) timedOut++
      return output
    },
  }
  const { attempts, error } = await outcome(() => new Promise(() => {}), {
    around: (one) => [one, counter, timeout({ ms: 200 })],
  })
  expect([timedOut, attempts?.length, error?.code]).toEqual([1, 1, 'core/still-running'])
})

test("core's answer that its code still runs is final", async () => {
  const { error, note } = await outcome(() => new Promise(() => {}), {
    around: (one) => [one, timeout({ ms: 200 })],
    run: { graceMs: 50 },
  })
  expect(error?.code).toBe('core/still-running')
  expect(note).toEqual({ delaysMs: [100], exhausted: false })
})

test.each(['core/attempt-committed', 'core/still-running', 'core/stage-ended', 'retry/exhausted'])(
  '%s is final, even where it says that it is retryable',
  async (code) => {
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
  },
)

test('what has begun to stream is not called again, and keeps its own error; before the first chunk it is', async () => {
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

test('a stream that has begun and asks for a retry fails with why there is none', async () => {
  const { error } = await outcome(async function* () {
    yield 'Hel'
    return StageOutput.retry(new Error('cut off'))
  })
  expect(error).toMatchObject({ code: 'core/attempt-committed' })
})

test('classify is asked first, and what it leaves open is decided as without it', async () => {
  const classify: RetryOptions['classify'] = (error, { stage }) => {
    expect(stage.name).toBe('llm')
    const { message } = error as Error
    if (message === 'mine') return true
    if (message === 'in a while') return { afterMs: 700 }
    return message === 'not this' ? false : undefined
  }
  const options = { ...noJitter, attempts: 9, classify }
  const passing = answers(new Error('mine'), new TypeError('in a while'), broken(), {})
  expect((await outcome(passing, { options })).note?.delaysMs).toEqual([100, 700, 400])
  const refused = answers(StageOutput.fail(broken('ECONNRESET', 'not this'), { retryable: true }), {})
  expect(await outcome(refused, { options })).toMatchObject({ note: undefined, error: { message: 'not this' } })
})

test.each([['yes'], [Promise.resolve(true)], [{ afterMs: -1 }], [{}], [null], [1]])(
  'a classify that answers %o fails the stage (retry/illegal-verdict)',
  async (verdict) => {
    const { error, attempts } = await outcome(answers(broken()), {
      options: { ...noJitter, classify: () => verdict as unknown as boolean },
    })
    expect(error).toMatchObject({
      code: 'core/interceptor-threw',
      message: expect.stringContaining('Interceptor "retry"'),
      cause: { code: 'retry/illegal-verdict', cause: { code: 'ECONNRESET' } },
    })
    expect(attempts).toHaveLength(1)
  },
)

test('a classify that is asynchronous and rejects fails the stage, and ends no process', async () => {
  const classify = (async () => {
    throw new Error('oops')
  }) as unknown as () => boolean
  const { error } = await outcome(answers(broken()), { options: { ...noJitter, classify } })
  expect(error).toMatchObject({ cause: { code: 'retry/illegal-verdict' } })
})

test('a classify that throws fails the stage, and names the interceptor', async () => {
  const classify = () => {
    throw new Error('oops')
  }
  const { error } = await outcome(answers(broken()), { options: { ...noJitter, classify } })
  expect(error).toMatchObject({ code: 'core/interceptor-threw', message: expect.stringContaining('oops') })
})

test('a stage may be retried in its own way, or not at all', async () => {
  const own = { attempts: 5, backoff: 'constant' } as const
  const { note } = await outcome(answers(broken()), { stage: { retry: own } })
  expect(note).toEqual({ delaysMs: [100, 100, 100, 100], exhausted: true })
  const { attempts, error } = await outcome(answers(broken()), { stage: { retry: false } })
  expect(attempts).toHaveLength(1)
  expect(error?.code).toBe('ECONNRESET')
})

test('a child run whose attempts are used up is not run again as a whole', async () => {
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

test('a stage of a child run that must not be called again is not, whatever becomes of the stage around it', async () => {
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
      .build({ clock, interceptors: [retry(noJitter), timeout({ ms: 200 })] })
      .runSettled()
    await clock.advance(10_000)
    expect((await settled).status).toBe('failed')
    expect(charges).toBe(1)
  }
})

test('a stage with child runs is called again where it asks for it, or classify does', async () => {
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
    graph(answers(broken()), { classify: () => true }),
    graph(answers(broken())),
  ]
  await clock.advance(1_000)
  const statuses = (await Promise.all(settled)).map(({ status }) => status)
  expect(statuses).toEqual(['completed', 'completed', 'completed', 'failed'])
})

test('it may not stand outside idempotency, nor inside tracing; a time-out or a breaker may stand on either side', () => {
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
  const random = seededRandom(3)
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
