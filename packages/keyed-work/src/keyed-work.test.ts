import { StageflowError } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, describe, expect, test } from 'vitest'

import { scriptedStore, type ScriptedStore } from '../test/scripted-store.ts'
import {
  type Ending,
  type KeyedStore,
  keyedWork,
  type KeyedWorkOptions,
  memoryStore,
  type StoreOperation,
  type Worked,
  type WorkRequest,
} from './index.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

interface Receipt {
  readonly receipt: number
}
type Result = Receipt | { readonly reason: string }
type Request = Partial<WorkRequest<Result>>

const P1 = '1'.repeat(64)
const P2 = '2'.repeat(64)

/** A process with an engine of its own. Its work takes 10 ms, and returns a receipt with the number of the execution. */
function processOn(store: KeyedStore, options: Partial<KeyedWorkOptions<Result>> = {}) {
  const failed: [operation: StoreOperation, cause: unknown][] = []
  let executions = 0
  const engine = keyedWork<Result>({
    store,
    leaseMs: 30_000,
    waitMs: 30_000,
    storeTimeoutMs: 5_000,
    toText: (result) => JSON.stringify(result),
    fromText: (text) => JSON.parse(text) as Result,
    ...options,
  })
  const pay = async (): Promise<Worked<Result>> => {
    const receipt = ++executions
    await clock.sleep(10)
    return { keep: true, result: { receipt } }
  }
  return {
    engine,
    failed,
    executions: () => executions,
    forget: (token: string) => engine.forget('order-7', token, clock),
    once: (request: Request = {}): Promise<Ending<Result>> =>
      engine.once({
        key: 'order-7',
        parameters: P1,
        ttlMs: 86_400_000,
        caller: { clock, signal: new AbortController().signal },
        work: pay,
        storeFailed: (operation, cause) => failed.push([operation, cause]),
        ...request,
      }),
  }
}

const callerWith = (controller: AbortController): Pick<WorkRequest<Result>, 'caller'> => ({
  caller: { clock, signal: controller.signal },
})
const statusesOf = (endings: readonly Ending<Result>[]): readonly string[] => endings.map(({ status }) => status)
const stores: [name: string, open: () => KeyedStore & Pick<ScriptedStore, 'stats'>][] = [
  ['answers at once', () => memoryStore({ clock })],
  ['answers later', () => scriptedStore(clock)],
]

test.each(stores)(
  'on a store that %s, work is executed once, shared by calls at once, and repeated later',
  async (_, open) => {
    const { once, executions } = processOn(open())
    const atOnce = [once(), once(), once()]
    await clock.advance(10)
    expect(await Promise.all(atOnce)).toMatchObject([
      { status: 'executed', result: { receipt: 1 } },
      { status: 'shared', result: { receipt: 1 } },
      { status: 'shared', result: { receipt: 1 } },
    ])
    expect(await once()).toEqual({ status: 'hit', result: { receipt: 1 } })
    expect(executions()).toBe(1)
  },
)

test('each call gets its own copy of the result', async () => {
  const { once } = processOn(memoryStore({ clock }))
  const atOnce = [once(), once()]
  await clock.advance(10)
  const results = [...(await Promise.all(atOnce)), await once()].map((ending) => 'result' in ending && ending.result)
  expect(new Set(results).size).toBe(3)
})

test('a call in another process waits for the first one, and gets its result', async () => {
  const store = scriptedStore(clock)
  const [one, two] = [processOn(store), processOn(store)]
  const both = [one.once(), two.once()]
  await clock.advance(20)
  expect(await Promise.all(both)).toMatchObject([{ status: 'executed' }, { status: 'hit', result: { receipt: 1 } }])
  expect(two.executions()).toBe(0)
})

test('other parameters end as other-input, with the hash of the first ones, while the work runs and afterwards', async () => {
  const store = scriptedStore(clock)
  const [one, two] = [processOn(store), processOn(store)]
  const first = one.once()
  await clock.settle()
  const other = { status: 'other-input', parameters: P1 }
  expect(await one.once({ parameters: P2 })).toEqual(other)
  expect(await two.once({ parameters: P2 })).toEqual(other)
  await clock.advance(10)
  expect((await first).status).toBe('executed')
  expect(await one.once({ parameters: P2 })).toEqual(other)
})

test('a call that waits longer than waitMs ends as in-progress, in this process and in others', async () => {
  const store = scriptedStore(clock)
  const [one, two] = [processOn(store, { waitMs: 100 }), processOn(store, { waitMs: 100 })]
  const work = () => clock.sleep(1_000).then(() => ({ keep: true as const, result: { receipt: 1 } }))
  const first = one.once({ work })
  const waiting = [one.once(), two.once()]
  await clock.advance(100)
  expect(await Promise.all(waiting)).toEqual([{ status: 'in-progress' }, { status: 'in-progress' }])
  await clock.advance(900)
  expect((await first).status).toBe('executed')
})

