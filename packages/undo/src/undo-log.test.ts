import type { UndoEntry, UndoStore } from '@stageflow/keyed-work'
import { manualClock } from '@stageflow/testing'
import type { AnyTool } from '@stageflow/tools'
import { expect, test } from 'vitest'

import { deferred, tool, trackedUndoBench, untilAborted, type UndoBench } from '../test/undo-bench.ts'
import { memoryUndoStore, undoLog } from './index.ts'

const make = trackedUndoBench()

const emitTo =
  (b: UndoBench) =>
  (type: string, data: unknown): void =>
    void b.events.push({ type, data })

/** A tool that writes names down, and can take them back. */
function writing(name: string, log: string[], more: object = {}): AnyTool {
  return tool(name, ({ text }) => void log.push(`+${text}`), { undo: ({ input }) => void log.push(`-${(input as any).text}`), ...more }) // prettier-ignore
}

test.each(['edit_document', 'EDIT_DOCUMENT', 'e', 'edit-2', '__proto__', 'constructor'])(
  'case 19: undo works for a tool of any name, such as %s',
  async (name) => {
    const log: string[] = []
    const b = make([writing(name, log)])
    expect(await b.call(name, { text: 'a' })).toMatchObject({ undoable: true })
    await b.clock.advance(50)
    expect(await b.undo('call-0', { eventEmitter: emitTo(b) })).toEqual({
      status: 'undone',
      callId: 'call-0',
      toolName: name,
      error: undefined,
    })
    expect(log).toEqual(['+a', '-a'])
    expect(b.of('tool.undone')).toEqual([
      { toolName: name, callId: 'call-0', originalRunId: 'run-1', originalTimestamp: 0, durationMs: 0 },
    ])
  },
)

test('undo gets the input, the output, the kept value, the ids of the call, and the ports of who undoes it', async () => {
  const seen: unknown[] = []
  const write = tool(
    'write',
    (_, { keepForUndo }) => {
      keepForUndo({ former: 'old' })
      return { bytes: 3 }
    },
    {
      undo: (call, { ports, pipelineRunId, idempotencyKey, executionMode }) =>
        void seen.push(call, ports, pipelineRunId, idempotencyKey, executionMode),
    },
  )
  const b = make([write])
  await b.call('write', { path: 'a' }, { ports: { disk: 1 }, executionMode: 'chat' } as never)
  await b.undo('call-0', { ports: { disk: 2 } })
  expect(seen).toEqual([
    { callId: 'call-0', input: { path: 'a' }, output: { bytes: 3 }, kept: { former: 'old' }, completedAt: 0 },
    { disk: 2 },
    'run-1',
    'run-1/call-0/undo',
    'chat',
  ])
  await b.call('write', {}, { ports: { disk: 1 } } as never)
  await b.undo('call-0')
  expect(seen[6]).toEqual({})
})

test('a call that was undone, cannot be undone or never existed is unknown', async () => {
  const log: string[] = []
  const b = make([writing('write', log), tool('read', () => 1), tool('bad', () => { throw new Error('x') }, { undo: () => {} })]) // prettier-ignore
  await b.calls([['write', { text: 'a' }], ['read'], ['bad']])
  await b.undo('call-0')
  for (const id of ['call-0', 'call-1', 'call-2', 'other'])
    expect(await b.undo(id)).toEqual({ status: 'unknown', callId: id, toolName: undefined, error: undefined })
  expect(log).toEqual(['+a', '-a'])
})

test('several undos at once run the handler once', async () => {
  const open = deferred()
  let count = 0
  const b = make([tool('write', () => 1, { undo: () => { count++; return open.promise } })]) // prettier-ignore
  await b.call('write')
  const all = Promise.all([
    ...Array.from({ length: 20 }, () => b.undo('call-0')),
    b.compensate('run-1').then(({ undone }) => undone[0]),
  ])
  await b.clock.settle()
  const later = b.undo('call-0')
  open.resolve()
  expect(new Set((await all).map((result) => result?.status))).toEqual(new Set(['undone']))
  expect(await later).toMatchObject({ status: 'undone' })
  expect(count).toBe(1)
})

