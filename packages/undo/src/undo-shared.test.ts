import type { UndoStore } from '@stageflow/keyed-work'
import { manualClock, type ManualClock } from '@stageflow/testing'
import type { AnyTool } from '@stageflow/tools'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { deferred, tool, undoBench, type UndoBench } from '../test/undo-bench.ts'
import { memoryUndoStore, type UndoLogOptions } from './index.ts'

let clocks: ManualClock[] = []
afterEach(() => {
  for (const clock of clocks) expect(clock.timers).toEqual([])
  clocks = []
})

interface Side extends Omit<UndoBench, 'call' | 'compensate'> {
  readonly call: (name: string, callId: string, input?: object) => Promise<unknown>
  readonly compensate: (options?: { timeoutMs?: number }) => ReturnType<UndoBench['compensate']>
}

/** Two executors with one store, as two processes have them. */
function twoOn(
  tools: readonly (readonly AnyTool[])[],
  options: UndoLogOptions = {},
  change: (store: UndoStore) => Partial<UndoStore> = () => ({}),
) {
  const clock = manualClock()
  clocks.push(clock)
  const store = memoryUndoStore({ clock })
  const undoStore: UndoStore = { ...store, outlivesProcess: true, ...change(store) }
  const side = (place: number): Side => {
    const made = undoBench(tools[place] ?? tools[0] ?? [], { ...options, store: undoStore }, { clock })
    return {
      ...made,
      call: (name, callId, input = {}) => made.call(name, input, { callId, clock }),
      compensate: (more) => made.compensate('run-1', { clock, eventEmitter: (type, data) => made.events.push({ type, data }), ...more }), // prettier-ignore
    }
  }
  return { one: side(0), two: side(1), clock, store: undoStore }
}

/** A tool whose undo lasts as long as its input says, and writes its begin and end down. */
const slow = (log: string[]): AnyTool =>
  tool('write', () => 1, {
    undo: async ({ callId, input }, { clock }) => {
      log.push(`?${callId}`)
      const { ms } = input as { ms?: number }
      if (ms !== undefined) await clock.sleep(ms)
      log.push(`-${callId}`)
    },
  })

test('while one process undoes a call, another one waits for it, and goes on with the calls before it', async () => {
  const log: string[] = []
  const { one, two, clock } = twoOn([[slow(log)]], { leaseMs: 3_000 })
  await one.call('write', 'a')
  await two.call('write', 'b', { ms: 20_000 })
  const first = one.compensate()
  await clock.settle()
  const second = two.compensate()
  // Longer than the lease: it is renewed.
  await clock.advance(19_999)
  expect(log).toEqual(['?b'])
  await clock.advance(2_000)
  expect(log).toEqual(['?b', '-b', '?a', '-a'])
  const ends = await Promise.all([first, second])
  expect(ends.map(({ isComplete }) => isComplete)).toEqual([true, true])
  expect(ends.flatMap(({ undone }) => undone.map(({ callId }) => callId))).toEqual(['b', 'a'])
})

test('a call whose undo failed in one process can be undone by another one at once', async () => {
  const broken = tool('write', () => 1, { undo: () => { throw new Error('locked') } }) // prettier-ignore
  const log: string[] = []
  const { one, two } = twoOn([[broken], [slow(log)]])
  await one.call('write', 'a')
  expect(await one.compensate()).toMatchObject({ isComplete: false, failed: [{ callId: 'a' }] })
  expect(await two.compensate()).toMatchObject({ isComplete: true, undone: [{ callId: 'a' }] })
  expect(log).toEqual(['?a', '-a'])
})

test('a call of a process that died is undone by another one when its lease is over', async () => {
  const log: string[] = []
  const { one, two, clock, store } = twoOn([[slow(log)]], { leaseMs: 30_000 })
  await one.call('write', 'a')
  const [entry] = await store.find({ run: 'run-1' })
  await store.claim(entry?.id ?? '', { token: 'of the dead', leaseMs: 30_000 })
  const end = two.compensate()
  await clock.advance(29_999)
  expect(log).toEqual([])
  await clock.advance(1)
  expect(await end).toMatchObject({ isComplete: true, undone: [{ callId: 'a' }] })
})