test('with waitMs Infinity a call waits as long as its caller does', async () => {
  const { once } = processOn(scriptedStore(clock), { waitMs: Infinity })
  const first = once({ work: () => clock.sleep(1_000_000).then(() => ({ keep: true, result: { receipt: 1 } })) })
  const gone = new AbortController()
  const [second, third] = [once(), once(callerWith(gone))]
  await clock.advance(500_000)
  gone.abort(new Error('gone'))
  await expect(third).rejects.toThrow('gone')
  await clock.advance(500_000)
  expect(statusesOf(await Promise.all([first, second]))).toEqual(['executed', 'shared'])
})

test('work that is not done frees its key, and a call that waits does it again', async () => {
  const store = scriptedStore(clock)
  const { once, executions } = processOn(store)
  const refused = { keep: false as const, result: { reason: 'no card' } }
  const both = [once({ work: () => clock.sleep(5).then(() => refused) }), once()]
  await clock.advance(15)
  expect(await Promise.all(both)).toMatchObject([
    { status: 'executed', result: { reason: 'no card' } },
    { status: 'executed', result: { receipt: 1 } },
  ])
  expect(executions()).toBe(1)
})

test('work that is not done can be shared with the calls that wait, and with new ones until its code has returned', async () => {
  const store = scriptedStore(clock)
  const { once, executions } = processOn(store)
  const left = Promise.withResolvers<boolean>()
  const first = once({
    work: () =>
      clock.sleep(5).then(() => ({ keep: false, result: { reason: 'too slow' }, share: true, release: left.promise })),
  })
  const second = once()
  await clock.advance(5)
  const shared = { status: 'shared', result: { reason: 'too slow' } }
  expect([(await first).status, await second, await once()]).toEqual(['executed', shared, shared])
  left.resolve(true)
  await clock.settle()
  expect(store.stats().claims).toBe(0)
  const last = once()
  await clock.advance(10)
  expect((await last).status).toBe('executed')
  expect(executions()).toBe(1)
})

test('while code of the work still runs, its key stays taken, and "freed" tells when it is free', async () => {
  const store = scriptedStore(clock)
  const [one, two] = [processOn(store), processOn(store)]
  const left = Promise.withResolvers<boolean>()
  const ending = await one.once({ work: () => ({ keep: false, result: { reason: 'late' }, release: left.promise }) })
  const log: string[] = []
  void (ending as Ending<Result> & { status: 'executed' }).freed.then(() => log.push('free'))
  const [same, other] = [one.once(), two.once()]
  await clock.advance(1_000)
  expect([one.executions() + two.executions(), log]).toEqual([0, []])
  left.resolve(true)
  await clock.advance(2_000)
  expect(log).toEqual(['free'])
  expect(statusesOf(await Promise.all([same, other])).toSorted()).toEqual(['executed', 'hit'])
})

test('a claim that may not be released ends with its lease', async () => {
  const store = scriptedStore(clock)
  const { once } = processOn(store)
  expect(await once({ work: () => ({ keep: false, result: { reason: 'lost leg' }, release: false }) })).toMatchObject({
    status: 'executed',
  })
  expect(store.stats().claims).toBe(1)
  const next = once()
  await clock.advance(29_000)
  expect(store.log).not.toContain('release')
  await clock.advance(2_000)
  expect((await next).status).toBe('executed')
})

test('work that throws rejects its own call, and a call that waits does it again', async () => {
  const { once } = processOn(scriptedStore(clock))
  const first = once({ work: () => clock.sleep(5).then(() => Promise.reject(new Error('broken'))) })
  const second = once()
  void first.catch(() => {})
  await clock.advance(15)
  await expect(first).rejects.toThrow('broken')
  expect((await second).status).toBe('executed')
})

test('a caller that aborts is rejected with its reason, and a call that waits takes over', async () => {
  const store = scriptedStore(clock)
  const { once, executions } = processOn(store)
  store.silent.add('claim')
  const gone = new AbortController()
  const [first, second] = [once(callerWith(gone)), once()]
  await clock.settle()
  gone.abort(new Error('gone'))
  await expect(first).rejects.toThrow('gone')
  store.answer()
  await clock.advance(50)
  expect((await second).status).toBe('executed')
  expect(executions()).toBe(1)
})

test('a store that fails before the work ends all calls that wait for it as unavailable, and is asked once', async () => {
  const store = scriptedStore(clock)
  const { once, failed, executions } = processOn(store)
  store.silent.add('claim')
  const atOnce = [once(), once(), once()]
  await clock.advance(5_000)
  const cause = { message: 'the store did not answer within 5000 ms' }
  for (const ending of await Promise.all(atOnce)) expect(ending).toMatchObject({ status: 'unavailable', cause })
  expect(failed).toMatchObject([['claim', cause]])
  expect([executions(), store.log]).toEqual([0, ['claim']])
  store.answer()
  await clock.settle()
  // The claim that came late was given back.
  expect(store.stats().claims).toBe(0)
})

