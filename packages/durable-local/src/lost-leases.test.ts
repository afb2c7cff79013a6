import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { Pipeline, StageOutput, StageflowError, systemClock } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { durableRuns } from '@stageflow/durable-engine'
import { manualClock } from '@stageflow/testing'
import { afterAll, afterEach, expect, test, vi } from 'vitest'

import { stoppedMachineClock } from '../../durable-engine/test/open-runs.ts'
import { durableLocal } from './index.ts'
import type { DurableLocal, DurableLocalOptions } from './index.ts'
import { SqliteJournal } from './sqlite-journal.ts'

const folder = mkdtempSync(join(tmpdir(), 'durable-leases-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const newPath = (): string => join(folder, `${++files}.db`)
const opened: DurableLocal[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const one of opened.splice(0)) await one.close({ timeoutMs: 0 })
})
function open(path = newPath(), options: Partial<DurableLocalOptions> = {}): DurableLocal {
  const durable = durableLocal({ path, synchronous: 'normal', ...options })
  opened.push(durable)
  return durable
}
/** Opens the file as another program does. */
function program(path: string): DatabaseSync {
  return new DatabaseSync(path, { timeout: 5_000 })
}
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}
/** How long a lease takes that is never renewed while a test runs, however busy the machine is. */
const LONG_MS = 3_600_000
/** What a process looks like to others that has been stopped for longer than its lease. */
function endLeases(path: string): void {
  const database = program(path)
  database.exec('UPDATE owners SET until = 0')
  database.close()
}

/** A stage whose calls end one by one, when they are told to. */
function slowStage() {
  const ends: (() => void)[] = []
  const graph = new Pipeline('p')
    .withStage(
      'slow',
      () => new Promise<{ call: number }>((resolve) => ends.push(() => resolve({ call: ends.length }))),
    )
    .withStage('next', ({ inputs }) => inputs.from('slow'), { dependencies: ['slow'] })
    .build()
  return { graph, ends }
}

test('what a leg did that had lost its lease counts, if the new one has not ended that call', async () => {
  const path = newPath()
  const { graph, ends } = slowStage()
  const [here, there] = [open(path, { leaseMs: LONG_MS }), open(path, { leaseMs: LONG_MS })]
  const first = here.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 1)
  endLeases(path)
  const second = there.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 2)
  ends[0]?.()
  expect((await second).data).toMatchObject({ next: { call: 2 } })
  expect((await first).data).toMatchObject({ next: { call: 2 } })
  ends[1]?.()
  expect((await there.get('a'))?.timeline.filter(({ kind }) => kind === 'call')).toHaveLength(2)
})

test("a leg that has lost its lease and lives isn't a crash: the run does not fail of it", async () => {
  const path = newPath()
  const { graph, ends } = slowStage()
  const pass = stoppedMachineClock()
  const looking = program(path)
  const one = (sql: string): number => Number(looking.prepare(sql).get()?.['one'])
  const crashes = (): number => one('SELECT crashes AS one FROM runs')
  const leaseEnd = (): number => one('SELECT until AS one FROM owners JOIN runs ON owner = owners.id')
  const options = { leaseMs: 60_000, maxRecoveries: 1 }
  const runs = [open(path, options).run(graph, {}, { runId: 'a' })]
  await until(() => ends.length === 1)
  for (let n = 2; n <= 5; n++) {
    looking.exec('UPDATE owners SET until = 0')
    runs.push(open(path, options).run(graph, {}, { runId: 'a' }))
    await until(() => ends.length === n)
    expect(crashes()).toBe(1)
    // All processes that carry the run renew their leases. The one that has lost it notices that.
    const end = leaseEnd()
    pass(options.leaseMs / 3)
    await until(() => crashes() === 0 && leaseEnd() > end)
  }
  looking.close()
  for (const end of ends) end()
  for (const run of runs) expect((await run).status).toBe('completed')
})

