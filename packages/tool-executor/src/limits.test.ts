import { manualClock } from '@stageflow/testing'
import { toolFailure, type AnyTool, type FailedCall } from '@stageflow/tools'
import { expect, test } from 'vitest'

import { deferred, tool, untilAborted, trackedBench } from '../test/tool-bench.ts'

const make = trackedBench(({ executor }) => expect(executor.stats().waiting).toBe(0))

test('concurrency applies to one tool across execute calls, and the other calls wait in order', async () => {
  const order: number[] = []
  const one = tool('one', async ({ n }, { clock }) => { order.push(n); await clock.sleep(10) }, { concurrency: 1 }) // prettier-ignore
  const free = tool('free', ({ n }) => void order.push(n))
  const b = make([one, free])
  const all = Promise.all([
    b.calls([
      ['one', { n: 1 }],
      ['one', { n: 2 }],
      ['free', { n: 100 }],
    ]),
    b.calls([['one', { n: 3 }]]),
  ])
  await b.clock.settle()
  expect(order).toEqual([1, 100])
  expect(b.executor.stats()).toMatchObject({ running: 4 - 1, waiting: 2 })
  await b.clock.advance(30)
  await all
  expect(order).toEqual([1, 100, 2, 3])
})

test('a handler that ignores its timeout keeps its slot until it returns, and calls that wait for such slots only fail', async () => {
  const first = deferred()
  let running = 0
  let most = 0
  const deaf = tool(
    'deaf',
    async ({ hang }) => {
      most = Math.max(most, ++running)
      if (hang) await first.promise
      running--
    },
    { concurrency: 1, timeoutMs: 10 },
  )
  const b = make([deaf], { graceMs: 5 })
  const all = b.calls([['deaf', { hang: true }], ['deaf']])
  await b.clock.advance(10)
  expect(running).toBe(1)
  await b.clock.advance(5)
  expect(await all).toMatchObject([
    { error: { code: 'tool-executor/timed-out' }, abandoned: true },
    { error: { code: 'tool-executor/blocked' }, attempts: 0 },
  ])
  expect(await b.call('deaf')).toMatchObject({ error: { code: 'tool-executor/blocked' } })
  first.resolve()
  await b.clock.settle()
  expect(await b.call('deaf')).toMatchObject({ status: 'completed' })
  expect(most).toBe(1)
})

test('rateLimit limits the starts within any window, and the other calls wait', async () => {
  const starts: number[] = []
  const limited = tool('limited', (_, { clock }) => void starts.push(clock.now()), {
    rateLimit: { calls: 2, perMs: 100 },
  })
  const b = make([limited])
  const all = b.calls(Array.from({ length: 5 }, () => ['limited']))
  await b.clock.advance(99)
  expect(starts).toEqual([0, 0])
  await b.clock.advance(1)
  expect(starts).toEqual([0, 0, 100, 100])
  await b.clock.runAll()
  await all
  expect(starts).toEqual([0, 0, 100, 100, 200])
})

test('a call that waits for a rate limit can be cancelled, and leaves no timer; the next moves up', async () => {
  const controller = new AbortController()
  const seen: string[] = []
  const limited = tool('limited', ({ who }) => void seen.push(who), { rateLimit: { calls: 1, perMs: 1_000 } })
  const b = make([limited])
  await b.call('limited', { who: 'first' })
  const waits = b.call('limited', { who: 'cancelled' }, { signal: controller.signal })
  const next = b.call('limited', { who: 'next' })
  await b.clock.settle()
  expect(b.clock.timers).toHaveLength(1)
  controller.abort()
  expect(await waits).toMatchObject({ status: 'cancelled', attempts: 0 })
  await b.clock.advance(1_000)
  await next
  expect(seen).toEqual(['first', 'next'])
})

test('a rate limit counts on the clock of the call', async () => {
  const limited = tool('limited', () => 1, { rateLimit: { calls: 1, perMs: 1_000 } })
  const b = make([limited])
  await b.call('limited')
  const other = manualClock()
  expect(await b.call('limited', {}, { clock: other })).toMatchObject({ status: 'completed' })
})

test('the queue of one tool is bounded', async () => {
  const gate = deferred()
  const b = make([tool('one', () => gate.promise, { concurrency: 1 })], { maxWaiting: 2 })
  const all = b.calls(Array.from({ length: 5 }, () => ['one']))
  await b.clock.settle()
  gate.resolve()
  const results = await all
  expect(results.map((result) => (result.status === 'failed' ? result.error.code : result.status))).toEqual([
    'completed',
    'completed',
    'completed',
    'tool-executor/full',
    'tool-executor/full',
  ])
})