test("with onStoreError: 'run' the work is done without a claim, and its result is stored if the store is back", async () => {
  const store = scriptedStore(clock)
  const { once, failed } = processOn(store, { onStoreError: 'run' })
  store.failures.claim = 1
  const claims: boolean[] = []
  const work = ({ isHeld }: { isHeld: boolean }): Worked<Result> => (
    claims.push(isHeld),
    { keep: true, result: { receipt: 7 } }
  )
  expect(await once({ work })).toMatchObject({ status: 'executed', result: { receipt: 7 } })
  expect(failed).toMatchObject([['claim', { code: 'ECONNREFUSED' }]])
  expect(claims).toEqual([false])
  expect(await once()).toEqual({ status: 'hit', result: { receipt: 7 } })
})

test.each([undefined, null, {}, { status: 'ok' }, 7])(
  'the answer %j to a claim is a failure of the store',
  async (answer) => {
    const store: KeyedStore = { ...memoryStore({ clock }), claim: () => answer as never }
    expect(await processOn(store).once()).toMatchObject({
      status: 'unavailable',
      cause: { message: expect.stringMatching(/^the store returned .* for a claim$/) },
    })
  },
)

test('a result that has no text ends as not-json, and so do repeats, without the work being done again', async () => {
  const { once, executions } = processOn(scriptedStore(clock), {
    toText: () => {
      throw new Error('\u0000 it is a \ud800 function')
    },
  })
  const both = [once(), once()]
  await clock.advance(10)
  const [first, second] = await Promise.all(both)
  const notJson = { status: 'not-json', reason: '\u0000 it is a \ud800 function' }
  expect(first).toMatchObject({ ...notJson, by: 'executed', result: { receipt: 1 } })
  expect(second).toMatchObject({ ...notJson, by: 'shared', result: { receipt: 1 } })
  expect(await once()).toEqual({ ...notJson, by: 'hit' })
  expect(executions()).toBe(1)
})

test('the reason that is stored in place of a result is text that every store keeps unchanged', async () => {
  const values: string[] = []
  const store = memoryStore({ clock })
  const { once } = processOn(
    { ...store, complete: (key, completion) => (values.push(completion.value), store.complete(key, completion)) },
    { toText: () => { throw new Error('\u0000 \ud800') } }, // prettier-ignore
  )
  const first = once()
  await clock.advance(10)
  await first
  expect(values).toHaveLength(1)
  expect(Buffer.from(values[0] as string).toString()).toBe(values[0])
  expect(values[0]).not.toContain('\u0000')
})

test('a result that is too long for the store ends as too-large, with the reason of the store, and so do repeats', async () => {
  const { once } = processOn(memoryStore({ clock, maxBytes: 6_000 }), { toText: () => 'x'.repeat(3_000) })
  const both = [once(), once()]
  await clock.advance(10)
  const [ending, shared] = await Promise.all(both)
  const tooLarge = { status: 'too-large', reason: expect.stringContaining('maxBytes') as string }
  expect(ending).toMatchObject({ ...tooLarge, by: 'executed', result: { receipt: 1 } })
  expect(shared).toMatchObject({ ...tooLarge, by: 'shared', result: { receipt: 1 } })
  expect(StageflowError.is((ending as { cause?: unknown }).cause, 'keyed-work/too-large')).toBe(true)
  expect(await once()).toEqual({ ...tooLarge, by: 'hit' })
})

test.each(['fail', 'run'] as const)(
  'a store that is full ends all calls that wait as full, whatever onStoreError is, and the work is not done: %s',
  async (onStoreError) => {
    const store = memoryStore({ clock, maxBytes: 6_000 })
    const { once, failed, executions } = processOn(store, { onStoreError })
    store.claim('other', { token: 'other', parameters: P1, leaseMs: 60_000 })
    for (const ending of await Promise.all([once(), once()]))
      expect(ending).toMatchObject({ status: 'full', cause: { code: 'keyed-work/full' } })
    expect([executions(), failed, store.stats().refused]).toEqual([0, [], 1])
    store.release('other', 'other')
    const later = once()
    await clock.advance(10)
    expect((await later).status).toBe('executed')
  },
)

test('the store gets the account of a request with each operation that can add a record', async () => {
  const store = scriptedStore(clock)
  const seen: unknown[] = []
  const account = { owner: 'ada' }
  const { once, forget } = processOn({
    ...store,
    claim: (key, claim, given) => (seen.push(['claim', given]), store.claim(key, claim)),
    complete: (key, completion, given) => (seen.push(['complete', given]), store.complete(key, completion)),
  })
  const ending = once({
    account,
    token: 't',
    work: async () => (await clock.sleep(12_000), { keep: true, result: { receipt: 1 } }),
  })
  await clock.advance(12_000)
  expect((await ending).status).toBe('executed')
  await forget('t')
  expect(seen).toEqual([
    ['claim', account],
    ['claim', account], // the renewal
    ['complete', account],
    ['complete', { uncounted: true }],
  ])
})

