import { setTimeout as sleep } from 'node:timers/promises'

import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { expect, onTestFinished, test, vi } from 'vitest'

import { afterBeats, openRuns, stoppedMachineClock, until } from '../test/open-runs.ts'
import { slowStage } from '../test/slow-stage.ts'
import { durableRuns } from './durable-runs.ts'
import { questionOf } from './journal.ts'
import type { Tables } from './journal.ts'
import type { DurableRuns, EngineOptions } from './index.ts'

const { newPath, newJournal, change, codes } = openRuns()
const full = (): StageflowError => new StageflowError(codes.full, 'The disk is full.')
const locked = (): StageflowError => new StageflowError(codes.unavailable, 'The journal is locked.')
/** Some beats of a journal that looks every 100 ms. */
const SOME_BEATS_MS = 550
/** How long a lease takes that ends only when a test says so. */
const LONG_MS = 3_600_000

interface Fails {
  fact: () => Error | undefined
  /** `first`: what the write asks first. */
  write: (first: keyof Tables | undefined) => Error | undefined
  /** Why a write that was committed is not confirmed. What it waits for holds the confirmation back. */
  confirm: (first: keyof Tables | undefined) => Error | undefined | Promise<undefined>
}
/** A handle of a journal whose writes fail as the test says. */
function openFailing(path: string, options: Partial<EngineOptions> = {}) {
  const journal = newJournal(path)
  const fails: Fails = { fact: () => undefined, write: () => undefined, confirm: () => undefined }
  const { addFact, write } = { addFact: journal.addFact.bind(journal), write: journal.write.bind(journal) }
  vi.spyOn(journal, 'addFact').mockImplementation(async (fact) => {
    const error = fails.fact()
    if (error !== undefined) throw error
    return addFact(fact)
  })
  vi.spyOn(journal, 'write').mockImplementation(async (act, repetition) => {
    // An act does nothing before its first question is answered.
    const { value } = act().next()
    const first = value === undefined ? undefined : questionOf(value as never)[0]
    const error = fails.write(first)
    if (error !== undefined) throw error
    const { confirm } = fails
    const written = await write(act, repetition)
    const unconfirmed = await confirm(first)
    if (unconfirmed !== undefined) throw unconfirmed
    return written
  })
  const runs: DurableRuns = durableRuns(journal, options)
  onTestFinished(async () => {
    await runs.close({ timeoutMs: 0 })
  })
  return { runs, fails }
}
/** Fails once. */
function once(error: () => Error): () => Error | undefined {
  let hasFailed = false
  return () => (hasFailed ? undefined : ((hasFailed = true), error()))
}
/** Waits until its signal aborts. */
const hang = ({ signal }: StageContext): Promise<{}> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve({}), { once: true }))
const hanging = new Pipeline('p').withStage('pay', hang).build()

/** A run in a journal whose process has ended. */
async function abandoned(path: string, runId = 'a'): Promise<void> {
  const { runs } = openFailing(path)
  void runs.run(hanging, {}, { runId }).catch(() => {})
  await until(async () => (await change(path, `SELECT * FROM runs WHERE id = '${runId}'`)).length > 0)
  await runs.close()
}

test('recover calls a stage once whose fact has no room, and says why the run is blocked', async () => {
  const path = newPath()
  await abandoned(path)
  let calls = 0
  const graph = new Pipeline('p').withStage('pay', () => (calls++, {})).build()
  const { runs, fails } = openFailing(path)
  fails.fact = full
  const recovered = await runs.recover(graph)
  expect(recovered).toMatchObject([{ runId: 'a', status: 'blocked', error: { code: codes.full } }])
  await sleep(SOME_BEATS_MS)
  expect(calls).toBe(1)
})

