import { StageflowError } from '@stageflow/core'
import { expect, test } from 'vitest'

import { ask, closedJournal, perform } from './index.ts'
import type { Act, Tables } from './index.ts'

/** The tables of inboxes alone: those that an act of these tests asks. */
function inboxes() {
  const rows: { readonly n: number; readonly run: number; readonly key: string }[] = []
  const tables: Pick<Tables, 'addToInbox' | 'takeFromInbox' | 'inbox'> = {
    addToInbox: ({ run, key }) => void rows.push({ n: rows.length + 1, run, key }),
    takeFromInbox: (n) =>
      void rows.splice(
        rows.findIndex((row) => row.n === n),
        1,
      ),
    inbox: (run) => rows.filter((row) => row.run === run).map(({ n, key }) => ({ n, key, kind: 'answer', value: '1' })),
  }
  return tables as Tables
}

function* addAll(run: number, keys: readonly string[]): Act<number> {
  for (const key of keys) yield* ask('addToInbox', { run, kind: 'answer', key, value: '1' })
  return (yield* ask('inbox', run)).length
}

test('an act gets the answer of each question, in the order in which it asks', () => {
  const tables = inboxes()
  expect(perform(addAll(1, ['a', 'b']), tables)).toBe(2)
  expect(perform(addAll(2, ['c']), tables)).toBe(1)
  expect(perform(ask('takeFromInbox', 1), tables)).toBeUndefined()
  expect(perform(ask('inbox', 1), tables)).toEqual([{ n: 2, key: 'b', kind: 'answer', value: '1' }])
})

test('an act asks nothing before it is carried out, and nothing after its error', () => {
  const tables = inboxes()
  const waiting = addAll(1, ['a'])
  expect(perform(ask('inbox', 1), tables)).toEqual([])
  expect(perform(waiting, tables)).toBe(1)
  const failing = function* (): Act<void> {
    yield* addAll(1, ['b'])
    throw new StageflowError('testing/refused', 'The act refuses.')
  }
  expect(() => perform(failing(), tables)).toThrow('The act refuses.')
  expect(perform(ask('inbox', 1), tables)).toHaveLength(2)
})

test('the error of a closed journal names it', () => {
  expect(closedJournal({ name: 'runs.db' })).toMatchObject({
    code: 'durable-engine/closed',
    message: expect.stringContaining('The journal "runs.db" was closed.') as string,
  })
})