test('a result that cannot be stored leaves its reason in a store that is nearly full, however long that is', async () => {
  const store = memoryStore({ clock, maxBytes: 5_200 })
  const { once } = processOn(store, { toText: () => { throw new Error('\u0000'.repeat(5_000)) } }) // prettier-ignore
  const first = once()
  await clock.advance(10)
  expect((await first).status).toBe('not-json')
  expect(await once()).toMatchObject({ status: 'not-json', by: 'hit', reason: '\u0000'.repeat(300) })
})

test('a store that fails after the work is asked again after 0.1, 0.4 and 1.6 s, then the work ends as not-recorded', async () => {
  const store = scriptedStore(clock)
  const { once, failed } = processOn(store)
  store.failures.complete = Infinity
  const both = [once(), once()]
  await clock.advance(10 + 100 + 400 + 1_600)
  const notRecorded = { status: 'not-recorded', cause: { code: 'ECONNREFUSED' }, result: { receipt: 1 } }
  expect(await Promise.all(both)).toMatchObject([
    { ...notRecorded, by: 'executed' },
    { ...notRecorded, by: 'shared' },
  ])
  expect(failed).toMatchObject([['complete', { code: 'ECONNREFUSED' }]])
  expect(store.log.filter((operation) => operation === 'complete')).toHaveLength(4)
})

test('how often the store is asked again is an option', async () => {
  const store = scriptedStore(clock)
  const { once } = processOn(store, { storeRetryMs: [] })
  store.failures.complete = 1
  const first = once()
  await clock.advance(10)
  expect((await first).status).toBe('not-recorded')
})

test('a record that this version did not write ends as unreadable, and the work is not done', async () => {
  for (const value of ['', '{"receipt":1}', '=', '=<html>', '!', '!<html>']) {
    const claim: KeyedStore['claim'] = (_, { parameters }) => ({ status: 'completed', parameters, value })
    const { once, executions } = processOn({ ...memoryStore({ clock }), claim })
    expect((await once()).status).toBe('unreadable')
    expect(executions()).toBe(0)
  }
})

test('an execution that another one has replaced ends as lease-lost, and those that waited for it get the other result', async () => {
  const storeClock = manualClock()
  const store = memoryStore({ clock: storeClock })
  const [slow, heir] = [processOn(store), processOn(store)]
  const work = () => clock.sleep(5_000).then(() => ({ keep: true as const, result: { receipt: 99 } }))
  const both = [slow.once({ work }), slow.once()]
  await clock.settle()
  await storeClock.advance(30_000) // the process hung: time passed for the store only
  const taken = heir.once()
  await clock.advance(5_000)
  expect(await taken).toMatchObject({ status: 'executed', result: { receipt: 1 } })
  expect(await Promise.all(both)).toEqual([
    { status: 'lease-lost', result: { receipt: 99 } },
    { status: 'hit', result: { receipt: 1 } },
  ])
})

test('a renewal that finds another owner tells the work, which can stop', async () => {
  const storeClock = manualClock()
  const store = memoryStore({ clock: storeClock })
  const slow = processOn(store)
  const lost = Promise.withResolvers<void>()
  const first = slow.once({
    async work({ onLost }) {
      onLost(() => lost.resolve())
      await lost.promise
      return { keep: false, result: { reason: 'lost' } }
    },
  })
  await clock.settle()
  await storeClock.advance(30_000)
  const heir = processOn(store).once({
    work: () => clock.sleep(20_000).then(() => ({ keep: true, result: { receipt: 2 } })),
  })
  await clock.advance(10_000)
  expect(await first).toMatchObject({ status: 'executed', result: { reason: 'lost' } })
  await clock.advance(10_000)
  expect(await heir).toMatchObject({ status: 'executed', result: { receipt: 2 } })
})

test('a claim is renewed three times per lease while the work runs, and not after it', async () => {
  const store = scriptedStore(clock)
  const { once, failed } = processOn(store)
  const first = once({ work: () => clock.sleep(45_000).then(() => ({ keep: true, result: { receipt: 1 } })) })
  await clock.settle()
  store.failures.claim = 1
  await clock.advance(45_000)
  expect((await first).status).toBe('executed')
  expect(store.log).toEqual(['claim', 'claim', 'claim', 'claim', 'claim', 'complete'])
  expect(failed).toMatchObject([['renew', { code: 'ECONNREFUSED' }]])
})

test('without "over", an abort of the caller ends the wait for the result to be stored, which is stored all the same', async () => {
  const store = scriptedStore(clock)
  const { once, failed } = processOn(store)
  store.silent.add('complete')
  const gone = new AbortController()
  const [first, second] = [once(callerWith(gone)), once()]
  await clock.advance(10)
  gone.abort(new Error('gone'))
  expect(await first).toMatchObject({ status: 'executed', result: { receipt: 1 } })
  expect(await second).toMatchObject({ status: 'shared', result: { receipt: 1 } })
  store.answer()
  await clock.settle()
  expect(store.stats().results).toBe(1)
  expect(failed).toEqual([])
})