test('a failed undo is reported, keeps the call, and can be tried again', async () => {
  let count = 0
  const b = make([tool('write', () => 1, { undo: () => { if (++count === 1) throw new Error('locked') } })]) // prettier-ignore
  await b.call('write')
  expect(await b.undo('call-0', { eventEmitter: emitTo(b) })).toEqual({
    status: 'failed',
    callId: 'call-0',
    toolName: 'write',
    error: { code: 'undo/handler-failed', message: 'locked' },
  })
  expect(b.of('tool.undo_failed')).toMatchObject([{ reason: 'failed', errorMessage: 'locked', originalRunId: 'run-1' }])
  expect(await b.undo('call-0')).toMatchObject({ status: 'undone' })
  expect(count).toBe(2)
})

test('an undo has the time limit of its tool, and its real end counts', async () => {
  const open = deferred()
  const b = make([
    tool('late', () => 1, { timeoutMs: 100, undo: (_, { clock }) => clock.sleep(150) }),
    tool('polite', () => 1, { timeoutMs: 100, undo: (_, { signal }) => untilAborted(signal) }),
    tool('deaf', () => 1, { timeoutMs: 100, undo: () => open.promise }),
  ])
  await b.calls([['late'], ['polite'], ['deaf']])
  const eventEmitter = emitTo(b)
  const all = Promise.all([0, 1, 2].map((n) => b.undo(`call-${n}`, { eventEmitter })))
  await b.clock.advance(1_100)
  expect(await all).toMatchObject([
    { status: 'undone' },
    { status: 'failed', error: { code: 'undo/timed-out' } },
    { status: 'failed', error: { code: 'undo/timed-out' } },
  ])
  expect(b.of('tool.undo_failed').map(({ reason }) => reason)).toEqual(['timed_out', 'timed_out'])
  // It still runs: another try is told the same, and starts nothing beside it.
  expect(await b.undo('call-2')).toMatchObject({ status: 'failed' })
  open.resolve()
  await b.clock.settle()
  expect(await b.undo('call-2')).toMatchObject({ status: 'unknown' })
})

test('undo can be cancelled', async () => {
  const controller = new AbortController()
  const b = make([tool('write', () => 1, { undo: (_, { signal }) => untilAborted(signal) })])
  await b.call('write')
  const undo = b.undo('call-0', { signal: controller.signal, eventEmitter: emitTo(b) })
  await b.clock.settle()
  controller.abort()
  expect(await undo).toMatchObject({ status: 'failed', error: { code: 'tool-executor/cancelled' } })
  expect(b.of('tool.undo_failed')).toMatchObject([{ reason: 'cancelled' }])
  expect(await b.undo('call-0', { signal: controller.signal })).toMatchObject({ status: 'failed' })
})

test('by default a call can be undone for an hour', async () => {
  const log: string[] = []
  const b = make([writing('write', log)])
  await b.call('write', { text: 'a' })
  await b.clock.advance(3_599_999)
  await b.call('write', { text: 'b' }, { callId: 'call-b' })
  expect(await b.undo('call-0')).toMatchObject({ status: 'undone' })
  await b.clock.advance(3_600_000)
  expect(await b.undo('call-b', { eventEmitter: emitTo(b) })).toMatchObject({
    status: 'expired',
    error: { code: 'undo/expired' },
  })
  expect(b.of('tool.undo_failed')).toMatchObject([{ reason: 'expired', errorCode: 'undo/expired' }])
  expect(log).toEqual(['+a', '+b', '-a'])
})

test('the run distinguishes calls of two runs with the same id', async () => {
  const log: string[] = []
  const b = make([writing('write', log)])
  await b.call('write', { text: 'mine' })
  await b.call('write', { text: 'theirs' }, { ids: { pipelineRunId: 'run-2' } })
  await expect(b.undo('call-0')).rejects.toMatchObject({ code: 'undo/ambiguous-call' })
  expect(await b.undo('call-0', { pipelineRunId: 'run-2' })).toMatchObject({ status: 'undone' })
  expect(log).toEqual(['+mine', '+theirs', '-theirs'])
})

