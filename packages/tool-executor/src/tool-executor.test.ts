import { StageflowError } from '@stageflow/core'
import { toolFailure, ToolRegistry, type ResolvedCall, type ToolContext } from '@stageflow/tools'
import { resultsFor } from '@stageflow/tools/messages'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { deferred, tool, untilAborted, type Deferred, trackedBench } from '../test/tool-bench.ts'
import { ToolExecutor } from './index.ts'

const make = trackedBench(({ executor }) =>
  expect(executor.stats()).toMatchObject({ waiting: 0, emitterErrors: 0, storeErrors: 0 }),
)

const reply = tool('reply', ({ text = 'hi' }) => ({ said: text }))

test('a call that completes gives its output, and invoked, started and completed', async () => {
  const b = make([reply])
  const result = await b.call('reply', { text: 'hello' })
  expect(result).toEqual({
    status: 'completed',
    callId: 'call-0',
    name: 'reply',
    index: 0,
    durationMs: 0,
    attempts: 1,
    partials: [],
    partialsDropped: 0,
    undoable: false,
    output: { said: 'hello' },
  })
  expect(Object.isFrozen(result) && Object.isFrozen((result as any).output)).toBe(true)
  expect(b.events).toEqual([
    {
      type: 'tool.invoked',
      data: { toolName: 'reply', callId: 'call-0', payloadSummary: { text: 'hello' }, executionMode: undefined },
    },
    { type: 'tool.started', data: { toolName: 'reply', callId: 'call-0' } },
    {
      type: 'tool.completed',
      data: {
        toolName: 'reply',
        callId: 'call-0',
        durationMs: 0,
        attempts: 1,
        partials: 0,
        outputSummary: { said: 'hello' },
        undoable: false,
      },
    },
  ])
})