test('the lease is renewed by the clock of the machine, whatever the clock of the handle says', async () => {
  const path = newPath()
  const { graph, ends } = slowStage()
  const setTimer = (callback: () => void, ms: number) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  }
  const clock = { ...manualClock({ startAt: 10_000_000 }), now: () => 0, setTimeout: setTimer } as never
  const here = open(path, { leaseMs: 300, clock })
  const run = here.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 1)
  const looking = program(path)
  const leaseEnd = (): number => Number(looking.prepare('SELECT until FROM owners').get()?.['until'])
  // Longer than one lease, however late the beats are.
  for (let renewals = 0; renewals < 4; renewals++) {
    const end = leaseEnd()
    await until(() => leaseEnd() > end)
  }
  looking.close()
  ends[0]?.()
  expect((await run).status).toBe('completed')
})

test('a leg that could not be written is released by a later beat, and another process goes on with it', async () => {
  const path = newPath()
  const { graph, ends } = slowStage()
  const here = open(path, { leaseMs: 60_000, busyTimeoutMs: 1 })
  const other = slowStage()
  // Another run keeps the lease of this process alive.
  const beside = here.run(other.graph, {}, { runId: 'beside' })
  const run = here.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 1 && other.ends.length === 1)
  const locking = program(path)
  locking.exec('BEGIN IMMEDIATE')
  ends[0]?.()
  await expect(run).rejects.toMatchObject({ code: 'durable-local/unavailable' })
  locking.exec('ROLLBACK')
  locking.close()
  const there = open(path)
  const again = there.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 2)
  ends[1]?.()
  expect((await again).status).toBe('completed')
  other.ends[0]?.()
  await beside
})

test('recover tries a run again whose leg met a lock', async () => {
  const path = newPath()
  const { graph, ends } = slowStage()
  const first = open(path)
  void first.run(graph, {}, { runId: 'a' }).catch(() => {})
  await until(() => ends.length === 1)
  await first.close({ timeoutMs: 0 })
  endLeases(path)
  const durable = open(path, { busyTimeoutMs: 1 })
  const recovered = durable.recover(graph)
  await until(() => ends.length === 2)
  const locking = program(path)
  locking.exec('BEGIN IMMEDIATE')
  ends[1]?.()
  await new Promise((resolve) => setTimeout(resolve, 250))
  locking.exec('ROLLBACK')
  locking.close()
  await until(() => ends.length === 3)
  ends[2]?.()
  expect(await recovered).toMatchObject([{ runId: 'a', status: 'completed' }])
})

test.each([
  ['deleted', (path: string): void => rmSync(path)],
  ['renamed', (path: string): void => renameSync(path, `${path}.old`)],
  [
    'replaced by a copy',
    (path: string): void => {
      copyFileSync(path, `${path}.copy`)
      renameSync(`${path}.copy`, path)
    },
  ],
  ['replaced by an empty file', (path: string): void => (rmSync(path), writeFileSync(path, ''))],
])('nothing is confirmed in a journal that was %s while it was open', async (_what, act) => {
  const path = newPath()
  const durable = open(path)
  const ask = ({ resumed }: StageContext) => (resumed === undefined ? StageOutput.suspend('?') : {})
  const graph = new Pipeline('p').withStage('a', ask).build()
  await durable.run(graph, {}, { runId: 'r' })
  act(path)
  await expect(durable.resume(graph, 'r', { a: 1 })).rejects.toMatchObject({
    code: 'durable-local/unavailable',
    message: expect.stringContaining('was deleted, renamed or replaced while it was open'),
  })
  await expect(durable.run(graph, {}, { runId: 's' })).rejects.toMatchObject({ code: 'durable-local/unavailable' })
})

