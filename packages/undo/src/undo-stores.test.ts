import type { UndoStore } from '@stageflow/keyed-work'
import { expect, test } from 'vitest'

import { deferred, tool, trackedUndoBench, untilAborted } from '../test/undo-bench.ts'
import { memoryUndoStore } from './index.ts'

const make = trackedUndoBench()

const undoStore = (more: Partial<UndoStore>): UndoStore => ({ ...memoryUndoStore(), ...more })
const silent = new Promise<never>(() => {})

test('keepForUndo keeps a value that comes after the timeout, if the handler completes all the same', async () => {
  let kept: unknown
  const write = tool(
    'write',
    async (_, { clock, keepForUndo }) => {
      await clock.sleep(150)
      keepForUndo('the former content')
    },
    { timeoutMs: 100, undo: (call) => void (kept = call.kept) },
  )
  const b = make([write])
  const call = b.call('write')
  await b.clock.advance(150)
  expect(await call).toMatchObject({ status: 'failed', undoable: true })
  await b.undo('call-0')
  expect(kept).toBe('the former content')
})

test('a value that a failed attempt passed to keepForUndo is not kept', async () => {
  let kept: unknown = 'nothing seen'
  const write = tool(
    'write',
    (_, { attempt, keepForUndo }) => {
      if (attempt > 1) return
      keepForUndo('of the first')
      throw new Error('again')
    },
    { retry: { attempts: 2, baseMs: 1, isRetryable: () => true }, undo: (call) => void (kept = call.kept) },
  )
  const b = make([write])
  const call = b.call('write')
  await b.clock.runAll()
  await call
  await b.undo('call-0')
  expect(kept).toBeUndefined()
})

test('an undo gets the input as it was checked, whatever the handler and a failed undo did to theirs', async () => {
  const seen: unknown[] = []
  const write = tool(
    'write',
    (input) => {
      input.path = 'changed'
      input.lines.push('changed')
    },
    {
      undo: ({ input }: any) => {
        seen.push(structuredClone(input))
        input.path = 'changed'
        if (seen.length === 1) throw new Error('busy')
      },
    },
  )
  const b = make([write])
  await b.call('write', { path: 'a', lines: ['one'] })
  await b.undo('call-0')
  await b.undo('call-0')
  expect(seen).toEqual(Array(2).fill({ path: 'a', lines: ['one'] }))
})

test('a call that waits, or waits for a retry, is still running for compensate', async () => {
  const approval = deferred<boolean>()
  const flaky = tool('flaky', (_, { attempt }) => { if (attempt === 1) throw new Error('x') }, { undo: () => {}, retry: { attempts: 2, isRetryable: () => true } }) // prettier-ignore
  const b = make([flaky])
  const call = b.call('flaky', {}, { approve: () => approval.promise })
  expect(await b.compensate('run-1')).toMatchObject({ isComplete: false, stillRunning: 1 })
  approval.resolve(true)
  await b.clock.settle()
  expect(b.types().at(-1)).toBe('tool.updated')
  expect(await b.compensate('run-1')).toMatchObject({ isComplete: false, stillRunning: 1 })
  await b.clock.advance(1_000)
  expect(await call).toMatchObject({ status: 'completed' })
  expect(await b.compensate('run-1')).toMatchObject({ isComplete: true, undone: [{ callId: 'call-0' }] })
})

test('a denied or cancelled call no longer runs', async () => {
  const b = make([tool('write', () => 1, { undo: () => {} })])
  await b.call('write', {}, { approve: () => false })
  await b.call('write', {}, { signal: AbortSignal.abort() })
  expect(await b.compensate('run-1')).toMatchObject({ isComplete: true, stillRunning: 0 })
})

test('a call that completes while others are undone is undone too', async () => {
  const [work, undoing] = [deferred(), deferred()]
  const undone: string[] = []
  const write = tool('write', ({ waits }) => (waits ? work.promise : undefined), {
    undo: async ({ callId }) => {
      if (callId === 'first') await undoing.promise
      undone.push(callId)
    },
  })
  const b = make([write])
  await b.call('write', {}, { callId: 'first' })
  const second = b.call('write', { waits: true }, { callId: 'second' })
  const compensation = b.compensate('run-1')
  await b.clock.settle()
  work.resolve()
  await second
  undoing.resolve()
  expect(await compensation).toMatchObject({ isComplete: true, undone: [{ callId: 'first' }, { callId: 'second' }] })
  expect(undone).toEqual(['first', 'second'])
})

