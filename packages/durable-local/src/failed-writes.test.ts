import { renameSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

import { Pipeline, StageOutput, StageflowError, systemClock } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { durableRuns, questionOf } from '@stageflow/durable-engine'
import type { DurableRuns, EngineOptions, Tables } from '@stageflow/durable-engine'
import { expect, onTestFinished, test, vi } from 'vitest'

import { inFile, newPath, stoppedMachineClock, until } from '../../durable-engine/test/open-runs.ts'
import { SqliteJournal } from './sqlite-journal.ts'

const full = (): StageflowError => new StageflowError('durable-local/full', 'The disk is full.')
const locked = (): StageflowError => new StageflowError('durable-local/unavailable', 'The file is locked.')
/** Some beats of a journal that looks every 100 ms. */
const SOME_BEATS_MS = 550

interface Fails {
  fact: () => Error | undefined
  /** `first`: what the write asks first. */
  write: (first: keyof Tables | undefined) => Error | undefined
}
/** A handle of a file whose writes fail as the test says, and what it has tried to write. */
function openFailing(path: string, options: Partial<EngineOptions> = {}) {
  const file = { path, synchronous: 'normal', openTimeoutMs: 5_000, busyTimeoutMs: 1_000, maxBytes: 2 ** 30 } as const
  const journal = new SqliteJournal({ ...file, retentionMs: undefined, clock: systemClock })
  const fails: Fails = { fact: () => undefined, write: () => undefined }
  let writes = 0
  const { addFact, write } = { addFact: journal.addFact.bind(journal), write: journal.write.bind(journal) }
  vi.spyOn(journal, 'addFact').mockImplementation(async (fact) => {
    const error = fails.fact()
    if (error !== undefined) throw error
    return addFact(fact)
  })
  vi.spyOn(journal, 'write').mockImplementation(async (act) => {
    writes++
    // An act does nothing before its first question is answered.
    const { value } = act().next()
    const error = fails.write(value === undefined ? undefined : questionOf(value as never)[0])
    if (error !== undefined) throw error
    return write(act)
  })
  const runs: DurableRuns = durableRuns(journal, options)
  onTestFinished(async () => {
    await runs.close({ timeoutMs: 0 })
  })
  return { runs, fails, writes: () => writes }
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

/** A run in a file whose process has ended. */
async function abandoned(path: string, runId = 'a'): Promise<void> {
  const { runs } = openFailing(path)
  void runs.run(hanging, {}, { runId }).catch(() => {})
  await until(() => inFile(path, 'SELECT * FROM runs').length > 0)
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
  expect(recovered).toMatchObject([{ runId: 'a', status: 'blocked', error: { code: 'durable-local/full' } }])
  await sleep(SOME_BEATS_MS)
  expect(calls).toBe(1)
})

test('recover calls a stage once whose fact has no room, also if the end of its leg has none', async () => {
  const path = newPath()
  await abandoned(path)
  let calls = 0
  const { runs, fails } = openFailing(path)
  const graph = new Pipeline('p').withStage('pay', () => ((fails.write = full), calls++, {})).build()
  fails.fact = full
  expect(await runs.recover(graph)).toMatchObject([{ error: { code: 'durable-local/full' } }])
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
  expect(await runs.recover(graph)).toMatchObject([{ status: 'running', error: { code: 'durable-local/full' } }])
  fails.write = () => undefined
  await until(async () => (await runs.get('a'))?.status === 'completed')
})

test('recover tries a run in a file that was moved once for each beat', async () => {
  const path = newPath()
  await abandoned(path)
  let beats = 0
  const setTimer = (beat: () => void, ms: number) => systemClock.setTimeout(() => (beats++, beat()), ms)
  const { runs, writes } = openFailing(path, { clock: { ...systemClock, setTimeout: setTimer } })
  renameSync(path, `${path}.moved`)
  void runs.recover(hanging).catch(() => {})
  await until(() => beats === 6)
  expect(writes()).toBeGreaterThan(5)
  // One for each beat, and the first.
  expect(writes()).toBeLessThanOrEqual(beats + 2)
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
  await until(() => inFile(path, 'SELECT * FROM runs').length === 0)
})

/** Hangs around the run, whatever its signal says. */
const stuck: Interceptor = { name: 'stuck', wrapRun: () => () => new Promise(() => {}) }
const GRACE = { graceMs: 20 }

test('a cancelled run whose end could not be written ends by a later beat', async () => {
  const path = newPath()
  const { runs, fails } = openFailing(path, { leaseMs: 60_000 })
  const graph = new Pipeline('p').withStage('a', () => ({})).build({ interceptors: [stuck] })
  const run = runs.run(graph, {}, { runId: 'a', ...GRACE })
  await until(() => inFile(path, 'SELECT * FROM runs').length > 0)
  await runs.cancel('a', 'no longer wanted')
  fails.write = once(locked)
  await expect(run).rejects.toMatchObject({ code: 'durable-local/unavailable' })
  await until(() => inFile(path, "SELECT * FROM runs WHERE status = 'cancelled'").length === 1)
})

test('a cancelled run whose facts are damaged does not stay with a process that only tries to write its end', async () => {
  const path = newPath()
  const { runs } = openFailing(path, { leaseMs: 60_000 })
  const graph = new Pipeline('p').withStage('a', () => ({})).build({ interceptors: [stuck] })
  const run = runs.run(graph, {}, { runId: 'a', ...GRACE })
  await until(() => inFile(path, 'SELECT * FROM runs').length > 0)
  await runs.cancel('a', 'no longer wanted')
  inFile(path, "INSERT INTO facts (run, n, kind, key, at, value) SELECT n, 1, 'call', 'a', 0, 'damaged' FROM runs")
  await expect(run).rejects.toMatchObject({ code: 'durable-engine/damaged' })
  await until(() => inFile(path, 'SELECT * FROM runs WHERE owner IS NULL').length === 1)
})

/** A run that is cancelled while code around it hangs. Its end is written after the grace time. */
async function cancelledInGrace(path: string): Promise<{ readonly ended: Promise<unknown> }> {
  const { runs } = openFailing(path, { leaseMs: 60_000 })
  const graph = new Pipeline('p').withStage('a', () => ({})).build({ interceptors: [stuck] })
  const run = runs.run(graph, {}, { runId: 'a', ...GRACE })
  await until(() => inFile(path, 'SELECT * FROM runs').length > 0)
  await runs.cancel('a', 'no longer wanted')
  return { ended: run.catch(({ code }: StageflowError) => code) }
}

test('a cancelled leg writes no end into a run that another process has taken', async () => {
  const path = newPath()
  await cancelledInGrace(path)
  inFile(path, "INSERT INTO owners (id, until) VALUES ('another', 9e15)")
  inFile(path, "UPDATE runs SET fence = fence + 1, owner = 'another'")
  await sleep(SOME_BEATS_MS)
  expect(inFile(path, 'SELECT status, owner FROM runs')).toEqual([{ status: 'running', owner: 'another' }])
  expect(inFile(path, 'SELECT kind FROM inbox')).toEqual([{ kind: 'stop' }])
})

test('a cancelled leg whose run is gone says that there is none', async () => {
  const path = newPath()
  const { ended } = await cancelledInGrace(path)
  inFile(path, 'DELETE FROM runs')
  expect(await ended).toBe('durable-engine/unknown-run')
})

test('a run that has no room for its end lets the lease be renewed', async () => {
  const path = newPath()
  const { runs, fails } = openFailing(path, { leaseMs: 600 })
  void runs.run(hanging, {}, { runId: 'beside' }).catch(() => {})
  await until(() => inFile(path, 'SELECT * FROM runs').length === 1)
  const graph = new Pipeline('q').withStage('a', () => ({})).build()
  const leaseEnd = (): number => Number(inFile(path, 'SELECT until FROM owners')[0]?.['until'])
  fails.fact = full
  fails.write = (first) => (first === 'endLeg' ? full() : undefined)
  await expect(runs.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: 'durable-local/full' })
  for (let renewals = 0; renewals < 3; renewals++) {
    const end = leaseEnd()
    await until(() => leaseEnd() > end)
  }
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
  const leaseEnd = (): number =>
    Number(inFile(path, 'SELECT until FROM owners JOIN runs ON owner = owners.id')[0]?.['until'])
  const first = here.run(graph, {}, { runId: 'a' }).catch((error: StageflowError) => error.code)
  await until(() => ends.length === 1)
  const recovered = there.recover(graph)
  const closed = here.close({ timeoutMs: 60_000 })
  // Longer than two leases.
  for (let halves = 0; halves < 5; halves++) {
    inFile(path, 'UPDATE owners SET until = until - 1000')
    const end = leaseEnd()
    pass(leaseMs / 2 + 1)
    await until(() => leaseEnd() > end)
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
  inFile(path, 'UPDATE owners SET until = 0')
  const there = openFailing(path, { leaseMs: 3_600_000 }).runs
  const again = there.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 2)
  for (const end of ends) end()
  expect(await runs.close()).toEqual({ released: [], stillRunning: [], error: undefined })
  expect((await again).status).toBe('completed')
})

