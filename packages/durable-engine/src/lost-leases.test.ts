import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { PipelineResult, StageContext, StageGraph } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'

import { afterBeats, openRuns, stoppedMachineClock, until } from '../test/open-runs.ts'
import { slowStage } from '../test/slow-stage.ts'
import { durableRuns } from './durable-runs.ts'
import type { Pulse } from './pulse.ts'

const { newPath, newJournal, open, change, codes } = openRuns()
afterEach(() => {
  vi.restoreAllMocks()
})
/** How long a lease takes that is never renewed while a test runs, however busy the machine is. */
const LONG_MS = 3_600_000
/** What a process looks like to others that has been stopped for longer than its lease. */
const endLeases = (path: string): Promise<unknown> => change(path, 'UPDATE owners SET until = 0')
const left = async (path: string): Promise<readonly unknown[]> => change(path, 'SELECT * FROM inbox')

/** A run whose leg has lost its lease and lives, while another process carries the run: the code of both waits in the same call. */
async function takenOver(graph: StageGraph<unknown, {}>, ends: readonly unknown[]) {
  const path = newPath()
  const [here, there] = [open(path, { leaseMs: LONG_MS }), open(path, { leaseMs: LONG_MS })]
  const lost = here.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 1)
  await endLeases(path)
  const taken = there.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 2)
  return { path, there, lost, taken }
}

test('what a leg did that had lost its lease counts, if the new one has not ended that call', async () => {
  const { graph, ends } = slowStage()
  const { there, lost, taken } = await takenOver(graph, ends)
  ends[0]?.()
  expect((await taken).data).toMatchObject({ next: { call: 2 } })
  expect((await lost).data).toMatchObject({ next: { call: 2 } })
  ends[1]?.()
  expect((await there.get('a'))?.timeline.filter(({ kind }) => kind === 'call')).toHaveLength(2)
})

test("a leg that has lost its lease and lives isn't a crash: the run does not fail of it", async () => {
  const path = newPath()
  const { graph, ends } = slowStage()
  const pass = stoppedMachineClock()
  const [leg, crashes] = ['leg', 'crashes'].map(
    (column) => async () => Number((await change(path, `SELECT ${column} FROM runs`))[0]?.[column]),
  ) as [() => Promise<number>, () => Promise<number>]
  const options = { leaseMs: 60_000, maxRecoveries: 1 }
  // Its code ignores its signal until the end, however long that takes.
  const run = (): Promise<PipelineResult<unknown>> =>
    open(path, options).run(graph, {}, { runId: 'a', graceMs: LONG_MS })
  const runs = [run()]
  await until(() => ends.length === 1)
  for (let n = 2; n <= 5; n++) {
    const before = await leg()
    runs.push(run())
    // The new process takes the run, or one of those before, whose first call must end before it can begin another. A beat of the one that
    // has it may renew its lease first: then it ends once more.
    await until(async () => {
      await change(path, `UPDATE owners SET until = 0 WHERE id IN (SELECT owner FROM runs WHERE leg = ${before})`)
      return (await leg()) > before
    })
    // Time for the beat by which a process notices what it has lost, and too little for a lease to end.
    pass(options.leaseMs / 3)
    await until(async () => (await crashes()) === 0)
  }
  const ending = setInterval(() => ends.splice(0).forEach((end) => end()), 20)
  for (const settled of runs) expect((await settled).status).toBe('completed')
  clearInterval(ending)
})

test('a run whose fact and whose end have no room is blocked once there is some, and is not tried again at each beat', async () => {
  const path = newPath()
  const journal = newJournal(path)
  const full = (): StageflowError => new StageflowError(codes.full, 'The disk is full.')
  let fullWrites = 0
  const addFact = journal.addFact.bind(journal)
  vi.spyOn(journal, 'addFact').mockImplementation(async (fact) => {
    if (fact.key !== 'last') return addFact(fact)
    // Neither the fact has room nor what ends its leg. Then there is room again.
    fullWrites = 2
    throw full()
  })
  const write = journal.write.bind(journal)
  vi.spyOn(journal, 'write').mockImplementation(async (act, repetition) => {
    if (fullWrites-- > 0) throw full()
    return write(act, repetition)
  })
  const calls: string[] = []
  const graph = new Pipeline('p').withStage('last', () => (calls.push('last'), {})).build()
  const here = durableRuns(journal, {})
  onTestFinished(async () => {
    await here.close({ timeoutMs: 0 })
  })
  await here.recover(graph)
  await expect(here.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: codes.full })
  await until(async () => (await here.get('a'))?.status === 'blocked')
  // Longer than some beats.
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect([calls, (await here.get('a'))?.error?.code]).toEqual([['last'], codes.full])
  vi.restoreAllMocks()
  expect(await here.recover(graph)).toMatchObject([{ runId: 'a', status: 'completed' }])
})