test('with "over", the result is stored in spite of an abort of the caller, until it is over', async () => {
  const store = scriptedStore(clock)
  const { once } = processOn(store)
  store.failures.complete = 2
  const [gone, over] = [new AbortController(), new AbortController()]
  const first = once({ ...callerWith(gone), over: () => over.signal })
  await clock.advance(10)
  gone.abort(new Error('gone'))
  await clock.advance(500)
  expect((await first).status).toBe('executed')
  expect(store.stats().results).toBe(1)
})

test('when it is over while code still runs, renewals end and calls that wait ask the store, until the lease has ended', async () => {
  const store = scriptedStore(clock)
  const { once, executions } = processOn(store)
  const over = new AbortController()
  const first = once({
    over: () => over.signal,
    work: () => clock.sleep(60_000).then(() => ({ keep: true, result: { receipt: 99 } })),
  })
  const second = once()
  await clock.advance(5_000)
  over.abort()
  await clock.advance(24_000)
  expect([executions(), clock.timers.length]).toEqual([0, 2]) // the work, and the next question
  await clock.advance(2_000)
  expect(await second).toMatchObject({ status: 'executed', result: { receipt: 1 } })
  await clock.advance(30_000)
  // Nothing waits for its answer any more, and the store refuses its result.
  expect((await first).status).toBe('executed')
  expect(await once()).toEqual({ status: 'hit', result: { receipt: 1 } })
})

test('a result that is forgotten can be done again, at once and by any process', async () => {
  const store = scriptedStore(clock)
  const [one, two] = [processOn(store), processOn(store)]
  const first = one.once({ token: 'mine' })
  await clock.advance(10)
  await first
  await one.forget('not mine')
  expect((await two.once()).status).toBe('hit')
  await one.forget('mine')
  const again = two.once({ parameters: P2 })
  await clock.advance(12)
  expect(await again).toMatchObject({ status: 'executed', result: { receipt: 1 } })
})

test('to forget a result fails as the store does', async () => {
  const store = scriptedStore(clock)
  store.failures.complete = 1
  await expect(processOn(store).forget('mine')).rejects.toThrow('connection refused')
})

test.each(stores)(
  'on a store that %s, of calls at once the ones with the parameters in the store get the result, in any order',
  async (_, open) => {
    const store = open()
    const first = processOn(store).once()
    await clock.advance(10)
    await first
    const { once } = processOn(store)
    const endings = [once({ parameters: P2 }), once(), once({ parameters: P2 })]
    expect(await Promise.all(endings)).toEqual([
      { status: 'other-input', parameters: P1 },
      { status: 'hit', result: { receipt: 1 } },
      { status: 'other-input', parameters: P1 },
    ])
  },
)

test('while a call with other parameters is refused, one with those in the store gets the result at any moment', async () => {
  const store = scriptedStore(clock)
  const first = processOn(store).once()
  await clock.advance(10)
  await first
  for (let turns = 0; turns < 20; turns++) {
    const { once } = processOn(store)
    const other = once({ parameters: P2 })
    for (let turn = 0; turn < turns; turn++) await undefined
    expect(await once()).toMatchObject({ status: 'hit' })
    expect((await other).status).toBe('other-input')
  }
})

test('a call that waits for one with other parameters does its own work if that one frees the key', async () => {
  const store = scriptedStore(clock)
  store.silent.add('claim')
  const { once } = processOn(store)
  const other = once({ parameters: P2, work: () => ({ keep: false, result: { reason: 'no card' } }) })
  const own = once()
  store.answer()
  await clock.advance(10)
  expect(await other).toMatchObject({ status: 'executed', result: { reason: 'no card' } })
  expect(await own).toMatchObject({ status: 'executed', result: { receipt: 1 } })
})

test('of calls at once for work that was done before, one asks the store', async () => {
  const store = scriptedStore(clock)
  const first = processOn(store).once()
  await clock.advance(10)
  await first
  store.log.length = 0
  const { once } = processOn(store)
  expect(statusesOf(await Promise.all([once(), once(), once()]))).toEqual(['hit', 'hit', 'hit'])
  expect(store.log).toEqual(['claim'])
})

test('work at once on a store that answers at once sets no timer', async () => {
  let timers = 0
  const counting = { ...clock, setTimeout: (act: () => void, ms: number) => (timers++, clock.setTimeout(act, ms)) }
  const { once } = processOn(memoryStore({ clock }))
  const caller = { clock: counting, signal: new AbortController().signal }
  const work = (): Worked<Result> => ({ keep: true, result: { receipt: 1 } })
  expect(statusesOf([await once({ caller, work }), await once({ caller, work })])).toEqual(['executed', 'hit'])
  expect(timers).toBe(0)
})