test('by default eight calls run at once, and the results keep the order of the calls', async () => {
  const gates = new Map<number, Deferred<void>>()
  const started: number[] = []
  const wait = tool('wait', async ({ n }) => {
    started.push(n)
    const gate = deferred()
    gates.set(n, gate)
    await gate.promise
    return n
  })
  const b = make([wait])
  const all = b.calls(Array.from({ length: 10 }, (_, n) => ['wait', { n }]))
  await b.clock.settle()
  expect(started).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  for (const n of [7, 3]) gates.get(n)?.resolve()
  await b.clock.settle()
  expect(started).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  for (const gate of [...gates.values()].toReversed()) gate.resolve()
  expect((await all).map((result) => (result as any).output)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('maxConcurrency of the call wins over that of the executor', async () => {
  let running = 0
  let most = 0
  const count = tool('count', async (_, { clock }) => {
    most = Math.max(most, ++running)
    await clock.sleep(10)
    running--
  })
  const b = make([count], { maxConcurrency: 5 })
  const all = b.calls(
    Array.from({ length: 6 }, () => ['count']),
    { maxConcurrency: 2 },
  )
  await b.clock.advance(30)
  await all
  expect(most).toBe(2)
})

test('case 19: an output that the schema refuses fails the call, which never completes', async () => {
  const bad = tool('bad', () => ({ rows: [{ id: 'one' }] }), {
    output: z.object({ rows: z.array(z.object({ id: z.number() })) }),
  })
  const b = make([bad])
  const result = await b.call('bad')
  expect(result).toMatchObject({ status: 'failed', error: { code: 'tool-executor/output-schema' } })
  expect((result as any).error.message).toContain('rows[0].id')
  expect(b.types()).toEqual(['tool.invoked', 'tool.started', 'tool.failed'])
})

test('case 19: the output is what the schema made of it', async () => {
  const day = tool('day', () => ({ day: '1', extra: true }), { output: z.object({ day: z.coerce.number() }) })
  expect(await make([day]).call('day')).toMatchObject({ output: { day: 1 } })
})

test('an output schema that throws fails the call', async () => {
  const output = z.any().transform(() => {
    throw new TypeError('broken schema')
  })
  expect(await make([tool('odd', () => 1, { output })]).call('odd')).toMatchObject({
    status: 'failed',
    error: { code: 'tool-executor/output-schema', message: expect.stringContaining('broken schema') },
  })
})

test('case 19: a handler that reports failure emits failed, never completed', async () => {
  const b = make([tool('book', () => toolFailure('no seat is left', { data: { secret: 1 } }))])
  expect(await b.call('book')).toMatchObject({
    status: 'failed',
    error: { code: 'tools/reported-failure', message: 'no seat is left' },
  })
  expect(b.types()).toEqual(['tool.invoked', 'tool.started', 'tool.failed'])
  expect(b.of('tool.failed')).toMatchObject([
    { errorCode: 'tools/reported-failure', errorMessage: 'no seat is left', attempts: 1 },
  ])
})

test.each([
  ['throws', () => { throw new TypeError('boom') }, 'tool-executor/handler-failed', 'boom'], // prettier-ignore
  ['rejects', async () => { throw Object.assign(new Error('no file'), { code: 'ENOENT' }) }, 'ENOENT', 'no file'], // prettier-ignore
  ['throws a text', () => Promise.reject('just text'), 'tool-executor/handler-failed', 'just text'], // prettier-ignore
  ['throws nothing', () => Promise.reject(undefined), 'tool-executor/handler-failed', 'undefined'], // prettier-ignore
  ['answers an error', () => new RangeError('returned'), 'tool-executor/handler-failed', 'returned'],
])('a handler that %s is a failed result, with a code', async (_, execute, code, message) => {
  const b = make([tool('bad', execute)])
  const result = await b.call('bad')
  expect(result).toMatchObject({ status: 'failed', error: { code, message } })
  expect(b.types().at(-1)).toBe('tool.failed')
})

test('the cause is for the program, and not in the JSON of the result', async () => {
  const error = new Error('boom')
  const result = await make([tool('bad', () => Promise.reject(error))]).call('bad')
  expect((result as any).cause).toBe(error)
  expect(Object.keys(result)).not.toContain('cause')
})

test('an output that is too large, circular or unreadable fails the call', async () => {
  const circle: any = {}
  circle.self = circle
  const getter = Object.defineProperty({}, 'x', { enumerable: true, get: () => { throw new Error('no') } }) // prettier-ignore
  const b = make(
    [tool('large', () => ['x'.repeat(60), 'y'.repeat(60)]), tool('circle', () => circle), tool('getter', () => getter)],
    { maxOutputLength: 100 },
  )
  expect(await b.call('large')).toMatchObject({ error: { code: 'tool-executor/too-large' } })
  expect(await b.call('circle')).toMatchObject({ status: 'failed', error: { code: 'tool-executor/too-large' } })
  expect(await b.call('getter')).toMatchObject({ status: 'failed', error: { code: 'tool-executor/not-json' } })
  expect(await make([tool('circle', () => circle)]).call('circle')).toMatchObject({
    error: { code: 'tool-executor/not-json' },
  })
  expect(await make([tool('long', () => 'x'.repeat(2 ** 20 + 1))]).call('long')).toMatchObject({ status: 'failed' })
  expect(await make([tool('long', () => 'x'.repeat(2 ** 20 - 8))]).call('long')).toMatchObject({ status: 'completed' })
})

test('keys such as __proto__ in an output are only keys', async () => {
  const result: any = await make([tool('odd', () => JSON.parse('{"__proto__":{"a":1},"constructor":2}'))]).call('odd')
  expect(Object.keys(result.output)).toEqual(['__proto__', 'constructor'])
  expect(Object.getPrototypeOf(result.output)).toBe(Object.prototype)
  expect(({} as any).a).toBeUndefined()
})

test('case 19: a timeout aborts the handler, is final, and keeps the partial results', async () => {
  let aborted: unknown
  const slow = tool(
    'slow',
    async (_, { partial, signal }) => {
      partial({ page: 1 })
      partial({ page: 2 })
      await untilAborted(signal).catch((error: unknown) => {
        aborted = error
        partial({ page: 3 })
        throw error
      })
    },
    { timeoutMs: 500 },
  )
  const b = make([slow])
  const call = b.call('slow')
  await b.clock.advance(499)
  expect(b.types()).not.toContain('tool.failed')
  await b.clock.advance(1)
  expect(await call).toMatchObject({
    status: 'failed',
    error: {
      code: 'tool-executor/timed-out',
      message: 'Tool "slow" took longer than 500 ms. Ask it for less, or raise its timeoutMs.',
    },
    partials: [{ page: 1 }, { page: 2 }],
    durationMs: 500,
  })
  expect(StageflowError.is(aborted, 'tool-executor/timed-out')).toBe(true)
  expect(b.of('tool.failed')).toMatchObject([
    { errorCode: 'tool-executor/timed-out', partials: 2, partialsSummary: [{ page: 1 }, { page: 2 }] },
  ])
  expect(b.of('tool.updated')).toEqual([
    { toolName: 'slow', callId: 'call-0', kind: 'partial', partialSummary: { page: 1 } },
    { toolName: 'slow', callId: 'call-0', kind: 'partial', partialSummary: { page: 2 } },
  ])
})

test('by default a tool has 30 seconds', async () => {
  const b = make([tool('slow', (_, { signal }) => untilAborted(signal))])
  const call = b.call('slow')
  await b.clock.advance(29_999)
  expect(b.types()).not.toContain('tool.failed')
  await b.clock.advance(1)
  expect(await call).toMatchObject({ error: { code: 'tool-executor/timed-out' } })
})

test('timeoutMs: false means without a limit', async () => {
  const b = make([tool('slow', (_, { clock }) => clock.sleep(1e9), { timeoutMs: false })])
  const call = b.call('slow')
  await b.clock.advance(1e9)
  expect(await call).toMatchObject({ status: 'completed', durationMs: 1e9 })
})

test('the call of a handler that ignores its signal is final at once and reported, and a late return value changes nothing', async () => {
  const late = deferred<string>()
  const b = make([tool('deaf', () => late.promise, { timeoutMs: 100 })])
  let result: any
  const call = b.call('deaf').then((answer) => (result = answer))
  await b.clock.advance(100)
  expect(b.types()).toEqual(['tool.invoked', 'tool.started', 'tool.failed'])
  expect(result).toBeUndefined()
  await b.clock.advance(1_000) // the grace time unless told otherwise
  await call
  expect(result).toMatchObject({
    status: 'failed',
    error: { code: 'tool-executor/timed-out' },
    abandoned: true,
    durationMs: 100,
  })
  expect(b.of('tool.abandoned')).toEqual([{ toolName: 'deaf', callId: 'call-0', graceMs: 1_000 }])
  expect(b.executor.stats().running).toBe(1)
  late.resolve('late')
  await b.clock.settle()
  expect(b.executor.stats().running).toBe(0)
  expect(b.types().filter((type) => /completed|failed/.test(type))).toEqual(['tool.failed'])
})

test('a handler that returns within the grace time is not reported', async () => {
  const b = make([tool('lazy', (_, { clock }) => clock.sleep(150), { timeoutMs: 100 })], { graceMs: 60 })
  const call = b.call('lazy')
  await b.clock.advance(150)
  const result = await call
  expect(result).toMatchObject({ status: 'failed' })
  expect(result).not.toHaveProperty('abandoned')
})

test('an async generator yields partial results and returns its output', async () => {
  const pages = tool('pages', async function* () {
    yield 'a'
    yield 'b'
    return { pages: 2 }
  })
  expect(await make([pages]).call('pages')).toMatchObject({ output: { pages: 2 }, partials: ['a', 'b'] })
})

test('a synchronous generator runs too: doing nothing is not a success', async () => {
  const sync = tool('sync', function* () {
    yield 'one'
    return 'done'
  })
  const ends = tool('ends', function* () { yield* new Map([[1, 2]]).values(); throw new Error('x') }) // prettier-ignore
  const b = make([sync, ends])
  expect(await b.calls([['sync'], ['ends']])).toMatchObject([
    { status: 'completed', output: 'done', partials: ['one'] },
    { status: 'failed', error: { message: 'x' }, partials: [2] },
  ])
})

test('a generator whose call has ended runs its finally blocks', async () => {
  const log: string[] = []
  const endless = tool(
    'endless',
    async function* (_, { clock }) {
      try {
        for (let n = 0; ; n++) {
          await clock.sleep(40)
          yield n
        }
      } finally {
        log.push('closed')
      }
    },
    { timeoutMs: 100 },
  )
  const b = make([endless])
  const call = b.call('endless')
  await b.clock.advance(120)
  expect(await call).toMatchObject({ error: { code: 'tool-executor/timed-out' }, partials: [0, 1] })
  expect(log).toEqual(['closed'])
})

test('partial results are copies, bounded in number and in size, and say how many were dropped', async () => {
  const list: string[] = []
  const many = tool('many', (_, { partial }) => {
    for (let n = 0; n < 5; n++) {
      list.push(`${n}`)
      partial(list)
    }
  })
  const b = make([many], { maxPartials: 3 })
  expect(await b.call('many')).toMatchObject({ partials: [['0'], ['0', '1'], ['0', '1', '2']], partialsDropped: 2 })
  list.length = 0
  const small = make([many], { maxOutputLength: 30 })
  expect(await small.call('many')).toMatchObject({ partials: [['0'], ['0', '1']], partialsDropped: 3 })
  const most = tool('most', (_, { partial }) => { for (let n = 0; n < 1_002; n++) partial(n) }) // prettier-ignore
  expect(await make([most]).call('most')).toMatchObject({ partialsDropped: 2 })
})

test('a partial result that is too large takes no room from those after it', async () => {
  const mixed = tool('mixed', (_, { partial }) => {
    for (const text of ['a', 'x'.repeat(100), 'b', 'c']) partial(text)
  })
  expect(await make([mixed], { maxOutputLength: 3 }).call('mixed')).toMatchObject({
    partials: ['a', 'b', 'c'],
    partialsDropped: 1,
  })
})

test('progress is reported as it happens', async () => {
  const load = tool('load', (_, { progress }) => {
    progress({ done: 1, total: 4, message: 'x'.repeat(300) })
    progress({ done: NaN, message: undefined as never })
  })
  const b = make([load])
  await b.call('load')
  expect(b.of('tool.updated')).toEqual([
    {
      toolName: 'load',
      callId: 'call-0',
      kind: 'progress',
      done: 1,
      total: 4,
      message: expect.stringMatching(/^x{200}…/),
    },
    { toolName: 'load', callId: 'call-0', kind: 'progress' },
  ])
})

test('an abort cancels what runs and what waits, at once', async () => {
  const controller = new AbortController()
  const started: number[] = []
  const hang = tool('hang', (input, { signal }) => {
    started.push(input.n)
    return untilAborted(signal)
  })
  const b = make([hang])
  const all = b.calls(
    [0, 1, 2].map((n) => ['hang', { n }]),
    { signal: controller.signal, maxConcurrency: 2 },
  )
  await b.clock.settle()
  controller.abort(new Error('the user left'))
  const results = await all
  expect(results.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled'])
  expect(results[0]).toMatchObject({ message: 'The call was cancelled: the user left', attempts: 1 })
  expect(results[2]).toMatchObject({ attempts: 0 })
  expect(started).toEqual([0, 1])
  expect(b.of('tool.failed').map(({ errorCode }) => errorCode)).toEqual(Array(3).fill('tool-executor/cancelled'))
})

test('an abort that came before starts nothing', async () => {
  let calls = 0
  const b = make([tool('count', () => ++calls)])
  expect(await b.call('count', {}, { signal: AbortSignal.abort() })).toMatchObject({ status: 'cancelled' })
  const approve = (): boolean => ++calls > 0
  expect(await b.call('count', {}, { signal: AbortSignal.abort(), approve })).toMatchObject({ status: 'cancelled' })
  expect(calls).toBe(0)
  expect(b.types()).toEqual(['tool.invoked', 'tool.failed', 'tool.invoked', 'tool.failed'])
})

test('no listener is left on the caller’s signal', async () => {
  const { signal } = new AbortController()
  let listeners = 0
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (...args: any) => (listeners++, (addEventListener as any).apply(signal, args))
  signal.removeEventListener = (...args: any) => (listeners--, (removeEventListener as any).apply(signal, args))
  const b = make([reply])
  await b.calls([['reply'], ['reply']], { signal })
  expect(listeners).toBe(0)
})

test('timeoutMs of execute is a limit for all calls together', async () => {
  const b = make([tool('slow', (_, { clock, signal }) => clock.sleep(80, signal))])
  const all = b.calls([['slow'], ['slow'], ['slow']], { timeoutMs: 100, maxConcurrency: 1 })
  await b.clock.advance(100)
  const results = await all
  expect(results.map(({ status }) => status)).toEqual(['completed', 'failed', 'failed'])
  expect(results[2]).toMatchObject({ error: { code: 'tool-executor/timed-out' }, attempts: 0 })
})

test('a call that was not resolved, or illegal ids, reject', async () => {
  const executor = new ToolExecutor()
  const registry = new ToolRegistry()
  const forged = { status: 'resolved', callId: '1', name: 'reply', index: 0, tool: reply, input: {} } as unknown
  for (const calls of [[forged], 'x', undefined, [null], {}, new Array(2)])
    await expect(executor.execute(calls as ResolvedCall[])).rejects.toMatchObject({
      code: 'tool-executor/illegal-call',
    })
  await expect(executor.undo(7 as never, { registry })).rejects.toMatchObject({ code: 'tool-executor/illegal-option' })
  await expect(executor.compensate('', { registry })).rejects.toMatchObject({ code: 'tool-executor/illegal-option' })
})

test('illegal options are refused, all at once', async () => {
  const options = { maxConcurrency: 0, graceMs: -1, approve: 'yes', undo: {}, clock: null, typo: 1 }
  let error: any
  try {
    new ToolExecutor(options as never)
  } catch (thrown) {
    error = thrown
  }
  expect(error.code).toBe('tool-executor/illegal-option')
  for (const name of Object.keys(options)) expect(error.message).toContain(name)
  for (const value of [NaN, Infinity, '5', null])
    expect(() => new ToolExecutor({ graceMs: value as never })).toThrow('graceMs')
  for (const given of [null, 7, []]) expect(() => new ToolExecutor(given as never)).toThrow('new ToolExecutor()')
  const executor = new ToolExecutor({ graceMs: undefined as never })
  await expect(executor.execute([], { signal: {} as never, timeoutMs: -1 })).rejects.toThrow(/signal.*timeoutMs/)
  await expect(executor.undo('a', { ids: {} } as never)).rejects.toThrow('unknown option "ids"')
  await expect(executor.compensate('a', { pipelineRunId: 'b' } as never)).rejects.toThrow('pipelineRunId')
  const wrongIds: readonly [ids: unknown, problem: string][] = [
    [{ orgID: 'a' }, 'unknown option "ids.orgID" (did you mean "orgId"? known: pipelineRunId, '],
    [{ pipelineRunId: 7 }, 'ids.pipelineRunId must be a string, not 7'],
    ['run-1', 'ids must be an object, not a string'],
    [null, 'ids must be an object, not null'],
  ]
  for (const [ids, problem] of wrongIds)
    await expect(executor.execute([], { ids: ids as never })).rejects.toThrow(`execute(): ${problem}`)
  const context = { tryEmitEvent: () => true, signal: new AbortController().signal, stage: 'act' }
  await expect(executor.execute([], context as never)).rejects.toThrow('pass { context }')
  await expect(executor.undo('a', context.signal as never)).rejects.toThrow('pass { signal }')
  await expect(executor.compensate('a', context as never)).rejects.toThrow('pass { context }')
  await expect(executor.compensate('a', {} as never)).rejects.toThrow('{ registry }')
  for (const registry of ['reply', [{ name: 'reply' }], null])
    await expect(executor.compensate('a', { registry } as never)).rejects.toThrow('registry must be a ToolRegistry')
  expect(await executor.execute([], { ids: { userId: undefined as never } })).toEqual([])
})

test('what a handler reports after its end is ignored', async () => {
  let late: ToolContext | undefined
  const b = make([tool('leaks', (_, context) => void (late = context), { undo: () => {} })])
  const result = await b.call('leaks')
  const told = b.events.length
  late?.partial('late')
  late?.progress({ done: 1 })
  late?.keepForUndo('late')
  expect(b.events).toHaveLength(told)
  expect(result.partials).toEqual([])
})

test('a value for undo that is too large fails the handler before its work', async () => {
  let done = false
  const write = tool('write', (_, { keepForUndo }) => {
    keepForUndo('x'.repeat(200))
    done = true
  })
  expect(await make([write], { maxOutputLength: 100 }).call('write')).toMatchObject({
    status: 'failed',
    error: { code: 'tool-executor/too-large' },
  })
  expect(done).toBe(false)
})

test.each([
  [
    'an MCP result',
    {
      isError: true,
      content: [
        { type: 'text', text: 'no such file' },
        { type: 'image', data: '' },
        { type: 'text', text: 'try another' },
      ],
    },
    'no such file\ntry another',
    'tools/reported-failure',
  ],
  [
    'an MCP result without text',
    { isError: true, content: [] },
    'The tool reported an error without a message.',
    'tools/reported-failure',
  ],
  ['`isError` alone', { isError: true }, 'The tool reported an error without a message.', 'tools/reported-failure'],
  ['success: false', { success: false, error: 'no seat is left' }, 'no seat is left', 'tools/reported-failure'],
  [
    'success: false with an error',
    { success: false, error: Object.assign(new Error('full'), { code: 'app/full' }) },
    'full',
    'app/full',
  ],
  [
    'success: false with an object',
    { success: false, error: { message: 'full', code: 'app/full' } },
    'full',
    'app/full',
  ],
])(
  '%s is a failed result, never a completed one, whatever the output schema accepts',
  async (_, answer, message, code) => {
    for (const more of [{}, { output: z.any() }]) {
      const b = make([tool('reports', () => answer, more)])
      const result = await b.call('reports')
      expect(result).toMatchObject({ status: 'failed', error: { code, message } })
      expect((result as { cause?: unknown }).cause).toBe(answer)
      expect(b.types().at(-1)).toBe('tool.failed')
      expect(resultsFor('anthropic', [result])).toMatchObject([{ content: [{ is_error: true, content: message }] }])
    }
  },
)

test.each([
  { isError: false, content: [] },
  { success: true, error: undefined },
  { success: false },
  { error: 'of the data' },
])('%j is an output like any other', async (answer) => {
  expect(await make([tool('reads', () => answer)]).call('reads')).toMatchObject({ status: 'completed' })
})

test('a registry in the place of the options is refused, with the options that there are (tool-executor/illegal-option)', () => {
  expect(() => new ToolExecutor(new ToolRegistry() as never)).toThrow(
    'new ToolExecutor(): the options must be an object, not an instance of ToolRegistry that has none (known: maxConcurrency, ',
  )
})

test('undo and compensate say what they take (tool-executor/illegal-option)', async () => {
  const executor = new ToolExecutor()
  const registry = new ToolRegistry()
  const undo = executor.undo.bind(executor) as (...given: readonly unknown[]) => Promise<unknown>
  const compensate = executor.compensate.bind(executor) as typeof undo
  const noOptions = 'the options must be an object with the registry of the tools, { registry }, not undefined'
  const noRegistry = 'registry must be the ToolRegistry with the tools of the calls, not undefined; pass { registry }'
  await expect(undo('x')).rejects.toThrow(`undo(): ${noOptions}`)
  await expect(compensate('x')).rejects.toThrow(`compensate(): ${noOptions}`)
  await expect(undo('x', {})).rejects.toThrow(`undo(): ${noRegistry}`)
  await expect(compensate('x', {})).rejects.toThrow(`compensate(): ${noRegistry}`)
  await expect(undo(7, { registry })).rejects.toThrow(
    'undo(): the first argument must be the callId of a result, a string that is not empty, not 7.',
  )
  await expect(compensate('', { registry })).rejects.toThrow(
    'compensate(): the first argument must be the pipelineRunId of the calls, a string that is not empty, not "".',
  )
})

test('execute without a registry says which call was not resolved (tool-executor/illegal-call)', async () => {
  const execute = (calls: unknown) => new ToolExecutor().execute(calls as never)
  await expect(execute(7)).rejects.toThrow('because only their input has been checked; the calls are 7.')
  await expect(execute([{ nope: 1 }])).rejects.toThrow('calls[0] is an object.')
})

test('options of an executor, its ids and a limit may be getters of a class', async () => {
  class Options {
    get maxConcurrency(): number {
      return 1
    }
  }
  class Ids {
    get userId(): string {
      return 'ada'
    }
  }
  const seen: unknown[] = []
  let running = 0
  let most = 0
  const work = tool('work', async (_, { userId }) => {
    seen.push(userId)
    most = Math.max(most, ++running)
    await Promise.resolve()
    running--
  })
  class Call {
    readonly registry = new ToolRegistry({ tools: [work] })
    get ids(): Ids {
      return new Ids()
    }
    get timeoutMs(): number {
      return 60_000
    }
  }
  const calls = ['a', 'b'].map((id) => ({ id, name: 'work', arguments: {} }))
  const results = await new ToolExecutor(new Options()).execute(calls, new Call())
  expect(results.map(({ status }) => status)).toEqual(['completed', 'completed'])
  expect([seen, most]).toEqual([['ada', 'ada'], 1])
})