test('recover calls a stage once whose fact has no room, also if the end of its leg has no room either', async () => {
  const path = newPath()
  await abandoned(path)
  let calls = 0
  const { runs, fails } = openFailing(path)
  const graph = new Pipeline('p').withStage('pay', () => ((fails.write = full), calls++, {})).build()
  fails.fact = full
  expect(await runs.recover(graph)).toMatchObject([{ error: { code: codes.full } }])
  await sleep(SOME_BEATS_MS)
  expect((await runs.get('a'))?.status).toBe('running')
  fails.write = () => undefined
  await until(async () => (await runs.get('a'))?.status === 'blocked')
  await sleep(SOME_BEATS_MS)
  expect(calls).toBe(1)
})

test('recover goes on with a run that it could not claim without room, once there is some', async () => {
  const path = newPath()
  await abandoned(path)
  const graph = new Pipeline('p').withStage('pay', () => ({})).build()
  const { runs, fails } = openFailing(path)
  fails.write = full
  expect(await runs.recover(graph)).toMatchObject([{ status: 'running', error: { code: codes.full } }])
  fails.write = () => undefined
  await until(async () => (await runs.get('a'))?.status === 'completed')
})

/** Refuses each run after `before`, in which writes begin to fail. */
const refusing = (before: () => void): Interceptor => ({
  name: 'gate',
  wrapRun: () => async (run) => (before(), run.fail(new StageflowError('gate/closed', 'Closed.'))),
})

test('a refused run whose removal could not be written is removed by a later beat', async () => {
  const path = newPath()
  const { runs, fails } = openFailing(path, { leaseMs: 60_000 })
  const gate = refusing(() => (fails.write = once(locked)))
  const graph = new Pipeline('p').withStage('a', () => ({})).build({ interceptors: [gate] })
  await expect(runs.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: 'gate/closed' })
  await until(async () => (await change(path, 'SELECT * FROM runs')).length === 0)
})

/** Hangs around the run, whatever its signal says. */
const stuck: Interceptor = { name: 'stuck', wrapRun: () => () => new Promise(() => {}) }
/** Long enough for a change of the journal. */
const GRACE = { graceMs: 400 }

test('a cancelled run whose end could not be written ends by a later beat', async () => {
  const path = newPath()
  const { runs, fails } = openFailing(path, { leaseMs: 60_000 })
  const graph = new Pipeline('p').withStage('a', () => ({})).build({ interceptors: [stuck] })
  const run = runs.run(graph, {}, { runId: 'a', ...GRACE })
  await until(async () => (await change(path, 'SELECT * FROM runs')).length > 0)
  await runs.cancel('a', 'no longer wanted')
  fails.write = once(locked)
  await expect(run).rejects.toMatchObject({ code: codes.unavailable })
  await until(async () => (await change(path, "SELECT * FROM runs WHERE status = 'cancelled'")).length === 1)
})

test('a cancelled run whose facts are damaged does not stay with a process that only tries to write its end', async () => {
  const path = newPath()
  const { runs } = openFailing(path, { leaseMs: 60_000 })
  const graph = new Pipeline('p').withStage('a', () => ({})).build({ interceptors: [stuck] })
  const run = runs.run(graph, {}, { runId: 'a', ...GRACE })
  await until(async () => (await change(path, 'SELECT * FROM runs')).length > 0)
  await runs.cancel('a', 'no longer wanted')
  await change(
    path,
    "INSERT INTO facts (run, n, kind, key, at, value) SELECT n, 1, 'call', 'a', 0, 'damaged' FROM runs",
  )
  await expect(run).rejects.toMatchObject({ code: 'durable-engine/damaged' })
  await until(async () => (await change(path, 'SELECT * FROM runs WHERE owner IS NULL')).length === 1)
})

/** A run that is cancelled while code around it hangs. Its end is written after the grace time. */
async function cancelledInGrace(path: string): Promise<{ readonly ended: Promise<unknown> }> {
  const { runs } = openFailing(path, { leaseMs: 60_000 })
  const graph = new Pipeline('p').withStage('a', () => ({})).build({ interceptors: [stuck] })
  const run = runs.run(graph, {}, { runId: 'a', ...GRACE })
  await until(async () => (await change(path, 'SELECT * FROM runs')).length > 0)
  await runs.cancel('a', 'no longer wanted')
  return { ended: run.catch(({ code }: StageflowError) => code) }
}