test('compensate undoes a whole run, the last call first, and returns what was undone, failed and expired', async () => {
  const log: string[] = []
  const b = make(
    [
      writing('write', log),
      writing('book', log, { undo: ({ input }: any) => { log.push(`!${input.text}`); throw new Error('no') } }), // prettier-ignore
      tool('read', () => log.push('read')),
    ],
    { ttlMs: 1_000 },
  )
  await b.call('write', { text: 'old' }, { callId: 'old' })
  await b.clock.advance(600)
  await b.calls([
    ['write', { text: 'a' }, 'a'],
    ['read', {}, 'r'],
    ['book', { text: 'b' }, 'b'],
    ['write', { text: 'c' }, 'c'],
  ])
  await b.call('write', { text: 'other' }, { callId: 'x', ids: { pipelineRunId: 'run-2' } })
  await b.clock.advance(400)
  log.length = 0
  const first = await b.compensate('run-1', { eventEmitter: emitTo(b) })
  expect(log).toEqual(['-c', '!b', '-a'])
  expect(first).toMatchObject({ pipelineRunId: 'run-1', isComplete: false })
  expect(first.undone.map(({ callId }) => callId)).toEqual(['c', 'a'])
  expect(first.failed).toMatchObject([{ callId: 'b', error: { message: 'no' } }])
  expect(first.expired).toMatchObject([{ callId: 'old', toolName: 'write' }])
  const second = await b.compensate('run-1')
  expect(second).toMatchObject({ undone: [], failed: [{ callId: 'b' }], expired: [{ callId: 'old' }] })
  expect(await b.compensate('nobody')).toEqual({
    pipelineRunId: 'nobody',
    isComplete: false,
    isKnown: false,
    undone: [],
    failed: [],
    expired: [],
    notRecorded: 0,
    stillRunning: 0,
  })
})

test('a call that timed out, and whose handler completed all the same, can be undone', async () => {
  const log: string[] = []
  const late = tool('late', (_, { clock }) => clock.sleep(150), { timeoutMs: 100, undo: () => void log.push('undone') })
  const b = make([late])
  const call = b.call('late')
  await b.clock.advance(150)
  expect(await call).toMatchObject({ status: 'failed', undoable: true })
  expect(await b.compensate('run-1')).toMatchObject({ undone: [{ callId: 'call-0' }] })
  const never = make([
    tool('later', (_, { clock }) => clock.sleep(5_000), { timeoutMs: 100, undo: () => void log.push('undone') }),
  ])
  const other = never.call('later')
  await never.clock.advance(1_100)
  expect(await other).toMatchObject({ abandoned: true, undoable: false })
  expect(await never.compensate('run-1')).toMatchObject({ isComplete: false, undone: [], stillRunning: 1 })
  await never.clock.advance(5_000)
  expect(await never.compensate('run-1')).toMatchObject({ undone: [{ callId: 'call-0' }] })
  expect(log).toEqual(['undone', 'undone'])
})

test('undone work is done again under its idempotency key, not repeated from the store', async () => {
  let count = 0
  const b = make([tool('book', () => ++count, { undo: () => {} })])
  const idempotencyKey = (): string => 'order-7'
  await b.call('book', {}, { idempotencyKey })
  expect(await b.call('book', {}, { idempotencyKey, callId: 'again' })).toMatchObject({ output: 1, undoable: false })
  await b.undo('call-0')
  const again = b.call('book', {}, { idempotencyKey })
  await b.clock.advance(1)
  expect(await again).toMatchObject({ output: 2 })
})

test('a call that a full store refuses is completed, not undoable, and has an event', async () => {
  const log: string[] = []
  const clock = manualClock()
  const undoStore = memoryUndoStore({ maxEntries: 1, clock })
  const b = make([writing('write', log), tool('read', () => 1)], { store: undoStore, ttlMs: 100 }, { clock })
  const call = (name: string, text: string, ids = { pipelineRunId: 'run-1' }) =>
    b.call(name, { text }, { callId: text, ids, clock })
  expect(await call('write', 'a')).toMatchObject({ undoable: true })
  expect(await call('write', 'b')).toMatchObject({ status: 'completed', undoable: false })
  expect(b.of('tool.undo_failed')).toMatchObject([{ callId: 'b', reason: 'not_recorded', errorCode: 'undo/full' }])
  expect(await b.compensate('run-1')).toMatchObject({
    isComplete: false,
    undone: [{ callId: 'a' }],
    notRecorded: 1,
  })
  await call('read', 'r', { pipelineRunId: 'run-2' })
  expect(await b.compensate('run-2')).toMatchObject({ isComplete: true, notRecorded: 0 })
  await call('write', 'x')
  await clock.advance(100)
  expect(await call('write', 'c')).toMatchObject({ undoable: true })
  expect(clock.timers).toEqual([])
})