test('a stopped compensation is not complete, and keeps the calls that it did not undo', async () => {
  const b = make([tool('write', () => 1, { undo: (_, { signal }) => untilAborted(signal) })])
  await b.calls([['write'], ['write']])
  const compensation = b.compensate('run-1', { timeoutMs: 50 })
  await b.clock.advance(50)
  expect(await compensation).toMatchObject({
    isComplete: false,
    failed: [
      { callId: 'call-1', error: { code: 'tool-executor/timed-out' } },
      { callId: 'call-0', error: { code: 'tool-executor/timed-out' } },
    ],
  })
})

test('an expired call is reported each time, and does not hide a newer one with its id', async () => {
  const b = make([tool('write', () => 1, { undo: () => {} })], { ttlMs: 100 })
  await b.call('write')
  await b.clock.advance(100)
  for (let time = 0; time < 2; time++) {
    expect(await b.undo('call-0')).toMatchObject({ status: 'expired' })
    expect(await b.compensate('run-1')).toMatchObject({ isComplete: false, expired: [{ callId: 'call-0' }] })
  }
  await b.call('write', {}, { ids: { pipelineRunId: 'run-2' } })
  expect(await b.undo('call-0')).toMatchObject({ status: 'undone' })
})

test('a call can be undone until the last instant before its time is over', async () => {
  const b = make([tool('write', () => 1, { undo: () => {} })], { ttlMs: 100 })
  await b.calls([['write'], ['write']])
  await b.clock.advance(99)
  expect(await b.undo('call-0')).toMatchObject({ status: 'undone' })
  await b.clock.advance(1)
  expect(await b.undo('call-1')).toMatchObject({ status: 'expired' })
})

test('a store that cannot be read fails an undo, and rejects a compensation', async () => {
  const b = make([tool('write', () => 1, { undo: () => {} })], {
    store: undoStore({ find: () => { throw new Error('down') } }), // prettier-ignore
  })
  await b.call('write')
  expect(await b.undo('call-0')).toEqual({
    status: 'failed',
    callId: 'call-0',
    toolName: undefined,
    error: {
      code: 'undo/unavailable',
      message: 'Nothing was undone: the undo store failed (down). Check the store, then try again.',
    },
  })
  await expect(b.compensate('run-1')).rejects.toMatchObject({ code: 'undo/unavailable' })
})

test('if the store does not say that the call is claimed, no undo starts', async () => {
  let started = 0
  for (const answer of [false, undefined, null, { status: 'completed' }]) {
    const b = make([tool('write', () => 1, { undo: () => void started++ })], {
      store: undoStore({ claim: () => answer as never }),
    })
    await b.call('write')
    expect(await b.undo('call-0')).toMatchObject({
      status: 'failed',
      error: { code: 'undo/unavailable', message: expect.stringContaining('for a claim') },
    })
  }
  expect(started).toBe(0)
})

test('an abort and a time limit end the wait for a store that does not respond', async () => {
  const b = make([tool('write', () => 1, { undo: () => {} })], { store: undoStore({ find: () => silent }) })
  const undo = b.undo('call-0', { timeoutMs: 100 })
  const compensation = expect(b.compensate('run-1', { timeoutMs: 100 })).rejects.toMatchObject({
    code: 'tool-executor/timed-out',
  })
  await b.clock.advance(100)
  expect(await undo).toMatchObject({ status: 'failed', error: { code: 'tool-executor/timed-out' } })
  await compensation
  const other = make([tool('write', () => 1, { undo: () => {} })], { store: undoStore({ claim: () => silent }) })
  await other.call('write')
  const controller = new AbortController()
  const second = other.undo('call-0', { signal: controller.signal })
  await other.clock.settle()
  controller.abort()
  expect(await second).toMatchObject({ status: 'failed', error: { code: 'tool-executor/cancelled' } })
})