test('a cancelled leg writes no end into a run that another process has taken', async () => {
  const path = newPath()
  await cancelledInGrace(path)
  await change(path, "INSERT INTO owners (id, until) VALUES ('another', 9e15)")
  await change(path, "UPDATE runs SET fence = fence + 1, owner = 'another'")
  await sleep(GRACE.graceMs + SOME_BEATS_MS)
  expect(await change(path, 'SELECT status, owner FROM runs')).toEqual([{ status: 'running', owner: 'another' }])
  expect(await change(path, 'SELECT kind FROM inbox')).toEqual([{ kind: 'stop' }])
})

test('a cancelled leg whose run is gone says that the journal has no such run', async () => {
  const path = newPath()
  const { ended } = await cancelledInGrace(path)
  await change(path, 'DELETE FROM runs')
  expect(await ended).toBe('durable-engine/unknown-run')
})

test('a run that has no room for its end lets the lease be renewed', async () => {
  const path = newPath()
  const { runs, fails } = openFailing(path, { leaseMs: 600 })
  void runs.run(hanging, {}, { runId: 'beside' }).catch(() => {})
  await until(async () => (await change(path, 'SELECT * FROM runs')).length === 1)
  const graph = new Pipeline('q').withStage('a', () => ({})).build()
  const leaseEnd = async (): Promise<number> => Number((await change(path, 'SELECT until FROM owners'))[0]?.['until'])
  fails.fact = full
  fails.write = (first) => (first === 'endLeg' ? full() : undefined)
  await expect(runs.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: codes.full })
  for (let renewals = 0; renewals < 3; renewals++) {
    const end = await leaseEnd()
    await until(async () => (await leaseEnd()) > end)
  }
})

/** Two runs in this process, each in its first stage, whose lease is renewed when the test lets time pass. */
async function twoRuns() {
  const pass = stoppedMachineClock()
  const path = newPath()
  const { runs, fails } = openFailing(path, { leaseMs: LONG_MS })
  const { graph, ends } = slowStage()
  const first = runs.run(graph, {}, { runId: 'first' })
  await until(() => ends.length === 1)
  const second = runs.run(graph, {}, { runId: 'second' })
  await until(() => ends.length === 2)
  const settled = Promise.allSettled([first, second])
  const endLease = (): void => pass(LONG_MS * 2)
  return { path, runs, fails, graph, ends, first, second, settled, endLease }
}

test('a lease is renewed while what a process writes about a leg that it has lost takes long', async () => {
  const { path, fails, graph, ends, first, second, endLease } = await twoRuns()
  const held = Promise.withResolvers<undefined>()
  let writes = 0
  fails.confirm = (asked) => (asked === 'notCrashed' ? (writes++, held.promise) : undefined)
  await change(path, 'UPDATE owners SET until = 0')
  const there = openFailing(path, { leaseMs: LONG_MS }).runs.run(graph, {}, { runId: 'first' })
  await until(() => ends.length === 3)
  endLease()
  await until(() => writes > 0)
  // No call begins unless the lease holds.
  for (const end of ends) end()
  expect((await second).status).toBe('completed')
  held.resolve(undefined)
  expect((await Promise.all([first, there])).map(({ status }) => status)).toEqual(['completed', 'completed'])
})

test('a lease is renewed while the end of a leg is being written again', async () => {
  const { path, fails, ends, second, settled, endLease } = await twoRuns()
  const held = Promise.withResolvers<undefined>()
  let tries = 0
  fails.fact = once(locked)
  fails.write = (asked) => (asked === 'releaseRun' && ++tries === 1 ? locked() : undefined)
  fails.confirm = (asked) => (asked === 'releaseRun' ? held.promise : undefined)
  ends[0]?.()
  await until(() => tries === 2)
  endLease()
  ends[1]?.()
  expect((await second).status).toBe('completed')
  held.resolve(undefined)
  expect(await settled).toMatchObject([{ reason: { code: codes.unavailable } }, { status: 'fulfilled' }])
  expect(await change(path, 'SELECT id FROM runs WHERE owner IS NULL')).toContainEqual({ id: 'first' })
})