describe("with onStoreError: 'run'", () => {
  test('a claim that comes late belongs to the work that was begun in spite of it', async () => {
    const store = scriptedStore(clock)
    const { once } = processOn(store, { onStoreError: 'run' })
    store.silent.add('claim')
    const first = once({ work: () => clock.sleep(60_000).then(() => ({ keep: true, result: { receipt: 1 } })) })
    await clock.advance(5_000)
    store.answer()
    await clock.settle()
    expect([store.stats().claims, store.log]).toEqual([1, ['claim']])
    expect(clock.timers).toHaveLength(1) // the work: a claim that nobody knows of is not renewed
    await clock.advance(60_000)
    expect((await first).status).toBe('executed')
  })

  test('a claim that comes late is given back if its caller is gone', async () => {
    const store = scriptedStore(clock)
    const { once } = processOn(store, { onStoreError: 'run' })
    store.silent.add('claim')
    const gone = new AbortController()
    const first = once(callerWith(gone))
    await clock.settle()
    gone.abort(new Error('gone'))
    await expect(first).rejects.toThrow('gone')
    store.answer()
    await clock.settle()
    expect([store.stats().claims, store.log]).toEqual([0, ['claim', 'release']])
  })

  test('work without a claim releases none', async () => {
    const store = scriptedStore(clock)
    const { once } = processOn(store, { onStoreError: 'run' })
    store.failures.claim = 1
    await once({ work: () => ({ keep: false, result: { reason: 'no card' } }) })
    expect(store.log).toEqual(['claim'])
  })

  test('a result counts even if another execution has the claim', async () => {
    const store = scriptedStore(clock)
    const other = processOn(store).once({
      work: () => clock.sleep(50).then(() => ({ keep: true, result: { receipt: 2 } })),
    })
    await clock.settle()
    const { once } = processOn(store, { onStoreError: 'run' })
    store.failures.claim = 1
    const first = once()
    await clock.advance(50)
    expect(await first).toMatchObject({ status: 'executed', result: { receipt: 1 } })
    expect((await other).status).toBe('executed')
  })

  test('a result that the store fails to take counts as stored: at once without a claim, otherwise after the last try', async () => {
    const store = scriptedStore(clock)
    const { once, failed } = processOn(store, { onStoreError: 'run' })
    store.failures.claim = 1
    store.failures.complete = Infinity
    const unclaimed = once()
    await clock.advance(10)
    expect((await unclaimed).status).toBe('executed')
    const claimed = [once(), once()]
    await clock.advance(10 + 100 + 400 + 1_600)
    expect(await Promise.all(claimed)).toMatchObject([
      { status: 'executed', result: { receipt: 2 } },
      { status: 'shared', result: { receipt: 2 } },
    ])
    expect(failed.map(([operation]) => operation)).toEqual(['claim', 'complete', 'complete'])
  })
})

describe('while code of the work runs on after its call', () => {
  /** Work that has ended, and whose code runs until `leave()`. */
  function leavingWork(more: Request = {}) {
    const store = scriptedStore(clock)
    const subject = processOn(store)
    const left = Promise.withResolvers<boolean>()
    const lost: string[] = []
    const work: WorkRequest<Result>['work'] = async ({ onLost }) => {
      onLost(() => lost.push('lost'))
      return { keep: false, result: { reason: 'too slow' }, release: left.promise }
    }
    return { ...subject, store, lost, leave: () => left.resolve(true), leaving: () => subject.once({ work, ...more }) }
  }

  test('its claim is renewed as long as "over" has not aborted, and a renewal tells nothing any more', async () => {
    const over = new AbortController()
    const { store, leaving, leave, failed, lost } = leavingWork({ over: () => over.signal })
    expect((await leaving()).status).toBe('executed')
    store.failures.claim = 1
    await clock.advance(20_000)
    expect(store.log).toEqual(['claim', 'claim', 'claim'])
    const claim = store.claim
    store.claim = (_, { parameters }) => ({ status: 'running', parameters, leaseMs: 1_000 })
    await clock.advance(10_000)
    store.claim = claim
    expect([failed, lost]).toEqual([[], []])
    leave()
    await clock.settle()
    expect(store.log.at(-1)).toBe('release')
  })

  test('without "over" its claim is not renewed', async () => {
    const { store, leaving, leave } = leavingWork()
    await leaving()
    await clock.advance(25_000)
    expect(store.log).toEqual(['claim'])
    leave()
    await clock.settle()
    expect(store.log).toEqual(['claim', 'release'])
  })

  test('its claim is released after the renewal in progress, which would claim the key again', async () => {
    const over = new AbortController()
    const { store, leaving, leave } = leavingWork({ over: () => over.signal })
    await leaving()
    store.silent.add('claim')
    await clock.advance(10_000)
    leave()
    await clock.settle()
    expect(store.log).toEqual(['claim', 'claim'])
    store.answer()
    await clock.settle()
    expect(store.log).toEqual(['claim', 'claim', 'release'])
    expect(store.stats().claims).toBe(0)
  })

  test('when it is over while the claim is being released, calls that wait go on after the release', async () => {
    const over = new AbortController()
    const { store, leaving, leave, once } = leavingWork({ over: () => over.signal })
    await leaving()
    const waiting = once()
    store.silent.add('release')
    leave()
    await clock.settle()
    over.abort()
    await clock.settle()
    expect(store.log).toEqual(['claim', 'release'])
    store.answer()
    await clock.advance(10)
    expect((await waiting).status).toBe('executed')
  })

  test('when it ends after another call has taken its key over, later calls still wait for that one', async () => {
    const over = new AbortController()
    const { store, leaving, leave, once, executions } = leavingWork({ over: () => over.signal })
    await leaving()
    over.abort()
    await clock.advance(30_000)
    const second = once()
    await clock.settle()
    leave()
    await clock.settle()
    store.log.length = 0
    const third = once()
    await clock.advance(10)
    expect(statusesOf(await Promise.all([second, third]))).toEqual(['executed', 'shared'])
    expect([executions(), store.log]).toEqual([1, ['complete']])
  })
})