test('a run whose end finds no room on the disk is released, and goes on without calling again what had ended', async () => {
  const path = newPath()
  const calls: string[] = []
  let fill = (): void => {}
  const graph = new Pipeline('fills')
    .withStage('first', () => (calls.push('first'), {}))
    .withStage(
      'last',
      () => {
        calls.push('last')
        fill()
        return { text: 'x'.repeat(600_000) }
      },
      { dependencies: ['first'] },
    )
    .build()
  const other = slowStage()
  // A second run keeps the lease of this process alive.
  const here = open(path, { maxBytes: 1024 * 1024, leaseMs: 60_000 })
  const beside = here.run(other.graph, {}, { runId: 'beside' })
  await until(() => other.ends.length === 1)
  fill = () => {
    const filling = program(path)
    filling.exec(`CREATE TABLE filling AS SELECT zeroblob(1000000) AS bytes`)
    filling.close()
  }
  await expect(here.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: 'durable-local/full' })
  fill = () => {}
  const emptying = program(path)
  emptying.exec('DROP TABLE filling')
  emptying.close()
  // Another process gets the run, although this one lives.
  const there = open(path)
  const recovered = await there.recover(graph)
  expect(recovered).toMatchObject([{ runId: 'a', status: 'completed' }])
  expect(calls).toEqual(['first', 'last', 'last'])
  other.ends[0]?.()
  expect((await beside).status).toBe('completed')
})

test('a run whose fact and whose end have no room is blocked once there is some, and is not tried again at each beat', async () => {
  const path = newPath()
  const file = { path, synchronous: 'normal', openTimeoutMs: 5_000, busyTimeoutMs: 1_000, maxBytes: 2 ** 30 } as const
  const journal = new SqliteJournal({ ...file, retentionMs: undefined, clock: systemClock })
  const full = (): StageflowError => new StageflowError('durable-local/full', 'The disk is full.')
  let fullWrites = 0
  const addFact = journal.addFact.bind(journal)
  vi.spyOn(journal, 'addFact').mockImplementation(async (fact) => {
    if (fact.key !== 'last') return addFact(fact)
    // Neither the fact has room nor what ends its leg. Then there is room again.
    fullWrites = 2
    throw full()
  })
  const write = journal.write.bind(journal)
  vi.spyOn(journal, 'write').mockImplementation(async (act) => {
    if (fullWrites-- > 0) throw full()
    return write(act)
  })
  const calls: string[] = []
  const graph = new Pipeline('p').withStage('last', () => (calls.push('last'), {})).build()
  const here = durableRuns(journal, {})
  opened.push(here)
  await here.recover(graph)
  await expect(here.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: 'durable-local/full' })
  await until(async () => (await here.get('a'))?.status === 'blocked')
  // Longer than some beats.
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect([calls, (await here.get('a'))?.error?.code]).toEqual([['last'], 'durable-local/full'])
  vi.restoreAllMocks()
  expect(await here.recover(graph)).toMatchObject([{ runId: 'a', status: 'completed' }])
})

test('a leg that has lost its lease leaves the inbox to the new one, also if it ends without having noticed', async () => {
  const path = newPath()
  const gate = Promise.withResolvers<void>()
  const ask = ({ resumed }: StageContext) =>
    resumed === undefined ? StageOutput.suspend('?') : { got: resumed.answer }
  const graphBehind = (passes: Promise<void>) =>
    new Pipeline('p')
      .withStage('a', ask)
      .withStage('b', ask, { dependencies: ['a'] })
      .build({ interceptors: [{ name: 'gate', wrapRun: (next) => async (run) => (await passes, next(run)) }] })
  const open_ = graphBehind(Promise.resolve())
  const [here, there] = [open(path, { leaseMs: LONG_MS }), open(path, { leaseMs: LONG_MS })]
  await there.run(open_, {}, { runId: 'r' })
  // As if its process had died just before the end of the leg.
  const crashed = program(path)
  crashed.exec("UPDATE runs SET status = 'running', owner = NULL")
  const leg = (): number => Number(crashed.prepare('SELECT leg FROM runs').get()?.['leg'])
  const robbed = here.run(graphBehind(gate.promise), {}, { runId: 'r' })
  await until(() => leg() === 2)
  endLeases(path)
  await there.resume(open_, 'r', { a: 1 })
  await there.as('console').answer('r', { b: 2 })
  crashed.close()
  gate.resolve()
  expect((await robbed).data).toEqual({ a: { got: 1 }, b: { got: 2 } })
})