test('a leg that has lost its lease leaves the inbox to the new one, also if it ends without having noticed', async () => {
  const path = newPath()
  const gate = Promise.withResolvers<void>()
  const answered = ({ resumed }: StageContext) =>
    resumed === undefined ? StageOutput.suspend('?') : { got: resumed.answer }
  const graphBehind = (passes: Promise<void>) =>
    new Pipeline('p')
      .withStage('a', answered)
      .withStage('b', answered, { dependencies: ['a'] })
      .build({ interceptors: [{ name: 'gate', wrapRun: (next) => async (run) => (await passes, next(run)) }] })
  const open_ = graphBehind(Promise.resolve())
  const [here, there] = [open(path, { leaseMs: LONG_MS }), open(path, { leaseMs: LONG_MS })]
  await there.run(open_, {}, { runId: 'r' })
  // As if its process had died just before the end of the leg.
  await change(path, "UPDATE runs SET status = 'running', owner = NULL")
  const leg = async (): Promise<number> => Number((await change(path, 'SELECT leg FROM runs'))[0]?.['leg'])
  const robbed = here.run(graphBehind(gate.promise), {}, { runId: 'r' })
  await until(async () => (await leg()) === 2)
  await endLeases(path)
  await there.resume(open_, 'r', { a: 1 })
  await there.as('console').answer('r', { b: 2 })
  gate.resolve()
  expect((await robbed).data).toEqual({ a: { got: 1 }, b: { got: 2 } })
})

test('what a leg did that had lost its lease leaves nothing in the inbox of a run that has ended', async () => {
  const { graph, ends } = slowStage()
  const { path, lost, taken } = await takenOver(graph, ends)
  ends[1]?.()
  await taken
  ends[0]?.()
  expect((await lost).data).toMatchObject({ next: { call: 2 } })
  expect(await left(path)).toEqual([])
})

test('a late fact of a call that the run has ended by itself leaves the inbox: a run that waits is not carried again and again', async () => {
  const ends: (() => void)[] = []
  const graph = new Pipeline('p')
    .withStage('slow', () => new Promise<{}>((resolve) => ends.push(() => resolve({}))))
    .withStage('ask', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('?') : {}), {
      dependencies: ['slow'],
    })
    .build()
  const { path, there, lost, taken } = await takenOver(graph, ends)
  ends[1]?.()
  expect((await taken).status).toBe('suspended')
  ends[0]?.()
  expect((await lost).status).toBe('suspended')
  await there.recover(graph)
  await until(async () => (await left(path)).length === 0)
  const legs = (await there.get('a'))?.leg
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect((await there.get('a'))?.leg).toBe(legs)
  expect(legs).toBeLessThan(5)
})

test('a process that takes over a run has a lease from then on, also if its own has ended without its knowledge', async () => {
  const path = newPath()
  const { graph, ends } = slowStage()
  const other = slowStage()
  const [here, there] = [open(path, { leaseMs: LONG_MS }), open(path, { leaseMs: LONG_MS })]
  void here.run(graph, {}, { runId: 'a' }).catch(() => {})
  void there.run(other.graph, {}, { runId: 'beside' }).catch(() => {})
  await until(() => ends.length === 1 && other.ends.length === 1)
  // The clock of the journal has been set, for example.
  await endLeases(path)
  void there.run(graph, {}, { runId: 'a' }).catch(() => {})
  await until(() => ends.length === 2)
  expect(await open(path).get('a')).toMatchObject({ leg: 2, owner: 'elsewhere' })
})

test('a lease is renewed before it ends, also if the run that keeps it began late in it', async () => {
  const path = newPath()
  const { graph, ends } = slowStage()
  const quick = new Pipeline('quick').withStage('a', () => ({})).build()
  const pass = stoppedMachineClock()
  const leaseMs = 60_000
  const here = open(path, { leaseMs })
  const leaseEnd = async (): Promise<number> => Number((await change(path, 'SELECT until FROM owners'))[0]?.['until'])
  await here.run(quick, {}, { runId: 'quick' })
  await change(path, 'UPDATE owners SET until = until - 1000')
  const end = await leaseEnd()
  // The claim of the next run doesn't renew the lease.
  pass(leaseMs / 2 - 1)
  const run = here.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 1)
  pass(leaseMs / 3 - 1)
  await until(async () => (await leaseEnd()) > end)
  ends[0]?.()
  expect((await run).status).toBe('completed')
})