test.each<[what: string, work: WorkRequest<Result>['work']]>([
  ['done', () => clock.sleep(5).then(() => ({ keep: true, result: { receipt: 1 } }))],
  ['shared', () => clock.sleep(5).then(() => ({ keep: false, result: { reason: 'no card' }, share: true }))],
  [
    'shared while its code runs',
    () =>
      clock.sleep(5).then(() => ({
        keep: false,
        result: { reason: 'no card' },
        share: true,
        release: clock.sleep(5).then(() => true),
      })),
  ],
])('calls that wait for work that is %s end after the one that did it', async (_, work) => {
  for (const [, open] of stores) {
    const { once } = processOn(open())
    const log: string[] = []
    const atOnce = [once({ work }), once(), once()]
    for (const each of atOnce) void each.then(({ status }) => log.push(status))
    await clock.advance(10)
    expect(log).toEqual(['executed', 'shared', 'shared'])
  }
})

test('work that is not done has freed its key when its call returns, if none of its code runs', async () => {
  const store = scriptedStore(clock)
  store.silent.add('release')
  const log: string[] = []
  const first = processOn(store).once({ work: () => ({ keep: false, result: { reason: 'no card' } }) })
  void first.then(() => log.push('returned'))
  await clock.settle()
  expect([log, store.log]).toEqual([[], ['claim', 'release']])
  store.answer()
  await first
  expect(store.stats().claims).toBe(0)
})

test('without "over", work whose caller has aborted is not renewed, and what a renewal in progress meets is not told', async () => {
  const store = scriptedStore(clock)
  const { once, failed } = processOn(store)
  const gone = new AbortController()
  const first = once({
    ...callerWith(gone),
    work: () => clock.sleep(45_000).then(() => ({ keep: false, result: { reason: 'cancelled' } })),
  })
  await clock.settle()
  store.silent.add('claim')
  await clock.advance(10_000)
  gone.abort(new Error('gone'))
  await clock.advance(35_000)
  expect((await first).status).toBe('executed')
  expect([store.log.filter((operation) => operation === 'claim'), failed]).toEqual([['claim', 'claim'], []])
  store.answer()
  await clock.settle()
})

test('when it is over between two tries to store a result, the call returns at once', async () => {
  const store = scriptedStore(clock)
  const { once } = processOn(store)
  store.failures.complete = 3
  const over = new AbortController()
  const first = once({ over: () => over.signal })
  await clock.advance(10 + 100 + 400 + 1_000)
  over.abort()
  await clock.settle()
  expect((await first).status).toBe('executed')
})

test('a record of undone work that does not go away ends as in-progress', async () => {
  for (const parameters of [P1, P2]) {
    const claim: KeyedStore['claim'] = () => ({ status: 'completed', parameters: P1, value: '-' })
    const ending = processOn({ ...memoryStore({ clock }), claim }, { waitMs: 5 }).once({ parameters })
    await clock.advance(5)
    expect(await ending).toEqual({ status: 'in-progress' })
  }
})