test('the wait for another process ends with the time limit of the tool, its grace time and a lease', async () => {
  const { one, two, clock, store } = twoOn([[tool('write', () => 1, { undo: () => {}, timeoutMs: 2_000 })]], {
    leaseMs: 3_000,
  })
  await one.call('write', 'a')
  const [entry] = await store.find({ run: 'run-1' })
  await store.claim(entry?.id ?? '', { token: 'of another', leaseMs: 1e9 })
  const end = two.compensate()
  await clock.advance(5_999)
  expect(two.types()).toEqual([])
  await clock.advance(1)
  expect(await end).toMatchObject({
    isComplete: false,
    failed: [{ callId: 'a', error: { code: 'undo/in-progress' } }],
  })
  expect(two.of('tool.undo_failed')).toMatchObject([{ reason: 'failed', errorCode: 'undo/in-progress' }])
  const limited = two.compensate({ timeoutMs: 50 })
  await clock.advance(50)
  expect(await limited).toMatchObject({ isComplete: false, failed: [{ error: { code: 'tool-executor/timed-out' } }] })
})

test('a handler whose claim another process has taken is told to stop, and its result says so', async () => {
  let isCut = false
  const reasons: unknown[] = []
  const write = tool('write', () => 1, {
    timeoutMs: false,
    undo: async (_, { clock, signal }) => {
      try {
        await clock.sleep(10_000, signal)
      } catch (error) {
        reasons.push(error)
        throw error
      }
    },
  })
  const { one, clock, store } = twoOn([[write]], { leaseMs: 3_000 }, (inner) => ({
    claim: (id, claim) => (isCut ? Promise.reject(new Error('cut off')) : inner.claim(id, claim)),
  }))
  await one.call('write', 'a')
  const end = one.compensate()
  await clock.settle()
  isCut = true
  await clock.advance(3_000)
  isCut = false
  const [entry] = await store.find({ run: 'run-1' })
  expect(await store.claim(entry?.id ?? '', { token: 'of another', leaseMs: 60_000 })).toEqual({ status: 'claimed' })
  await clock.advance(1_000)
  expect(await end).toMatchObject({ isComplete: false, failed: [{ error: { code: 'undo/lease-lost' } }] })
  expect(reasons).toMatchObject([{ code: 'undo/lease-lost' }])
  expect(one.executor.stats()).toMatchObject({ storeErrors: 3, lastStoreError: new Error('cut off') })
  // The claim of the other one is still there.
  expect(await store.claim(entry?.id ?? '', { token: 'third', leaseMs: 1 })).toMatchObject({ status: 'taken' })
})

test('a renewal that is in progress does not take a released call again', async () => {
  const renewing = deferred()
  let claims = 0
  const write = tool('write', () => 1, {
    undo: async (_, { clock }) => {
      await clock.sleep(1_500)
      throw new Error('no')
    },
  })
  const { one, two, clock } = twoOn([[write], [slow([])]], { leaseMs: 3_000 }, (inner) => ({
    claim: async (id, claim) => {
      if (++claims === 2) await renewing.promise
      return inner.claim(id, claim)
    },
  }))
  await one.call('write', 'a')
  const end = one.compensate()
  await clock.advance(1_500)
  expect(claims).toBe(2)
  renewing.resolve()
  expect(await end).toMatchObject({ failed: [{ error: { message: 'no' } }] })
  expect(await two.compensate()).toMatchObject({ isComplete: true, undone: [{ callId: 'a' }] })
})

test('a call whose tool is gone, or can not undo any more, fails with what to do, and is kept', async () => {
  const log: string[] = []
  const { one, two, store } = twoOn([[slow(log)], []])
  await one.call('write', 'a')
  expect(await two.compensate()).toMatchObject({
    isComplete: false,
    failed: [{ callId: 'a', toolName: 'write', error: { code: 'undo/tool-missing' } }],
  })
  expect(two.of('tool.undo_failed')).toMatchObject([
    { toolName: 'write', reason: 'failed', errorMessage: expect.stringContaining('registry.register(tool)') },
  ])
  two.registry.register(tool('write', () => 1))
  const { failed } = await two.compensate()
  expect(failed[0]?.error?.message).toContain('the tool "write" has no undo any more')
  expect(await store.find({ run: 'run-1' })).toHaveLength(1)
  expect(await one.compensate()).toMatchObject({ isComplete: true, undone: [{ callId: 'a' }] })
})

