import { memoryStore, type KeyedStore } from '@stageflow/keyed-work'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { tool, trackedUndoBench } from '../test/undo-bench.ts'

const make = trackedUndoBench()

const idempotencyKey = (): string => 'order-7'

test('a store that cannot forget what was undone is counted', async () => {
  const store = memoryStore()
  let completions = 0
  const complete: KeyedStore['complete'] = (key, completion) =>
    ++completions === 1 ? store.complete(key, completion) : Promise.reject(new Error('down'))
  const b = make([tool('book', () => 1, { undo: () => {} })], {}, { resultStore: { ...store, complete } })
  await b.call('book', {}, { idempotencyKey })
  expect(await b.undo('call-0')).toMatchObject({ status: 'undone' })
  expect(b.executor.stats()).toMatchObject({ storeErrors: 1, lastStoreError: new Error('down') })
})

test('work that one executor has undone is done again by another', async () => {
  let count = 0
  const clock = manualClock()
  const book = tool('book', () => ++count, { undo: () => {} })
  const resultStore = memoryStore({ clock })
  const [one, two] = [make([book], {}, { resultStore }, clock), make([book], {}, { resultStore }, clock)]
  await one.call('book', {}, { idempotencyKey, clock })
  expect(await one.undo('call-0')).toMatchObject({ status: 'undone' })
  const again = two.call('book', {}, { idempotencyKey, clock })
  await clock.advance(1)
  expect(await again).toMatchObject({ output: 2 })
})

test('work whose key another call has taken over can be undone, although it is not a success', async () => {
  const resultStore = { ...memoryStore(), complete: () => false }
  const b = make([tool('charge', () => 1, { undo: () => {} })], {}, { resultStore })
  expect(await b.call('charge', {}, { idempotencyKey })).toMatchObject({
    status: 'failed',
    error: { code: 'tool-executor/lease-lost' },
    undoable: true,
  })
  expect(b.types()).toEqual(['tool.invoked', 'tool.started', 'tool.failed'])
})
