import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openHistory } from './history.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stageflow-chat-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const turn = (question: string) => ({ question, answer: `answer to ${question}\n` })

test('the newest turns of a session come back oldest first, and no other session has them', async () => {
  const history = openHistory(join(root, 'data'))
  for (const question of ['one', 'two', 'three']) await history.add('mine', turn(question))
  expect(await history.recent('mine', 2)).toEqual([turn('two'), turn('three')])
  expect(await history.recent('other', 2)).toEqual([])
})

test('turns that are added at once are all there', async () => {
  const history = openHistory(root)
  await Promise.all(Array.from({ length: 50 }, (_, index) => history.add('s', turn(String(index)))))
  expect(await history.recent('s', 100)).toHaveLength(50)
})

test('other users of the machine can read neither the folder nor a session', async () => {
  await openHistory(join(root, 'data')).add('s', turn('one'))
  for (const path of ['data', 'data/s.jsonl']) expect(statSync(join(root, path)).mode & 0o077).toBe(0)
})

test('a damaged line is left out', async () => {
  const history = openHistory(root)
  await history.add('s', turn('one'))
  appendFileSync(join(root, 's.jsonl'), '{"question":"tw\n[]\n{"question":1,"answer":2}\n')
  await history.add('s', turn('three'))
  expect(await history.recent('s', 5)).toEqual([turn('one'), turn('three')])
})

test('a folder that cannot be used is an error', async () => {
  writeFileSync(join(root, 'file'), '')
  const history = openHistory(join(root, 'file'))
  await expect(history.recent('s', 1)).rejects.toThrow('ENOTDIR')
  await expect(history.add('s', turn('one'))).rejects.toThrow(/EEXIST|ENOTDIR/)
})