test('by default a thousand calls may wait', async () => {
  const gate = deferred()
  const b = make([tool('one', () => gate.promise, { concurrency: 1 })])
  const batches = Array.from({ length: 11 }, (_, n) =>
    b.calls(
      Array.from({ length: n === 10 ? 2 : 100 }, () => ['one']),
      { maxConcurrency: Infinity },
    ),
  )
  await b.clock.settle()
  expect(b.executor.stats().waiting).toBe(1_000)
  gate.resolve()
  const results = (await Promise.all(batches)).flat()
  expect(results.filter(({ status }) => status === 'failed')).toHaveLength(1)
})

test('a failed call is retried, after delays that double up to a cap, and each retry has an event', async () => {
  const at: number[] = []
  const flaky = tool(
    'flaky',
    (_, { attempt, clock, partial }) => {
      at.push(clock.now())
      partial(attempt)
      if (attempt < 4) throw new Error(`no ${attempt}`)
      return 'done'
    },
    { retry: { attempts: 5, baseMs: 100, capMs: 250, isRetryable: () => true } },
  )
  const b = make([flaky])
  const call = b.call('flaky')
  await b.clock.runAll()
  expect(await call).toMatchObject({
    status: 'completed',
    output: 'done',
    attempts: 4,
    durationMs: 550,
    partials: [1, 2, 3, 4],
  })
  expect(at).toEqual([0, 100, 300, 550])
  expect(b.of('tool.updated').filter(({ kind }) => kind === 'retrying')).toMatchObject([
    { attempt: 2, delayMs: 100, errorCode: 'tool-executor/handler-failed', errorMessage: 'no 1' },
    { attempt: 3, delayMs: 200 },
    { attempt: 4, delayMs: 250 },
  ])
  expect(b.types().filter((type) => type === 'tool.started')).toHaveLength(1)
})

test('the random part of a delay comes from `random`', async () => {
  const b = make([tool('flaky', (_, { attempt }) => { if (attempt === 1) throw new Error('x') }, { retry: { baseMs: 100, isRetryable: () => true } })], { random: () => 0.25 }) // prettier-ignore
  const call = b.call('flaky')
  await b.clock.advance(25)
  expect(await call).toMatchObject({ attempts: 2 })
})

test('`isRetryable` decides which failures are retried, reported ones too; if it throws, there is no retry', async () => {
  const seen: unknown[] = []
  const isRetryable = (error: unknown): boolean => {
    seen.push((error as { code?: string }).code)
    return seen.length < 2
  }
  const b = make([
    tool('reports', () => toolFailure('busy', { code: 'app/busy' }), {
      retry: { attempts: 9, baseMs: 1, isRetryable },
    }),
    tool('throws', () => { throw new Error('x') }, { retry: { attempts: 9, isRetryable: () => { throw new Error('y') } } }), // prettier-ignore
    tool('once', () => { throw new Error('x') }), // prettier-ignore
  ])
  const call = b.call('reports')
  await b.clock.runAll()
  expect(await call).toMatchObject({ attempts: 2, error: { code: 'app/busy' } })
  expect(seen).toEqual(['app/busy', 'app/busy'])
  expect(await b.call('throws')).toMatchObject({ attempts: 1, error: { message: 'x' } })
  expect(await b.call('once')).toMatchObject({ attempts: 1 })
})

test('by default only transient errors are retried', async () => {
  const failing = (name: string, error: unknown): AnyTool =>
    tool(name, () => { throw error }, { retry: { attempts: 2, baseMs: 1 } }) // prettier-ignore
  const b = make([
    failing('busy', Object.assign(new Error('busy'), { status: 503 })),
    failing('reset', Object.assign(new Error('reset'), { code: 'ECONNRESET' })),
    failing('typo', new TypeError('x is undefined')),
    failing('gone', Object.assign(new Error('gone'), { status: 404 })),
    tool('slow', (_, { signal }) => untilAborted(signal), { timeoutMs: 5, retry: { attempts: 2, baseMs: 1 } }),
    tool('undecided', () => { throw new TypeError('x') }, { retry: { attempts: 2, baseMs: 1, isRetryable: () => undefined } }), // prettier-ignore
  ])
  const names = ['busy', 'reset', 'typo', 'gone', 'slow', 'undecided']
  const calls = b.calls(names.map((name) => [name] as const))
  await b.clock.runAll()
  expect((await calls).map(({ name, attempts }) => `${name} ${attempts}`)).toEqual([
    'busy 2',
    'reset 2',
    'typo 1',
    'gone 1',
    'slow 1',
    'undecided 1',
  ])
})