test('closing keeps the lease while it waits for code, so no other process begins the same call', async () => {
  const path = newPath()
  const ends: (() => void)[] = []
  const graph = new Pipeline('p')
    .withStage('pay', () => new Promise<{}>((resolve) => ends.push(() => resolve({}))))
    .build()
  const pass = stoppedMachineClock()
  const leaseMs = 60_000
  const [here, there] = [openFailing(path, { leaseMs }).runs, openFailing(path, { leaseMs }).runs]
  const leaseEnd = async (): Promise<number> =>
    Number((await change(path, 'SELECT until FROM owners JOIN runs ON owner = owners.id'))[0]?.['until'])
  const first = here.run(graph, {}, { runId: 'a' }).catch((error: StageflowError) => error.code)
  await until(() => ends.length === 1)
  const recovered = there.recover(graph)
  const closed = here.close({ timeoutMs: 60_000 })
  // Longer than two leases.
  for (let halves = 0; halves < 5; halves++) {
    await change(path, 'UPDATE owners SET until = until - 1000')
    const end = await leaseEnd()
    pass(leaseMs / 2 + 1)
    await until(async () => (await leaseEnd()) > end)
  }
  expect(ends).toHaveLength(1)
  ends[0]?.()
  expect(await closed).toMatchObject({ released: ['a'], stillRunning: [], error: undefined })
  expect(await first).toBe('durable-engine/closed')
  await until(() => ends.length === 2)
  ends[1]?.()
  expect(await recovered).toMatchObject([{ runId: 'a', status: 'completed' }])
})

test('closing does not report a run as released that another process has taken', async () => {
  const path = newPath()
  const ends: (() => void)[] = []
  const graph = new Pipeline('p')
    .withStage('pay', () => new Promise<{}>((resolve) => ends.push(() => resolve({}))))
    .build()
  const { runs } = openFailing(path, { leaseMs: 3_600_000 })
  void runs.run(graph, {}, { runId: 'a' }).catch(() => {})
  await until(() => ends.length === 1)
  await change(path, 'UPDATE owners SET until = 0')
  const there = openFailing(path, { leaseMs: 3_600_000 }).runs
  const again = there.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 2)
  for (const end of ends) end()
  expect(await runs.close()).toEqual({ released: [], stillRunning: [], error: undefined })
  expect((await again).status).toBe('completed')
})

test('a call that waited for code of an earlier leg does not begin if another process has taken the run meanwhile', async () => {
  const path = newPath()
  const pass = stoppedMachineClock()
  const leaseMs = 60_000
  const ends: (() => void)[] = []
  const graph = new Pipeline('p')
    .withStage('pay', () => new Promise<{}>((resolve) => ends.push(() => resolve({}))))
    .build()
  const options = { runId: 'a', graceMs: 3_600_000 }
  const [here, there] = [openFailing(path, { leaseMs }), openFailing(path, { leaseMs })]
  const first = here.runs.run(graph, {}, options)
  await until(() => ends.length === 1)
  // Another process has taken the run and released it, while the code here goes on.
  await change(path, 'UPDATE runs SET fence = fence + 1, leg = leg + 1, owner = NULL')
  pass(leaseMs / 3)
  await until(async () => {
    const { leg, inProgress = [] } = (await here.runs.get('a')) ?? {}
    return leg === 3 && inProgress.length === 1
  })
  here.fails.write = (asked) => (asked === 'renewLease' ? locked() : undefined)
  pass(leaseMs)
  await change(path, 'UPDATE owners SET until = 0')
  const second = there.runs.run(graph, {}, options)
  await until(() => ends.length === 2)
  ends[0]?.()
  await sleep(SOME_BEATS_MS)
  expect(ends).toHaveLength(2)
  here.fails.write = () => undefined
  ends[1]?.()
  expect((await second).status).toBe('completed')
  expect((await first).status).toBe('completed')
})