describe('wrong options and requests are refused', () => {
  const optionsOf = (changes: object) => () => processOn(memoryStore({ clock }), changes)

  test('options: each problem in one error', () => {
    expect(() => keyedWork(undefined as never)).toThrow('keyedWork(): the options must be an object, not undefined.')
    expect(() => keyedWork({} as never)).toThrow(
      /store must be a store .*leaseMs must be .*waitMs must be .*storeTimeoutMs must be .*toText must be .*fromText must be /,
    )
    expect(optionsOf({ leaseMs: undefined })).toThrow(expect.objectContaining({ code: 'keyed-work/illegal-option' }))
  })

  test.each([
    [{ leaseMs: -1 }, 'leaseMs must be a whole number from 1'],
    [{ waitMs: Number.NaN }, 'waitMs must be a number of milliseconds from 0, or Infinity'],
    [{ storeTimeoutMs: 0 }, 'storeTimeoutMs must be a number of milliseconds above 0'],
    [{ storeRetryMs: [100, -1] }, 'storeRetryMs must be an array of numbers of milliseconds from 0'],
    [{ onStoreError: 'ignore' }, "onStoreError must be one of 'fail', 'run'"],
    [{ leaseMS: 5 }, 'unknown option "leaseMS"'],
  ])('options %o', (changes, message) => {
    expect(optionsOf(changes)).toThrow(message)
  })

  test.each<[changes: object, message: string]>([
    [{ key: undefined }, 'once(): key must be a string of 1 to 256 characters, not undefined.'],
    [{ key: '' }, 'key must be a string of 1 to 256 characters'],
    [{ account: 'ada' }, 'account must be an object such as { owner: \'ada\' } or { uncounted: true }, not "ada"'],
    [{ account: { owner: 7 } }, 'account must be an object such as'],
    [{ account: { uncounted: 'yes' } }, 'account must be an object such as'],
    [{ key: 'k'.repeat(257) }, 'key must be a string of 1 to 256 characters'],
    [{ parameters: '1000 cents' }, 'parameters must be 64 hexadecimal digits'],
    [{ ttlMs: undefined }, 'ttlMs must be a whole number from 1'],
    [{ ttlMs: -1 }, 'ttlMs must be a whole number from 1'],
    [{ token: '' }, 'token must be a string that is not empty'],
    [{ caller: undefined }, 'caller must be an object with a clock and an AbortSignal'],
    [{ caller: { clock } }, 'caller must be an object with a clock and an AbortSignal'],
    [{ caller: { signal: new AbortController().signal } }, 'caller must be an object with a clock and an AbortSignal'],
    [{ over: new AbortController().signal }, 'over must be a function'],
    [{ work: Promise.resolve() }, 'work must be a function'],
    [{ storeFailed: 'log' }, 'storeFailed must be a function'],
    [{ storefailed: () => {} }, 'once(): unknown option "storefailed" (did you mean "storeFailed"? known: key, '],
    [{ nope: 1 }, 'once(): unknown option "nope" (known: key, '],
  ])('a request with %o, before the store is asked', async (changes, message) => {
    const store = scriptedStore(clock)
    const { once, executions } = processOn(store)
    await expect(once(changes)).rejects.toMatchObject({
      code: 'keyed-work/illegal-option',
      message: expect.stringContaining(message),
    })
    expect([executions(), store.log]).toEqual([0, []])
  })

  test('a request that is missing', async () => {
    const { once } = keyedWork<number>({
      store: memoryStore({ clock }),
      leaseMs: 1,
      waitMs: 0,
      storeTimeoutMs: 1,
      toText: String,
      fromText: Number,
    })
    await expect(once(undefined as never)).rejects.toThrow('once(): the options must be an object, not undefined.')
  })

  test('a request may inherit its parts, and have undefined ones', async () => {
    class Order {
      readonly nope = undefined
      get ttlMs(): number {
        return 86_400_000
      }
    }
    const order = Object.assign(new Order(), { key: 'order-7', parameters: P1, work: () => ({ keep: true, result: { receipt: 1 } }) }) // prettier-ignore
    const { engine } = processOn(memoryStore({ clock }))
    const caller = { clock, signal: new AbortController().signal }
    expect((await engine.once(Object.assign(order, { caller }) as never)).status).toBe('executed')
  })

  test.each<[given: readonly unknown[], message: string]>([
    [[], 'forget(): key must be a string of 1 to 256 characters, not undefined; token must be '],
    [[7, 'mine', clock], 'forget(): key must be a string of 1 to 256 characters, not 7.'],
    [['order-7', {}, clock], 'forget(): token must be a string that is not empty, not an object.'],
    [['order-7', 'mine'], 'forget(): clock must be a clock with now(), sleep(), setTimeout(), not undefined.'],
    [['order-7', 'mine', { now: 5 }], 'clock must be a clock with now(), sleep(), setTimeout(), not an object.'],
  ])('to forget %o', async (given, message) => {
    const { engine } = processOn(memoryStore({ clock }))
    await expect(Reflect.apply(engine.forget, engine, given)).rejects.toMatchObject({
      code: 'keyed-work/illegal-option',
      message: expect.stringContaining(message),
    })
  })

  test('a key of 256 characters is taken', async () => {
    const ending = processOn(memoryStore({ clock })).once({ key: 'k'.repeat(256) })
    await clock.advance(10)
    expect((await ending).status).toBe('executed')
  })
})

test.each([undefined, null, { receipt: 1 }, { keep: 'yes', result: { receipt: 1 } }])(
  'work that returns %o rejects, and frees its key',
  async (worked) => {
    const { once } = processOn(memoryStore({ clock }))
    await expect(once({ work: () => worked as never })).rejects.toMatchObject({
      code: 'keyed-work/illegal-work',
      message: expect.stringContaining('{ keep: true, result }'),
    })
    const again = once()
    await clock.advance(10)
    expect((await again).status).toBe('executed')
  },
)

test('a call whose signal has aborted rejects with its reason before it claims the key', async () => {
  const store = scriptedStore(clock)
  const { once, executions } = processOn(store)
  await expect(once({ caller: { clock, signal: AbortSignal.abort(new Error('gone')) } })).rejects.toThrow('gone')
  expect([executions(), store.log]).toEqual([0, []])
})