test('a renewal that fails is tried again at the next beat', async () => {
  const path = newPath()
  const { graph, ends } = slowStage()
  const pass = stoppedMachineClock()
  const leaseMs = 60_000
  const journal = newJournal(path)
  const here = durableRuns(journal, { leaseMs })
  onTestFinished(async () => {
    await here.close({ timeoutMs: 0 })
  })
  const run = here.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 1)
  const write = vi.spyOn(journal, 'write')
  for (let failure = 0; failure < 3; failure++)
    write.mockRejectedValueOnce(new StageflowError(codes.unavailable, 'The journal is locked.'))
  pass(leaseMs / 3)
  await until(() => write.mock.calls.length === 4)
  ends[0]?.()
  expect((await run).status).toBe('completed')
})

test("a starter's late signal leaves a run alone that has got the id of its run meanwhile", async () => {
  const path = newPath()
  const { graph, ends } = slowStage()
  const pass = stoppedMachineClock()
  const leaseMs = 60_000
  const [here, there] = [open(path, { leaseMs }), open(path, { leaseMs })]
  const abort = new AbortController()
  let ended: string | undefined
  void here.run(graph, {}, { runId: 'a', signal: abort.signal }).then(
    ({ status }) => (ended = status),
    ({ code }: StageflowError) => (ended = code),
  )
  await until(() => ends.length === 1)
  await endLeases(path)
  for (const runId of ['a', 'b']) void there.run(graph, {}, { runId }).catch(() => {})
  await until(() => ends.length === 3)
  pass(leaseMs / 3)
  // With the renewal it notices that it has lost its run, and waits for the process that has it.
  await until(async () => (await change(path, 'SELECT * FROM owners WHERE until > 0')).length === 2)
  await change(path, "UPDATE runs SET id = 'old' WHERE id = 'a'")
  await change(path, "UPDATE runs SET id = 'a' WHERE id = 'b'")
  abort.abort(new Error('too late'))
  await until(() => ended !== undefined)
  expect(ended).toBe('durable-engine/unknown-run')
  expect(await left(path)).toEqual([])
  for (const end of ends) end()
})

test('a handle whose clock stands still renews its leases by the clock of the machine', async () => {
  const path = newPath()
  const pass = stoppedMachineClock()
  const { graph, ends } = slowStage()
  const here = open(path, { leaseMs: 60_000, clock: manualClock() })
  const run = here.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 1)
  const leaseEnd = async (): Promise<number> => Number((await change(path, 'SELECT until FROM owners'))[0]?.['until'])
  await change(path, 'UPDATE owners SET until = until - 1000')
  const before = await leaseEnd()
  pass(20_000)
  await until(async () => (await leaseEnd()) > before)
  ends[0]?.()
  expect((await run).status).toBe('completed')
})

test('a caller who comes just as the last one has left waits for the run like any other', async () => {
  const path = newPath()
  const { graph, ends } = slowStage()
  const run = open(path).run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 1)
  const joined: Promise<unknown>[] = []
  /** The pulses of the handles before. */
  const earlier = new Set<Pulse>()
  let current: Pulse | undefined
  let joinAtBeat: (() => Promise<unknown>) | undefined
  afterBeats((pulse) => {
    if (earlier.has(pulse)) return
    current = pulse
    if (joinAtBeat !== undefined) joined.push(joinAtBeat().catch((error: unknown) => error))
    joinAtBeat = undefined
  })
  await until(() => current !== undefined)
  // After each of the steps by which the last one leaves.
  for (let steps = 0; steps < 20; steps++) {
    earlier.add(current as Pulse)
    current = undefined
    const abort = new AbortController()
    const here = open(path)
    const first = here.as('first').attach(graph, 'a', { signal: abort.signal })
    await until(() => current !== undefined)
    abort.abort(new Error('left'))
    await expect(first).rejects.toThrow('left')
    joinAtBeat = async () => {
      for (let step = 0; step < steps; step++) await undefined
      return here.as('late').attach(graph, 'a')
    }
    await until(() => joined.length > steps)
  }
  ends[0]?.()
  await run
  const results = await Promise.all(joined)
  for (const result of results) expect(result).toMatchObject({ status: 'completed' })
  expect(results).toHaveLength(20)
})

test('close() leaves no alarm of a run, also if a write in progress is confirmed after that', async () => {
  const clock = manualClock()
  const journal = newJournal(newPath())
  const [written, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const addFact = journal.addFact.bind(journal)
  vi.spyOn(journal, 'addFact').mockImplementation(async (fact) => {
    const isOurs = await addFact(fact)
    written.resolve()
    await told.promise
    return isOurs
  })
  const graph = new Pipeline('p').withStage('a', () => ({})).build()
  const here = durableRuns(journal, { clock })
  const run = here.run(graph, {}, { runId: 'a', timeoutMs: LONG_MS })
  const ended = expect(run).rejects.toMatchObject({ code: 'durable-engine/closed' })
  await written.promise
  await here.close({ timeoutMs: 0 })
  await ended
  told.resolve()
  await new Promise((resolve) => setImmediate(resolve))
  expect(clock.timers).toEqual([])
})