test('`isRetryable` gets the call and its attempt, and may say when to retry', async () => {
  const seen: unknown[] = []
  const isRetryable = (_: unknown, context: unknown): { afterMs: number } => {
    seen.push(context)
    return { afterMs: 70 }
  }
  const flaky = tool('flaky', (_, { attempt }) => { if (attempt === 1) throw new Error('x') }, { retry: { isRetryable } }) // prettier-ignore
  const b = make([flaky])
  const call = b.call('flaky')
  await b.clock.advance(70)
  expect(await call).toMatchObject({ status: 'completed', attempts: 2, durationMs: 70 })
  expect(seen).toEqual([{ toolName: 'flaky', callId: 'call-0', attempt: 1 }])
})

const busy = (after: string) => Object.assign(new Error('busy'), { status: 429, headers: { 'retry-after': after } })

test('a retry waits as long as the server asks for', async () => {
  const flaky = (name: string, more: object): AnyTool =>
    tool(name, (_, { attempt }) => { if (attempt === 1) throw busy('7') }, { retry: { baseMs: 10, ...more } }) // prettier-ignore
  const b = make([flaky('by-default', {}), flaky('decided', { isRetryable: () => true })])
  for (const name of ['by-default', 'decided']) {
    const call = b.call(name)
    await b.clock.advance(7_000)
    expect(await call).toMatchObject({ status: 'completed', attempts: 2, durationMs: 7_000 })
  }
})

test('a call fails at once if the server or `isRetryable` asks for more than `maxRetryAfterMs` (tool-executor/wait-too-long)', async () => {
  const fails = (name: string, error: Error, retry: object): AnyTool => tool(name, () => { throw error }, { retry }) // prettier-ignore
  const b = make([
    fails('server', busy('3600'), {}),
    fails('lower', busy('3'), { maxRetryAfterMs: 2_999 }),
    fails('own', new Error('no'), { isRetryable: () => ({ afterMs: 60_001 }) }),
    fails('last', busy('3600'), { attempts: 1 }),
  ])
  const results = await b.calls(['server', 'lower', 'own', 'last'].map((name) => [name] as const))
  expect(results).toMatchObject([
    {
      attempts: 1,
      error: {
        code: 'tool-executor/wait-too-long',
        message:
          'Tool "server" can be called again in 3600000 ms; the executor waits for 60000 ms at most (retry.maxRetryAfterMs). It failed with: busy',
      },
      cause: { cause: { status: 429 } },
    },
    {
      attempts: 1,
      error: { code: 'tool-executor/wait-too-long', message: expect.stringContaining('in 3000 ms') as unknown },
    },
    {
      attempts: 1,
      error: { code: 'tool-executor/wait-too-long', message: expect.stringContaining('in 60001 ms') as unknown },
    },
    // Its attempts are used up, so no wait would help.
    { attempts: 1, error: { code: 'tool-executor/handler-failed', message: 'busy' } },
  ])
  expect(b.clock.timers).toEqual([])
})

test.each<[unknown, string]>([
  [{ afterMs: NaN }, '{ afterMs: NaN }'],
  [{ afterMs: -1 }, '{ afterMs: -1 }'],
  [{ afterMs: Infinity }, '{ afterMs: Infinity }'],
  [{ afterMs: '5' }, '{ afterMs: "5" }'],
  ['yes', '"yes"'],
  [{}, 'an object'],
])('isRetryable may not return %j (tool-executor/illegal-verdict)', async (verdict, shown) => {
  const retry = { isRetryable: () => verdict as boolean }
  const slow = tool('slow', (_, { signal }) => untilAborted(signal), { timeoutMs: 5, retry })
  const b = make([tool('bad', () => { throw new Error('x') }, { retry }), slow]) // prettier-ignore
  const calls = b.calls([['bad'], ['slow']])
  await b.clock.runAll()
  for (const result of await calls) {
    const message = expect.stringContaining('returned ') as unknown
    expect(result).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { code: 'tool-executor/illegal-verdict', message },
    })
    expect((result as FailedCall).error.message).toContain(shown)
  }
})