test('compensate says that it knows nothing of a run after a restart with a store in memory, not that all is undone', async () => {
  const before = make([tool('write', () => 1, { undo: () => {} })])
  await before.call('write')
  const after = make([tool('write', () => 1, { undo: () => {} })])
  expect(await after.compensate('run-1')).toMatchObject({ isKnown: false, isComplete: false, undone: [] })
  // This process has made all calls of this run, and none can be undone.
  await after.call('write', {}, { approve: () => false, ids: { pipelineRunId: 'run-2' } })
  expect(await after.compensate('run-2')).toMatchObject({ isKnown: true, isComplete: true })
  // What was undone stays known.
  expect(await before.compensate('run-1')).toMatchObject({ isComplete: true, undone: [{ callId: 'call-0' }] })
  expect(await before.compensate('run-1')).toMatchObject({ isComplete: true, undone: [] })
  // A store that outlives the process would have its calls.
  const lasting = make([], { store: { ...memoryUndoStore(), outlivesProcess: true } })
  expect(await lasting.compensate('run-1')).toMatchObject({ isKnown: true, isComplete: true })
})

test('the store in memory is bounded in number and in size', async () => {
  const entry = (n: number, call = 'c'): UndoEntry => ({
    id: `${n}`,
    run: 'run',
    callId: 'c',
    call,
    ttlMs: 1e9,
    retentionMs: 1e9,
  })
  const store = memoryUndoStore()
  for (let n = 0; n < 10_000; n++) void store.add(entry(n))
  expect(() => store.add(entry(10_000))).toThrow(expect.objectContaining({ code: 'undo/full' }))
  await store.claim('7', { token: 't', leaseMs: 1 })
  await store.remove('7', 't')
  void store.add(entry(10_000))
  const large = memoryUndoStore({ maxLength: 200 })
  expect(() => large.add(entry(1, 'x'.repeat(100)))).toThrow(
    'larger than memoryUndoStore() may be altogether: 200 characters',
  )
  void large.add(entry(1, ''))
  expect(() => large.add(entry(2, ''))).toThrow(expect.objectContaining({ code: 'undo/full' }))
})

test('a call whose values cannot be stored is completed, not undoable, and has an event that says why', async () => {
  class Session {}
  const circle: { self?: unknown } = {}
  const b = make([
    tool('write', (_, { keepForUndo }) => keepForUndo({ session: new Session() }), { undo: () => {} }),
    tool('open', () => ({ close: () => {} }), { undo: () => {} }),
    tool('plain', () => circle, { undo: () => {} }),
  ])
  for (const name of ['write', 'open'])
    expect(await b.call(name)).toMatchObject({ status: 'completed', undoable: false })
  expect(b.of('tool.undo_failed')).toMatchObject([
    { toolName: 'write', reason: 'not_recorded', errorCode: 'undo/not-json' },
    { toolName: 'open', reason: 'not_recorded', errorCode: 'undo/not-json' },
  ])
  expect(await b.call('plain')).toMatchObject({ undoable: true })
})

test('dates, maps, bytes, buffers and undefined are undone with what they were', async () => {
  const values = [new Date(5), new Map([[1, new Set('a')]]), new Uint8Array([1, 2]), 10n, undefined, { a: undefined }]
  let kept: unknown
  const b = make([
    tool('write', (_, { keepForUndo }) => keepForUndo([...values, Buffer.from('before')]), {
      undo: (call) => void (kept = call.kept),
    }),
  ])
  await b.call('write')
  await b.undo('call-0')
  expect(kept).toStrictEqual([...values, Buffer.from('before')])
})

test('a store that fails makes a failed undo, and one that only fails to take the call back is counted', async () => {
  const inner = memoryUndoStore()
  const down = new Set<keyof UndoStore>(['claim'])
  const ask = <T>(operation: keyof UndoStore, act: () => T): T | Promise<never> =>
    down.has(operation) ? Promise.reject(new Error('down')) : act()
  const undoStore: UndoStore = {
    ...inner,
    claim: (...claim) => ask('claim', () => inner.claim(...claim)),
    release: (...release) => ask('release', () => inner.release(...release)),
    remove: (...removal) => ask('remove', () => inner.remove(...removal)),
  }
  let isLocked = true
  const b = make([tool('write', () => 1, { undo: () => { if (isLocked) throw new Error('no') } })], { store: undoStore }) // prettier-ignore
  await b.call('write')
  expect(await b.undo('call-0')).toMatchObject({
    status: 'failed',
    error: { code: 'undo/unavailable', message: expect.stringContaining('failed (down)') },
  })
  down.clear()
  expect(await b.undo('call-0', { eventEmitter: emitTo(b) })).toMatchObject({
    status: 'failed',
    error: { message: 'no' },
  })
  expect(b.of('tool.undo_failed')).toMatchObject([{ reason: 'failed' }])
  isLocked = false
  down.add('remove')
  expect(await b.undo('call-0')).toMatchObject({ status: 'undone' })
  expect(b.executor.stats()).toMatchObject({ storeErrors: 1, lastStoreError: new Error('down') })
})

