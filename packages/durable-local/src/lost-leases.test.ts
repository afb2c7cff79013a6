import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test, vi } from 'vitest'

import { newPath, open, until } from '../../durable-engine/test/open-runs.ts'
import { slowStage } from '../../durable-engine/test/slow-stage.ts'

afterEach(() => {
  vi.restoreAllMocks()
})
/** Opens the file as another program does. */
function program(path: string): DatabaseSync {
  return new DatabaseSync(path, { timeout: 5_000 })
}
/** What a process looks like to others that has been stopped for longer than its lease. */
function endLeases(path: string): void {
  const database = program(path)
  database.exec('UPDATE owners SET until = 0')
  database.close()
}

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