test('isRetryable may not return a promise, and its rejection is ignored (tool-executor/illegal-verdict)', async () => {
  const isRetryable = () => Promise.reject(new Error('late')) as unknown as boolean
  const b = make([tool('bad', () => { throw new Error('x') }, { retry: { isRetryable } })]) // prettier-ignore
  expect(await b.call('bad')).toMatchObject({ error: { code: 'tool-executor/illegal-verdict' }, attempts: 1 })
})

test.each([
  ['linear', 'none', [100, 200, 250]],
  ['constant', 'none', [100, 100, 100]],
  ['exponential', 'equal', [75, 150, 187.5]],
  ['exponential', 'decorrelated', [200, 250, 250]],
] as const)('delays can be %s, with the jitter %s', async (backoff, jitter, delays) => {
  const retry = { attempts: 4, baseMs: 100, capMs: 250, backoff, jitter, isRetryable: () => true }
  const b = make([tool('bad', () => { throw new Error('x') }, { retry })], { random: () => 0.5 }) // prettier-ignore
  const call = b.call('bad')
  await b.clock.runAll()
  expect(await call).toMatchObject({ status: 'failed', attempts: 4 })
  expect(b.of('tool.updated').map(({ delayMs }) => delayMs)).toEqual(delays)
})

test('a timeout is retried only if the handler has returned', async () => {
  const polite = tool('polite', (_, { attempt, signal }) => (attempt === 1 ? untilAborted(signal) : 'ok'), { timeoutMs: 50, retry: { attempts: 2, baseMs: 10, isRetryable: () => true } }) // prettier-ignore
  const deaf = tool('deaf', () => new Promise(() => {}), {
    timeoutMs: 50,
    retry: { attempts: 2, baseMs: 10, isRetryable: () => true },
  })
  const b = make([polite, deaf], { graceMs: 5 })
  const call = b.call('polite')
  await b.clock.advance(60)
  expect(await call).toMatchObject({ status: 'completed', output: 'ok', attempts: 2 })
  const other = b.call('deaf')
  await b.clock.advance(60)
  expect(await other).toMatchObject({ error: { code: 'tool-executor/timed-out' }, attempts: 1, abandoned: true })
  expect(b.types().slice(-2)).toEqual(['tool.failed', 'tool.abandoned'])
})

test('a delay ends with the caller’s abort', async () => {
  const controller = new AbortController()
  const b = make([tool('bad', () => { throw new Error('x') }, { retry: { baseMs: 1_000, isRetryable: () => true } })]) // prettier-ignore
  const call = b.call('bad', {}, { signal: controller.signal })
  await b.clock.settle()
  controller.abort()
  expect(await call).toMatchObject({ status: 'cancelled', attempts: 1 })
})

test('case 19: executionModes lists which execution modes may use a tool; any other, or none, is denied', async () => {
  let calls = 0
  const b = make([tool('delete', () => ++calls, { executionModes: ['admin', 'repair'] })])
  for (const executionMode of ['chat', undefined])
    expect(await b.call('delete', {}, executionMode === undefined ? {} : { executionMode })).toMatchObject({
      status: 'denied',
      reason: 'execution_mode_not_allowed',
      attempts: 0,
    })
  expect(calls).toBe(0)
  expect(b.types()).toEqual(['tool.invoked', 'tool.denied', 'tool.invoked', 'tool.denied'])
  expect(b.of('tool.denied')[0]).toEqual({
    toolName: 'delete',
    callId: 'call-0',
    reason: 'execution_mode_not_allowed',
    message: 'Tool "delete" may not be used in the execution mode "chat"; it may in: admin, repair.',
    executionMode: 'chat',
    allowedExecutionModes: ['admin', 'repair'],
  })
  expect(await b.call('delete', {}, { executionMode: 'repair' })).toMatchObject({ status: 'completed' })
})