test('an undo cannot forge events, and emits its own', async () => {
  const answers: boolean[] = []
  const b = make([
    tool('write', () => 1, {
      undo: (_, context) => {
        answers.push(context.emit('tool.undone', {} as never), context.emit('app.undoing', { n: 1 }))
        context.progress({ done: 1 })
        context.partial(1)
        context.keepForUndo(1)
      },
    }),
  ])
  await b.call('write')
  await b.undo('call-0', { eventEmitter: emitTo(b) })
  expect(answers).toEqual([false, true])
  expect(b.types().slice(-2)).toEqual(['app.undoing', 'tool.undone'])
})

test('illegal options are refused, all at once (undo/illegal-option)', () => {
  const options = { store: {}, ttlMs: -1, leaseMs: 0, storeTimeoutMs: 0, typo: 1 }
  let error: any
  try {
    undoLog(options as never)
  } catch (thrown) {
    error = thrown
  }
  expect(error.code).toBe('undo/illegal-option')
  for (const name of Object.keys(options)) expect(error.message).toContain(name)
  for (const given of [null, 7, []]) expect(() => undoLog(given as never)).toThrow('undoLog()')
  expect(undoLog({ leaseMs: undefined as never })).toBeDefined()
})

test('illegal bounds of the store in memory are refused (undo/illegal-option)', () => {
  const open = memoryUndoStore
  for (const value of [0, -1, NaN, 1.5, '5', null])
    expect(() => open({ maxEntries: value as never, maxLength: value as never })).toThrow(/maxEntries.*maxLength/)
  expect(() => open({ max: 1 } as never)).toThrow(expect.objectContaining({ code: 'undo/illegal-option' }))
  expect(() => open(null as never)).toThrow('the options must be an object, not null')
  expect(open({ maxEntries: undefined as never, maxLength: Infinity })).toBeDefined()
})

test('an app that calls the log in the place of its executor is told what to call', async () => {
  const log = undoLog() as unknown as Record<string, (...given: readonly unknown[]) => Promise<unknown>>
  for (const [method, given, says] of [
    ['compensate', ['r'], 'caller must be the caller that an executor makes, not undefined; tools must be a registry with get(), not undefined'], // prettier-ignore
    ['compensate', [7, {}, {}], 'pipelineRunId must be a string, not 7; caller must be'],
    ['undo', ['x'], 'caller must be the caller that an executor makes, not undefined; tools must be a registry with get(), not undefined'], // prettier-ignore
    ['undo', [undefined, { clock: 7 }, { tools: 7, pipelineRunId: 7 }], 'callId must be a string, not undefined; caller must be the caller that an executor makes, not an object; tools must be a registry with get(), not 7; pipelineRunId must be a string, not 7'], // prettier-ignore
  ] as const) {
    const call = method === 'undo' ? 'executor.undo(callId, { registry })' : 'executor.compensate(pipelineRunId, { registry })' // prettier-ignore
    await expect(log[method]?.(...given)).rejects.toMatchObject({
      code: 'undo/illegal-option',
      message: expect.stringMatching(new RegExp(`^${method}\\(\\) of undoLog\\(\\): `)) as string,
    })
    await expect(log[method]?.(...given)).rejects.toThrow(says)
    await expect(log[method]?.(...given)).rejects.toThrow(`Pass the log to an executor, and call ${call}.`)
  }
})

test('a call is undone by the tool that has its name now; without one it is kept until there is one', async () => {
  const log: string[] = []
  const b = make([writing('edit', log)])
  await b.call('edit', { text: 'a' })
  await b.call('edit', { text: 'b' }, { callId: 'call-1' })
  b.registry.remove('edit')
  expect(await b.undo('call-1')).toMatchObject({ status: 'failed', error: { code: 'undo/tool-missing' } })
  b.registry.register(writing('edit', log))
  expect(await b.undo('call-1')).toMatchObject({ status: 'undone' })
  b.registry.replace(tool('edit', () => 1, { undo: ({ input }: any) => void log.push(`new -${input.text}`) } as never))
  expect(await b.compensate('run-1')).toMatchObject({ isComplete: true })
  expect(log).toEqual(['+a', '+b', '-b', 'new -a'])
})
