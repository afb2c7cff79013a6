import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openHistory } from './history.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stageflow-chat-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const turn = (question: string) => ({ question, answer: `answer to ${question}`, cited: ['docs/a.md#a'] })

test('the newest turns of a session come back oldest first, and no other session sees them', () => {
  const history = openHistory(root)
  for (const question of ['one', 'two', 'three']) history.add('mine', turn(question), 1)
  history.add('yours', turn('other'), 1)
  expect(history.recent('mine', 2)).toEqual([turn('two'), turn('three')])
  expect(history.recent('nobody', 2)).toEqual([])
  history.close()
})

test('what was added is there when it is opened again', () => {
  const first = openHistory(join(root, 'made', 'on', 'the', 'way'))
  first.add('s', turn('one'), 1)
  first.close()
  const second = openHistory(join(root, 'made', 'on', 'the', 'way'))
  expect(second.recent('s', 5)).toEqual([turn('one')])
  second.close()
})

test('only the newest 200 turns of a session are kept', () => {
  const history = openHistory(root)
  history.add('other', turn('kept'), 1)
  for (let index = 0; index < 203; index++) history.add('s', turn(String(index)), index)
  const kept = history.recent('s', 1_000)
  expect(kept).toHaveLength(200)
  expect(kept[0]).toEqual(turn('3'))
  expect(history.recent('other', 5)).toEqual([turn('kept')])
  history.close()
})

test('quotes and markup in a question are only text', () => {
  const history = openHistory(root)
  const hostile = turn(`'); DROP TABLE turn; -- "`)
  history.add(hostile.question, hostile, 1)
  expect(history.recent(hostile.question, 1)).toEqual([hostile])
  history.close()
})

test('others on the machine may not look into a folder that it makes', () => {
  openHistory(join(root, 'private')).close()
  expect(statSync(join(root, 'private')).mode & 0o077).toBe(0)
})

test('several processes that open a new history at once lose nothing', async () => {
  const script = fileURLToPath(new URL('../test/add-turns.ts', import.meta.url))
  const run = promisify(execFile)
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => run(process.execPath, [script, root, name, '40'])))
  const history = openHistory(root)
  const questions = history.recent('shared', 1_000).map((one) => one.question)
  expect(questions).toHaveLength(160)
  for (const name of ['a', 'b', 'c', 'd']) {
    expect(questions.filter((question) => question.startsWith(name))).toEqual(
      Array.from({ length: 40 }, (_, index) => `${name}${index}`),
    )
  }
  history.close()
})

test('who writes while a history is opened is waited for', async () => {
  const state = new Int32Array(new SharedArrayBuffer(4))
  const script = `
    const { file, state } = require('node:worker_threads').workerData
    const database = new (require('node:sqlite').DatabaseSync)(file)
    database.exec('BEGIN IMMEDIATE; CREATE TABLE other (a)')
    Atomics.store(state, 0, 1)
    Atomics.notify(state, 0)
    Atomics.wait(state, 0, 1, 300)
    database.exec('COMMIT')
    database.close()`
  const file = join(root, 'chat.sqlite')
  const ended = once(new Worker(script, { eval: true, workerData: { file, state } }), 'exit')
  Atomics.wait(state, 0, 0)
  const history = openHistory(root)
  history.add('s', turn('one'), 1)
  expect(history.recent('s', 5)).toEqual([turn('one')])
  history.close()
  await ended
})

test('a damaged file is an error that names it and says what to do', () => {
  writeFileSync(join(root, 'chat.sqlite'), 'this is not a database, and long enough for anybody to see that it is none')
  expect(() => openHistory(root)).toThrow(
    expect.objectContaining({
      code: 'chat/history-unusable',
      message: expect.stringMatching(/chat\.sqlite.*STAGEFLOW_CHAT_DATA/) as string,
    }) as Error,
  )
})

test('a folder that cannot be made is an error that says what to do', () => {
  writeFileSync(join(root, 'file'), '')
  expect(() => openHistory(join(root, 'file', 'data'))).toThrow(
    expect.objectContaining({ code: 'chat/history-unusable' }) as Error,
  )
})

test('a history of a later version is left alone', () => {
  openHistory(root).close()
  const later = new DatabaseSync(join(root, 'chat.sqlite'))
  later.exec('PRAGMA user_version = 9')
  later.close()
  expect(() => openHistory(root)).toThrow(expect.objectContaining({ code: 'chat/history-version' }) as Error)
})

test('citations that another program spoilt cite nothing', () => {
  const history = openHistory(root)
  history.add('s', turn('one'), 1)
  const other = new DatabaseSync(join(root, 'chat.sqlite'))
  other.exec(`UPDATE turn SET cited = '{"a":'`)
  other.close()
  expect(history.recent('s', 1)).toEqual([{ ...turn('one'), cited: [] }])
  history.close()
})
