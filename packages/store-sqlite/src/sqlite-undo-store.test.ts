import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import type { Compensation } from '@stageflow/tool-executor'
import { undoStoreContract } from '@stageflow/undo/contract'
import { expect, test } from 'vitest'

import { databaseWithBrokenCommits } from '../test/broken-database.ts'
import { contractWithDatabases } from '../test/contract-with-databases.ts'
import { ownFiles } from '../test/own-files.ts'
import { race } from '../test/race.ts'
import { openProcess } from '../test/undo-side.ts'
import { sqliteUndoStore } from './sqlite-undo-store.ts'

const newFile = ownFiles()
const newLog = (): string => {
  const log = newFile('log.txt')
  writeFileSync(log, '')
  return log
}
const linesOf = (log: string): readonly string[] => readFileSync(log, 'utf8').split('\n').slice(0, -1)
const entry = (id: string) => ({ id, run: 'run', callId: 'c', call: 'text', ttlMs: 60_000, retentionMs: 60_000 })
const CLAIM = { token: 't', leaseMs: 60_000 }

contractWithDatabases(undoStoreContract, sqliteUndoStore, { path: newFile(), shortMs: 300 })

test('the calls of several processes are undone by another one, the last call first', async () => {
  const [file, log] = [newFile(), newLog()]
  for (const calls of [['a', 'b'], ['c'], ['d', 'e']]) await race('undo-side.ts', [{ file, log, run: 'run-1', calls }])
  const { compensate, store } = openProcess({ file, log })
  const { isComplete, undone } = await compensate('run-1')
  expect(isComplete).toBe(true)
  expect(undone.map(({ callId }) => callId)).toEqual(['e', 'd', 'c', 'b', 'a'])
  expect(linesOf(log).filter((line) => line.startsWith('-'))).toEqual(['-e', '-d', '-c', '-b', '-a'])
  expect(await compensate('run-1')).toMatchObject({ isComplete: true, undone: [] })
  store.close()
}, 120_000)

test('of two processes that compensate one run, each call is undone by one, and the order is kept', async () => {
  const [file, log] = [newFile(), newLog()]
  const calls = Array.from({ length: 60 }, (_, place) => `${place}`)
  await race('undo-side.ts', [{ file, log, run: 'run-1', calls }])
  writeFileSync(log, '')
  const task = { file, log, run: 'run-1' }
  const ends = (await race('undo-side.ts', [task, task])).map(({ answer }) => answer as Compensation)
  expect(linesOf(log)).toEqual(calls.toReversed().flatMap((text) => [`?${text}`, `-${text}`]))
  expect(ends.map(({ isComplete, failed }) => [isComplete, failed])).toEqual(Array(2).fill([true, []]))
  const undone = ends.flatMap((end) => end.undone.map(({ callId }) => callId))
  expect(undone.toSorted()).toEqual(calls.toSorted())
}, 120_000)

test('a process is killed while it undoes a call: another one waits for its lease, and undoes this call again and the rest once', async () => {
  const [file, log] = [newFile(), newLog()]
  await race('undo-side.ts', [{ file, log, run: 'run-1', calls: ['a', 'b', 'c'] }])
  writeFileSync(log, '')
  const [dead] = await race('undo-side.ts', [{ file, log, run: 'run-1', leaseMs: 1_000, dieAt: 'b' }])
  expect(dead?.signal).toBe('SIGKILL')
  const { compensate, store } = openProcess({ file, log })
  const { isComplete, undone } = await compensate('run-1')
  expect(isComplete).toBe(true)
  expect(undone.map(({ callId }) => callId)).toEqual(['b', 'a'])
  expect(linesOf(log)).toEqual(['?c', '-c', '?b', '?b', '-b', '?a', '-a'])
  store.close()
}, 120_000)

test('all stores can share a file, and calls outlive the process', () => {
  const file = newFile()
  const first = sqliteUndoStore({ path: file })
  first.add(entry('a'))
  first.claim('a', CLAIM)
  first.close()
  const second = sqliteUndoStore({ path: file })
  expect(second.find({ run: 'run' })).toMatchObject([{ id: 'a' }])
  expect(second.claim('a', { ...CLAIM, token: 'u' })).toMatchObject({ status: 'taken' })
  expect(second.find({})).toEqual([])
  second.close()
})

test('every 64th entry removes some rows past their time', () => {
  const database = new DatabaseSync(':memory:')
  const store = sqliteUndoStore({ database })
  const count = (): unknown => database.prepare('SELECT count(*) AS n FROM stageflow_undo').get()?.['n']
  for (let n = 0; n < 300; n++) store.add(entry(`old${n}`))
  database.exec('UPDATE stageflow_undo SET gone_at = 5')
  // 300 entries were added: the next one that purges is the 320th.
  for (let n = 0; n < 19; n++) store.add(entry(`new${n}`))
  expect(count()).toBe(319)
  store.add(entry('new19'))
  expect(count()).toBe(320 - 256)
  database.close()
})

test('an error of SQLite makes the store unavailable, and so does close()', () => {
  const file = newFile()
  const store = sqliteUndoStore({ path: file, busyTimeoutMs: 20 })
  store.add(entry('a'))
  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  expect(() => store.claim('a', CLAIM)).toThrow(
    /^sqliteUndoStore\(\): claim failed for the file ".*": database is locked/,
  )
  expect(store.find({ callId: 'c' })).toMatchObject([{ id: 'a' }])
  other.exec('ROLLBACK')
  other.close()
  store.close()
  for (const act of [
    () => store.find({ run: 'run' }),
    () => store.add(entry('b')),
    () => store.claim('a', CLAIM),
    () => store.release('a', 't'),
    () => store.remove('a', 't'),
  ])
    expect(act).toThrow(expect.objectContaining({ code: 'store-sqlite/unavailable' }) as Error)
})

test('a change that cannot be committed is an error, not a success', () => {
  const { database, breakCommits } = databaseWithBrokenCommits()
  const store = sqliteUndoStore({ database })
  store.add(entry('a'))
  breakCommits('stageflow_undo')
  expect(() => store.claim('a', CLAIM)).toThrow(expect.objectContaining({ code: 'store-sqlite/unavailable' }) as Error)
  database.exec('DROP TRIGGER broken')
  expect(store.claim('a', { ...CLAIM, token: 'u' })).toEqual({ status: 'claimed' })
  database.close()
})

test('a claim that the database never decides fails, and does not block the process forever', () => {
  const database = new DatabaseSync(':memory:')
  const store = sqliteUndoStore({ database })
  store.add(entry('a'))
  database.exec('CREATE TRIGGER broken BEFORE UPDATE ON stageflow_undo BEGIN SELECT RAISE(IGNORE); END')
  expect(() => store.claim('a', CLAIM)).toThrow('the entry was neither free nor taken 100 times in a row')
  database.close()
})