test('an entry that this version did not write makes the undoing fail, and is kept', async () => {
  const { one, store } = twoOn([[slow([])]])
  for (const call of ['no text', '[{"form":1},99]']) {
    await store.add({ id: call, run: 'run-1', callId: 'a', call, ttlMs: 1_000, retentionMs: 1 })
    await expect(one.compensate()).rejects.toMatchObject({ code: 'undo/unavailable' })
    expect(await one.undo('a')).toMatchObject({
      status: 'failed',
      error: { code: 'undo/unavailable', message: expect.stringContaining('Nothing was undone') },
    })
    await store.claim(call, { token: 't', leaseMs: 1 })
    await store.remove(call, 't')
  }
})

test('ids of any length and any characters are found again, and are apart', async () => {
  const undone: string[] = []
  const { one, two } = twoOn([[tool('write', () => 1, { undo: ({ callId }) => void undone.push(callId) })]])
  const ids = ['x'.repeat(8_000), `${'x'.repeat(8_000)}y`, 'a\u0000', 'a\ud800', '😀']
  for (const id of ids) await one.call('write', id)
  for (const id of ids)
    expect(await two.undo(id, { pipelineRunId: 'run-1' })).toMatchObject({ status: 'undone', callId: id })
  expect(undone).toEqual(ids)
})

const stepArbitrary = fc.oneof(
  fc.record({
    kind: fc.constant('call' as const),
    side: fc.nat({ max: 1 }),
    fails: fc.nat({ max: 2 }),
    ms: fc.nat({ max: 3_000 }),
  }),
  fc.record({ kind: fc.constant('compensate' as const), side: fc.nat({ max: 1 }) }),
  fc.record({ kind: fc.constant('undo' as const), side: fc.nat({ max: 1 }), of: fc.nat({ max: 10 }) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat({ max: 2_000 }) }),
)

test('whatever two processes do at once: no call is undone twice, none at the same time, and every result is true', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stepArbitrary, { maxLength: 25 }), async (steps) => {
      const undone = new Set<string>()
      const running = new Set<string>()
      const tries = new Map<string, number>()
      const faults: string[] = []
      const write = tool('write', () => 1, {
        undo: async ({ callId, input }, { clock }) => {
          const { ms, fails } = input as { ms: number; fails: number }
          if (running.has(callId)) faults.push(`${callId} twice at once`)
          if (undone.has(callId)) faults.push(`${callId} again`)
          running.add(callId)
          await clock.sleep(ms)
          running.delete(callId)
          tries.set(callId, (tries.get(callId) ?? 0) + 1)
          if ((tries.get(callId) ?? 0) <= fails) throw new Error('no')
          undone.add(callId)
        },
      })
      const { one, two, clock } = twoOn([[write]], { leaseMs: 1_000 })
      const sides = [one, two] as const
      const told: Promise<readonly string[]>[] = []
      const undoneIn = (results: readonly { status: string; callId: string }[]): readonly string[] =>
        results.filter(({ status }) => status === 'undone').map(({ callId }) => callId)
      let made = 0
      for (const step of steps) {
        if (step.kind === 'wait') await clock.advance(step.ms)
        else {
          const side = sides[step.side] as Side
          if (step.kind === 'call') await side.call('write', `c${made++}`, step)
          else if (step.kind === 'undo') told.push(side.undo(`c${step.of}`).then((end) => undoneIn([end])))
          else told.push(side.compensate().then((end) => undoneIn(end.undone)))
        }
      }
      await clock.advance(400_000)
      const all = (await Promise.all(told)).flat()
      expect(new Set(all)).toEqual(undone)
      expect(faults).toEqual([])
      // A call can fail twice.
      for (let time = 0; time < 3; time++) {
        const last = one.compensate()
        await clock.advance(100_000)
        await last
      }
      expect(undone.size).toBe(made)
    }),
    propertySettings(100),
  )
}, 120_000)