test('closing releases the other runs if the end of one could not be written, and says why', async () => {
  const path = newPath()
  const { runs, fails } = openFailing(path, { leaseMs: 60_000 })
  void runs.run(hanging, {}, { runId: 'beside' }).catch(() => {})
  await until(async () => (await change(path, 'SELECT * FROM runs')).length === 1)
  const graph = new Pipeline('q').withStage('a', () => ({})).build()
  fails.fact = full
  fails.write = (first) => (first === 'endLeg' ? full() : undefined)
  for (const runId of ['a', 'b'])
    await expect(runs.run(graph, {}, { runId })).rejects.toMatchObject({ code: codes.full })
  expect(await runs.close()).toMatchObject({ released: ['beside'], stillRunning: [], error: { code: codes.full } })
  // No other process may do again what has no room, as long as the lease holds.
  const owned = await change(path, 'SELECT runs.id FROM runs JOIN owners ON owners.id = owner ORDER BY runs.id')
  expect(owned).toEqual([{ id: 'a' }, { id: 'b' }])
})

test('closing ends the lease if the ends that could not be written before are written now', async () => {
  const path = newPath()
  const { runs, fails } = openFailing(path, { leaseMs: 60_000 })
  const graph = new Pipeline('q').withStage('a', () => ({})).build()
  fails.fact = full
  fails.write = (first) => (first === 'endLeg' ? full() : undefined)
  await expect(runs.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: codes.full })
  fails.write = () => undefined
  expect(await runs.close()).toEqual({ released: [], stillRunning: [], error: undefined })
  expect(await change(path, 'SELECT * FROM owners')).toEqual([])
  expect(await change(path, 'SELECT status FROM runs')).toEqual([{ status: 'blocked' }])
})

test('a recovery goes on watching if the one that was to take its place could not read the journal', async () => {
  const path = newPath()
  const graph = new Pipeline('p')
    .withStage('ask', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('?') : {}))
    .build()
  const journal = newJournal(path)
  const runs = durableRuns(journal, {})
  onTestFinished(async () => {
    await runs.close({ timeoutMs: 0 })
  })
  await runs.recover(graph)
  const reads = vi.spyOn(journal, 'read').mockImplementation(() => {
    throw locked()
  })
  for (let time = 0; time < 2; time++)
    await expect(runs.recover(graph)).rejects.toMatchObject({ code: codes.unavailable })
  reads.mockRestore()
  await runs.run(graph, {}, { runId: 'a' })
  await runs.answer(graph, 'a', { ask: 'yes' })
  await until(async () => (await runs.get('a'))?.status === 'completed')
})

test('recover takes over a run that it refused once, after it went on elsewhere and that process died', async () => {
  const path = newPath()
  await abandoned(path)
  const graph = new Pipeline('p').withStage('pay', () => ({})).build()
  const [{ input } = {}] = await change(path, 'SELECT input FROM runs')
  await change(path, "UPDATE runs SET input = 'damaged'")
  const { runs } = openFailing(path)
  expect(await runs.recover(graph)).toMatchObject([{ runId: 'a', error: { code: 'durable-engine/damaged' } }])
  await change(path, `UPDATE runs SET input = '${input as string}'`)
  await sleep(SOME_BEATS_MS)
  expect((await runs.get('a'))?.status).toBe('running')
  await change(path, "INSERT INTO owners (id, until) VALUES ('another', 9e15)")
  await change(path, "UPDATE runs SET owner = 'another', fence = fence + 1, leg = leg + 1")
  await sleep(SOME_BEATS_MS)
  await change(path, "DELETE FROM owners WHERE id = 'another'")
  await until(async () => (await runs.get('a'))?.status === 'completed')
})