test('approve runs before the handler, with the checked input, and outside of the limits', async () => {
  const asked: unknown[] = []
  const decide = [deferred<boolean>(), deferred<boolean>()] as const
  const b = make([tool('pay', () => 'paid')], {
    maxConcurrency: 1,
    approve: (call) => {
      asked.push(call.input)
      return (decide[asked.length - 1] as (typeof decide)[0]).promise
    },
  })
  const all = b.calls([
    ['pay', { euros: 1 }],
    ['pay', { euros: 2 }],
  ])
  await b.clock.settle()
  expect(asked).toEqual([{ euros: 1 }, { euros: 2 }])
  expect(b.types()).toEqual(['tool.invoked', 'tool.invoked'])
  decide[1].resolve(true)
  await b.clock.settle()
  expect(b.types().at(-1)).toBe('tool.completed')
  decide[0].resolve(false)
  expect(await all).toMatchObject([
    { status: 'denied', reason: 'not_approved', message: 'Tool "pay" was not approved.' },
    { status: 'completed' },
  ])
})

test.each([
  ['true', true, undefined, undefined],
  ['{ approved: true }', { approved: true }, undefined, undefined],
  ['false', false, 'not_approved', 'was not approved.'],
  ['a reason', { approved: false, reason: 'too dear' }, 'not_approved', 'was not approved: too dear'],
  ['undefined', undefined, 'approval_failed', 'returned neither'],
  ['a text', 'approved', 'approval_failed', 'returned neither'],
  ['a number', 1, 'approval_failed', 'returned neither'],
  ['null', null, 'approval_failed', 'returned neither'],
  ['an empty object', {}, 'approval_failed', 'returned neither'],
  ['a text in an object', { approved: 'true' }, 'approval_failed', 'returned neither'],
])('an approval hook that returns %s', async (_, answer, reason, message) => {
  let calls = 0
  const b = make([tool('pay', () => ++calls)], { approve: () => answer as boolean })
  const result: any = await b.call('pay')
  expect(calls).toBe(reason === undefined ? 1 : 0)
  if (reason === undefined) return expect(result.status).toBe('completed')
  expect(result).toMatchObject({ status: 'denied', reason })
  expect(result.message).toContain(message)
  return expect(b.types()).toEqual(['tool.invoked', 'tool.denied'])
})

test('an approval hook that throws, rejects, or returns something unreadable denies', async () => {
  const trap = Object.defineProperty({}, 'approved', { get: () => { throw new Error('trap') } }) // prettier-ignore
  const hooks: readonly (() => never)[] = [
    () => { throw new Error('broken') }, // prettier-ignore
    () => Promise.reject(new Error('broken')) as never,
    () => trap as never,
  ]
  for (const approve of hooks) {
    const b = make([tool('pay', () => 1)])
    const result: any = await b.call('pay', {}, { approve })
    expect(result).toMatchObject({ status: 'denied', reason: 'approval_failed' })
    expect(result.cause).toBeInstanceOf(Error)
  }
})

test('case 19: a decision that comes after the abort approves nothing', async () => {
  const controller = new AbortController()
  const decision = deferred<boolean>()
  let signalOfHook: AbortSignal | undefined
  let calls = 0
  const b = make([tool('pay', () => ++calls)])
  const call = b.call(
    'pay',
    {},
    {
      signal: controller.signal,
      approve: (_, { signal }) => {
        signalOfHook = signal
        return decision.promise
      },
    },
  )
  await b.clock.settle()
  controller.abort()
  expect(await call).toMatchObject({ status: 'cancelled' })
  expect(signalOfHook?.aborted).toBe(true)
  decision.resolve(true)
  await b.clock.settle()
  expect(calls).toBe(0)
})

test('no handler starts with an aborted signal, whenever the abort comes', async () => {
  const attemptsSeen = new Set<number>()
  for (let turns = 0; turns < 40; turns++) {
    const started: string[] = []
    const controller = new AbortController()
    let left = turns
    const abortLater = (): void => (left-- > 0 ? queueMicrotask(abortLater) : controller.abort())
    const one = tool(
      'one',
      async ({ who }, { clock, signal }) => {
        started.push(`${who} ${signal.aborted}`)
        await clock.sleep(10)
        // While this call frees its slot, and the next one gets it.
        abortLater()
      },
      { concurrency: 1 },
    )
    const b = make([one])
    const first = b.call('one', { who: 'first' })
    const second = b.call('one', { who: 'second' }, { signal: controller.signal })
    await b.clock.advance(50)
    await first
    const { status, attempts } = await second
    attemptsSeen.add(attempts)
    expect(status).toBe('cancelled')
    expect(started).toEqual(attempts === 0 ? ['first false'] : ['first false', 'second false'])
  }
  expect(attemptsSeen).toEqual(new Set([0, 1]))
})