test('what a leg did that had lost its lease leaves nothing in the inbox of a run that has ended', async () => {
  const path = newPath()
  const { graph, ends } = slowStage()
  const [here, there] = [open(path, { leaseMs: LONG_MS }), open(path, { leaseMs: LONG_MS })]
  const first = here.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 1)
  endLeases(path)
  const second = there.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 2)
  ends[1]?.()
  await second
  ends[0]?.()
  expect((await first).data).toMatchObject({ next: { call: 2 } })
  const looking = program(path)
  expect(looking.prepare('SELECT * FROM inbox').all()).toEqual([])
  looking.close()
})

test.each([0, 1, 2, 3, 4, 5, 6])(
  'a lock that ends %i turns after it stopped a leg blocks no run: recover goes on with it',
  async (turns) => {
    const path = newPath()
    const { graph, ends } = slowStage()
    const durable = open(path, { leaseMs: 60_000, busyTimeoutMs: 1 })
    await durable.recover(graph)
    const run = durable.run(graph, {}, { runId: 'a' }).catch((error: unknown) => error)
    await until(() => ends.length === 1)
    const locking = program(path)
    locking.exec('BEGIN IMMEDIATE')
    ends[0]?.()
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
    locking.exec('ROLLBACK')
    locking.close()
    const status = async (): Promise<string | undefined> => (await durable.get('a'))?.status
    await until(async () => {
      ends[1]?.()
      expect(await status()).not.toBe('blocked')
      return (await status()) === 'completed'
    })
    await run
  },
)

test('a process that was stopped for longer than its lease begins no call before it knows that the run is still its own', async () => {
  const path = newPath()
  const now = performance.now.bind(performance)
  let begun = 0
  let stops = (): void => {}
  const graph = new Pipeline('p')
    .withStage('first', () => ({}))
    // Runs between two calls: after the first one is recorded.
    .withStage('second', () => ({ call: ++begun }), { dependencies: ['first'], when: () => (stops(), true) })
    .build()
  const [here, there] = [open(path, { leaseMs: 2_000 }), open(path, { leaseMs: 2_000 })]
  let second: Promise<{ readonly data: unknown }> | undefined
  stops = () => {
    stops = () => {}
    // The machine's clock runs on while the process is stopped, and another one takes the run.
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 5_000)
    endLeases(path)
    second = there.run(graph, {}, { runId: 'a' })
  }
  const first = here.run(graph, {}, { runId: 'a' })
  expect((await first).data).toEqual({ first: {}, second: { call: 1 } })
  expect((await second)?.data).toEqual({ first: {}, second: { call: 1 } })
  expect(begun).toBe(1)
})

test('a late fact of a call that the run has ended by itself leaves the inbox: a run that waits is not carried again and again', async () => {
  const path = newPath()
  const ends: (() => void)[] = []
  const graph = new Pipeline('p')
    .withStage('slow', () => new Promise<{}>((resolve) => ends.push(() => resolve({}))))
    .withStage('ask', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('?') : {}), {
      dependencies: ['slow'],
    })
    .build()
  const [here, there] = [open(path, { leaseMs: LONG_MS }), open(path, { leaseMs: LONG_MS })]
  const first = here.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 1)
  endLeases(path)
  const second = there.run(graph, {}, { runId: 'a' })
  await until(() => ends.length === 2)
  ends[1]?.()
  expect((await second).status).toBe('suspended')
  ends[0]?.()
  expect((await first).status).toBe('suspended')
  const looking = program(path)
  const left = (): number => Number(looking.prepare('SELECT count(*) AS n FROM inbox').get()?.['n'])
  await there.recover(graph)
  await until(() => left() === 0)
  const legs = (await there.get('a'))?.leg
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect((await there.get('a'))?.leg).toBe(legs)
  expect(legs).toBeLessThan(5)
  looking.close()
})