test('an answer that is written after the leg had ended carries the run on, also if that end is confirmed later', async () => {
  const path = newPath()
  const journal = newJournal(path)
  const confirmed = Promise.withResolvers<void>()
  let isEnd = false
  const write = journal.write.bind(journal)
  vi.spyOn(journal, 'write').mockImplementation(async (act, repetition) => {
    const waits = isEnd
    isEnd = false
    const value = await write(act, repetition)
    if (waits) await confirmed.promise
    return value
  })
  const runs = durableRuns(journal, {})
  onTestFinished(async () => {
    await runs.close({ timeoutMs: 0 })
  })
  const graph = new Pipeline('p')
    .withStage('ask', ({ resumed }) =>
      resumed === undefined ? StageOutput.suspend('?') : { got: String(resumed.answer) },
    )
    .build()
  const emit = ({ type }: { readonly type: string }): void => {
    if (type === 'pipeline.suspended') isEnd = true
  }
  const eventSink = { tryEmit: () => true, emit: async (event: { readonly type: string }) => emit(event) }
  const run = runs.run(graph, {}, { runId: 'a', eventSink })
  await until(async () => (await runs.get('a'))?.status === 'suspended')
  const resumed = runs.resume(graph, 'a', { ask: 'yes' })
  await until(async () => (await runs.get('a'))?.requests.length === 0)
  confirmed.resolve()
  expect((await run).status).toBe('suspended')
  expect((await resumed).data).toEqual({ ask: { got: 'yes' } })
})

/** A process that carries a run. `renewed`: lets it renew its lease once, which it does at no other time. */
async function busy(path: string, runId = 'beside') {
  const pass = stoppedMachineClock()
  const leaseMs = 60_000
  const { runs, fails } = openFailing(path, { leaseMs })
  // A call begins once the lease holds. Before that, the next claim would renew it.
  const begun = Promise.withResolvers<void>()
  const graph = new Pipeline('p').withStage('pay', (context) => (begun.resolve(), hang(context))).build()
  void runs.run(graph, {}, { runId }).catch(() => {})
  await begun.promise
  const leaseEnd = async (): Promise<number> =>
    Number(
      (await change(path, `SELECT until FROM owners JOIN runs ON owner = owners.id WHERE runs.id = '${runId}'`))[0]?.[
        'until'
      ],
    )
  const renewed = async (): Promise<void> => {
    const before = await leaseEnd()
    await change(path, 'UPDATE owners SET until = until - 1000')
    pass(leaseMs / 3)
    await until(async () => (await leaseEnd()) >= before)
  }
  return { runs, fails, renewed }
}
const rowOf = async (path: string, runId: string) =>
  (await change(path, `SELECT status, leg, owner FROM runs WHERE id = '${runId}'`))[0]

for (const [what, asksFirst] of [
  ['claimed', 'findRun'],
  ['started', 'addRun'],
] as const)
  test(`a run that was ${what} by a write whose confirmation was lost goes on in another process, although its owner lives`, async () => {
    const path = newPath()
    if (what === 'claimed') await abandoned(path)
    const { runs, fails, renewed } = await busy(path)
    const graph = new Pipeline(what === 'claimed' ? 'p' : 'new').withStage('pay', () => ({})).build()
    fails.confirm = (first) => (first === asksFirst ? locked() : undefined)
    await expect(runs.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: codes.unavailable })
    fails.confirm = () => undefined
    const there = openFailing(path, { leaseMs: 60_000 }).runs
    void there.recover(graph)
    await renewed()
    await until(async () => (await rowOf(path, 'a'))?.['status'] === 'completed')
  })