test('delays of retries are random by default', async () => {
  const { clock } = make([])
  const random = undefined as never
  const b = make([tool('flaky', (_, { attempt }) => { if (attempt === 1) throw new Error('x') }, { retry: { baseMs: 1e9, capMs: 1e9, isRetryable: () => true } })], { random }) // prettier-ignore
  const call = b.call('flaky')
  await b.clock.runAll()
  const { delayMs } = b.of('tool.updated')[0]
  expect(delayMs > 0 && delayMs < 1e9 && !Number.isInteger(Math.log2(delayMs))).toBe(true)
  await call
  expect(clock.now()).toBe(0)
})

test('a full queue does not refuse a retry', async () => {
  const busy = tool(
    'busy',
    async ({ who }, { attempt, clock }) => {
      if (who === 'retries' && attempt === 1) throw new Error('x')
      await clock.sleep(50)
      return who
    },
    { concurrency: 1, retry: { attempts: 2, baseMs: 10, isRetryable: () => true } },
  )
  const b = make([busy], { maxWaiting: 0 })
  const retries = b.call('busy', { who: 'retries' })
  await b.clock.settle()
  const other = b.call('busy', { who: 'other' })
  await b.clock.advance(100)
  expect(await other).toMatchObject({ output: 'other' })
  expect(await retries).toMatchObject({ output: 'retries', attempts: 2 })
})

test('a call that comes when another may start does not overtake it', async () => {
  const order: string[] = []
  const limited = tool('limited', ({ who }) => void order.push(who), { rateLimit: { calls: 1, perMs: 100 } })
  const b = make([limited])
  let third: Promise<unknown> | undefined
  b.clock.setTimeout(() => void (third = b.call('limited', { who: 'third' })), 100)
  await b.call('limited', { who: 'first' })
  const second = b.call('limited', { who: 'second' })
  await b.clock.advance(200)
  await Promise.all([second, third])
  expect(order).toEqual(['first', 'second', 'third'])
})

test('a timeout whose handler completes all the same is not retried', async () => {
  let count = 0
  const slow = tool('slow', (_, { clock }) => { count++; return clock.sleep(60) }, { timeoutMs: 50, retry: { attempts: 3, baseMs: 1, isRetryable: () => true } }) // prettier-ignore
  const b = make([slow])
  const call = b.call('slow')
  await b.clock.advance(200)
  expect(await call).toMatchObject({ status: 'failed', error: { code: 'tool-executor/timed-out' }, attempts: 1 })
  expect(count).toBe(1)
  expect(b.types()).toEqual(['tool.invoked', 'tool.started', 'tool.failed'])
})

test('slots of abandoned handlers that have returned can be used again, and calls wait for them', async () => {
  const left = deferred()
  const deaf = tool('deaf', ({ hang }, { clock }) => (hang ? left.promise : clock.sleep(10)), { concurrency: 1, timeoutMs: 50 }) // prettier-ignore
  const b = make([deaf], { graceMs: 5 })
  const first = b.call('deaf', { hang: true })
  await b.clock.advance(55)
  expect(await first).toMatchObject({ abandoned: true })
  left.resolve()
  await b.clock.settle()
  const both = b.calls([['deaf'], ['deaf']])
  await b.clock.advance(20)
  expect(await both).toMatchObject([{ status: 'completed' }, { status: 'completed' }])
})

test('the last call that waits for a rate limit leaves no timer if it is cancelled', async () => {
  const controller = new AbortController()
  const b = make([tool('limited', () => 1, { rateLimit: { calls: 1, perMs: 1_000 } })])
  await b.call('limited')
  const waits = b.call('limited', {}, { signal: controller.signal })
  await b.clock.settle()
  expect(b.clock.timers).toHaveLength(1)
  controller.abort()
  expect(await waits).toMatchObject({ status: 'cancelled' })
  expect(b.clock.timers).toEqual([])
})

test('what was approved is what runs: the approval hook cannot change the input', async () => {
  const paid: number[] = []
  const pay = tool('pay', ({ euros }) => paid.push(euros))
  const b = make([pay])
  const change = ({ input }: any): boolean => {
    input.euros = 5_000
    return true
  }
  expect(await b.call('pay', { euros: 5 }, { approve: change })).toMatchObject({
    status: 'denied',
    reason: 'approval_failed',
  })
  expect(await b.call('pay', { euros: 5 }, { approve: () => true })).toMatchObject({ status: 'completed' })
  expect(paid).toEqual([5])
})