test('an abort while the call is claimed starts no undo, and the claim is given back', async () => {
  for (const answer of ['in time', 'too late']) {
    const inner = memoryUndoStore()
    const open = deferred()
    const controller = new AbortController()
    const started: string[] = []
    const b = make([tool('write', () => 1, { undo: ({ callId }) => void started.push(callId) })], {
      store: undoStore({ ...inner, claim: (...claim) => open.promise.then(() => inner.claim(...claim)) }),
    })
    await b.call('write')
    const undo = b.undo('call-0', { signal: controller.signal })
    await b.clock.settle()
    if (answer === 'in time') open.resolve()
    controller.abort()
    open.resolve()
    expect(await undo).toMatchObject({ status: 'failed', error: { code: 'tool-executor/cancelled' } })
    expect(started).toEqual([])
    await b.clock.settle()
    expect(await b.compensate('run-1')).toMatchObject({ isComplete: true, undone: [{ callId: 'call-0' }] })
  }
})

test('calls that were not recorded are remembered for 10,000 runs, and then the oldest is forgotten', async () => {
  const b = make([tool('write', () => 1, { undo: () => {} })], {
    store: undoStore({ add: () => { throw new Error('full') } }), // prettier-ignore
  })
  for (let n = 0; n <= 10_000; n++)
    await b.call('write', {}, { ids: { pipelineRunId: `run-${n}` }, eventEmitter: () => {} })
  expect(await b.compensate('run-0')).toMatchObject({ notRecorded: 0 })
  for (const run of ['run-1', 'run-10000'])
    expect(await b.compensate(run)).toMatchObject({ notRecorded: 1, isComplete: false })
}, 120_000)

test('a stopped compensation reports only the calls that it looked at', async () => {
  const controller = new AbortController()
  const [work, undoing] = [deferred(), deferred()]
  const write = tool('write', ({ waits }) => (waits ? work.promise : undefined), { undo: () => undoing.promise })
  const b = make([write])
  await b.call('write', {}, { callId: 'first' })
  const second = b.call('write', { waits: true }, { callId: 'second' })
  const compensation = b.compensate('run-1', { signal: controller.signal })
  await b.clock.settle()
  work.resolve()
  await second
  controller.abort()
  undoing.resolve()
  expect(await compensation).toMatchObject({ isComplete: false, undone: [{ callId: 'first' }], stillRunning: 0 })
  expect(await b.compensate('run-1')).toMatchObject({ isComplete: true, undone: [{ callId: 'second' }] })
})

test('undone calls make room in the store', async () => {
  const b = make([tool('write', () => 'x'.repeat(400), { undo: () => {} })], {
    store: memoryUndoStore({ maxLength: 1_000 }),
  })
  for (let time = 0; time < 3; time++) {
    expect(await b.call('write')).toMatchObject({ undoable: true })
    expect(await b.undo('call-0')).toMatchObject({ status: 'undone' })
  }
})

test('a call is undone once the store has removed it, and a store that does not respond is not waited for longer than 5 s', async () => {
  const inner = memoryUndoStore()
  const removing = deferred()
  const b = make([tool('write', () => 1, { undo: () => {} })], {
    store: undoStore({ ...inner, remove: (...removal) => removing.promise.then(() => inner.remove(...removal)) }),
  })
  await b.call('write')
  const undo = b.undo('call-0')
  await b.clock.settle()
  const isLeft = async (): Promise<boolean> => (await inner.find({ callId: 'call-0' })).length > 0
  const ends = undo.then(isLeft)
  removing.resolve()
  expect(await ends).toBe(false)
  const hanging = make([tool('write', () => 1, { undo: () => {}, timeoutMs: 100 })], {
    store: undoStore({ remove: () => silent }),
  })
  await hanging.call('write')
  const other = hanging.undo('call-0')
  await hanging.clock.advance(5_000)
  expect(await other).toMatchObject({ status: 'undone' })
  expect(hanging.executor.stats()).toMatchObject({ storeErrors: 1 })
})

test('storeTimeoutMs limits each operation: a call that the store does not take in time cannot be undone', async () => {
  const b = make([tool('write', () => 1, { undo: () => {} })], {
    store: undoStore({ add: () => silent }),
    storeTimeoutMs: 200,
  })
  const call = b.call('write')
  await b.clock.advance(200)
  expect(await call).toMatchObject({ status: 'completed', undoable: false })
  expect(b.of('tool.undo_failed')).toMatchObject([
    { reason: 'not_recorded', errorMessage: 'the undo store did not answer within 200 ms' },
  ])
  const unread = make([], { store: undoStore({ find: () => silent }), storeTimeoutMs: 200 })
  const compensation = expect(unread.compensate('run-1')).rejects.toMatchObject({ code: 'undo/unavailable' })
  await unread.clock.advance(200)
  await compensation
})