for (const [what, asksFirst] of [
  ['claimed', 'findRun'],
  ['started', 'addRun'],
] as const)
  test(`a run that was ${what} by a write whose confirmation was lost does not wait for a renewal to go on elsewhere, which claims of other runs would put off`, async () => {
    const path = newPath()
    if (what === 'claimed') await abandoned(path)
    const pass = stoppedMachineClock()
    const leaseMs = 3_600_000
    const { runs, fails } = openFailing(path, { leaseMs })
    const quick = new Pipeline('quick').withStage('a', () => ({})).build()
    await runs.run(quick, {}, { runId: 'quick' })
    const graph = new Pipeline(what === 'claimed' ? 'p' : 'new').withStage('pay', () => ({})).build()
    fails.confirm = (first) => (first === asksFirst ? locked() : undefined)
    await expect(runs.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: codes.unavailable })
    fails.confirm = () => undefined
    // Renews the lease by its claim, so no beat has to.
    pass(leaseMs * 0.6)
    await runs.run(quick, {}, { runId: 'next' })
    void openFailing(path, { leaseMs }).runs.recover(graph)
    await until(async () => (await rowOf(path, 'a'))?.['status'] === 'completed')
  })

test('a claim that is committed after its connection was lost is released too', async () => {
  const path = newPath()
  stoppedMachineClock()
  const journal = newJournal(path)
  const write = journal.write.bind(journal)
  let commit: (() => Promise<unknown>) | undefined
  vi.spyOn(journal, 'write').mockImplementationOnce(async (act) => {
    commit = () => write(act)
    throw locked()
  })
  const leaseMs = 3_600_000
  const runs = durableRuns(journal, { leaseMs })
  onTestFinished(async () => {
    await runs.close({ timeoutMs: 0 })
  })
  const graph = new Pipeline('p').withStage('pay', () => ({})).build()
  await expect(runs.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: codes.unavailable })
  let beats = 0
  afterBeats(() => beats++)
  await until(() => beats > 2)
  await commit?.()
  void openFailing(path, { leaseMs }).runs.recover(graph)
  await until(async () => (await rowOf(path, 'a'))?.['status'] === 'completed')
})

/**
 * The claim of another run is rejected. From then on each beat looks for runs that this process does nothing with, until a lease has passed.
 * Returns what waits for some of these looks.
 */
async function unconfirmedClaim(
  path: string,
  { runs, fails }: ReturnType<typeof openFailing>,
): Promise<() => Promise<void>> {
  await abandoned(path, 'other')
  // The first question of each claim of a run that exists.
  fails.write = (first) => (first === 'findRun' ? locked() : undefined)
  await expect(runs.as('test').attach(hanging, 'other')).rejects.toMatchObject({ code: codes.unavailable })
  fails.write = () => undefined
  return async () => {
    let beats = 0
    afterBeats(() => beats++)
    await until(() => beats >= 5)
  }
}

test('a run whose claim is not confirmed yet stays with its process, although that looks for such runs', async () => {
  const path = newPath()
  await abandoned(path)
  const handle = await busy(path)
  const { runs, fails } = handle
  const looked = await unconfirmedClaim(path, handle)
  const confirmed = Promise.withResolvers<undefined>()
  fails.confirm = (first) => (first === 'findRun' ? confirmed.promise : undefined)
  const graph = new Pipeline('p').withStage('pay', () => ({})).build()
  const run = runs.run(graph, {}, { runId: 'a' })
  await until(async () => (await rowOf(path, 'a'))?.['leg'] === 2)
  fails.confirm = () => undefined
  await looked()
  expect((await rowOf(path, 'a'))?.['owner']).not.toBe(null)
  confirmed.resolve(undefined)
  expect((await run).status).toBe('completed')
})

test('a run whose end has no room stays with its process, although that looks for runs that it does nothing with', async () => {
  const path = newPath()
  const handle = await busy(path)
  const { runs, fails } = handle
  const looked = await unconfirmedClaim(path, handle)
  const graph = new Pipeline('new').withStage('pay', () => ({})).build()
  fails.fact = full
  fails.write = (first) => (first === 'endLeg' ? full() : undefined)
  await expect(runs.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: codes.full })
  await looked()
  expect((await rowOf(path, 'a'))?.['owner']).not.toBe(null)
})