test('recover takes over a run that it refused once, after it went on elsewhere and that process died', async () => {
  const path = newPath()
  await abandoned(path)
  const graph = new Pipeline('p').withStage('pay', () => ({})).build()
  const [{ input } = {}] = inFile(path, 'SELECT input FROM runs')
  inFile(path, "UPDATE runs SET input = 'damaged'")
  const { runs } = openFailing(path)
  expect(await runs.recover(graph)).toMatchObject([{ runId: 'a', error: { code: 'durable-engine/damaged' } }])
  inFile(path, `UPDATE runs SET input = '${input as string}'`)
  await sleep(SOME_BEATS_MS)
  expect((await runs.get('a'))?.status).toBe('running')
  inFile(path, "INSERT INTO owners (id, until) VALUES ('another', 9e15)")
  inFile(path, "UPDATE runs SET owner = 'another', fence = fence + 1, leg = leg + 1")
  await sleep(SOME_BEATS_MS)
  inFile(path, "DELETE FROM owners WHERE id = 'another'")
  await until(async () => (await runs.get('a'))?.status === 'completed')
})

test('an answer that is written after the leg had ended carries the run on, also if that end is confirmed later', async () => {
  const path = newPath()
  const file = { path, synchronous: 'normal', openTimeoutMs: 5_000, busyTimeoutMs: 1_000, maxBytes: 2 ** 30 } as const
  const journal = new SqliteJournal({ ...file, retentionMs: undefined, clock: systemClock })
  const confirmed = Promise.withResolvers<void>()
  let isEnd = false
  const write = journal.write.bind(journal)
  vi.spyOn(journal, 'write').mockImplementation(async (act) => {
    const waits = isEnd
    isEnd = false
    const value = await write(act)
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
