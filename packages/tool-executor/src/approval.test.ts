import type { StandardSchemaV1 } from '@standard-schema/spec'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { bench, tool } from '../test/tool-bench.ts'

test('a hook of your own can edit arguments too, and cannot change them later', async () => {
  const seen: unknown[] = []
  const edited = { list: ['a'] }
  const { call } = bench(
    [tool('look', (input) => seen.push(input), { input: z.object({ list: z.array(z.string()) }) })],
    {
      approve: () => ({ approved: true, arguments: edited }),
    },
  )
  const result = await call('look', { list: [] })
  edited.list.push('b')
  expect(result).toMatchObject({ status: 'completed', editedArguments: { list: ['a'] } })
  expect(seen).toEqual([{ list: ['a'] }])
})

test('secrets in edited arguments are kept out of events', async () => {
  const secret = 'violet-moon-rising'
  const tell = tool('tell', ({ password }, { progress }) => progress({ message: `with ${password}` }))
  const { call, events } = bench([tell], { approve: () => ({ approved: true, arguments: { password: secret } }) })
  expect(await call('tell', { password: 'other' })).toMatchObject({ status: 'completed' })
  expect(JSON.stringify(events)).toContain('"kind":"progress"')
  expect(JSON.stringify(events)).not.toContain(secret)
})

test('a hook that denies with a word of its own denies as approval_failed', async () => {
  const { call } = bench([tool('pay', () => 'paid')], {
    approve: () => ({ approved: false, denied: 'later' as 'approval_pending', approvalId: 'a' }),
  })
  expect(await call('pay')).toMatchObject({ status: 'denied', reason: 'approval_failed' })
})

test('a hook of your own can say that there is no decision yet', async () => {
  const { call } = bench([tool('pay', () => 'paid')], {
    approve: () => ({ approved: false, denied: 'approval_pending', approvalId: 'ticket-7' }),
  })
  expect(await call('pay')).toMatchObject({ reason: 'approval_pending', approvalId: 'ticket-7' })
})

test('a repeated call of a key has the edited arguments of the first in its result', async () => {
  const { call } = bench([tool('look', () => 'seen')], {
    approve: () => ({ approved: true, arguments: { a: 2 } }),
  })
  const idempotencyKey = () => 'k'
  await call('look', { a: 1 }, { idempotencyKey })
  expect(await call('look', { a: 1 }, { idempotencyKey })).toMatchObject({ replayed: true, editedArguments: { a: 2 } })
})

test('a schema that is asynchronous and hangs does not outlive its call', async () => {
  let checks = 0
  // The first check is that of the registry.
  const validate = (value: unknown) => (++checks === 1 ? { value } : new Promise<never>(() => {}))
  const slow = { '~standard': { version: 1, vendor: 'slow', validate } } as StandardSchemaV1
  const { call, clock } = bench([tool('slow', () => 'ran', { input: slow, inputJsonSchema: { type: 'object' } })], {
    approve: () => ({ approved: true, arguments: {} }),
  })
  const result = call('slow', {}, { timeoutMs: 100 })
  await clock.advance(100)
  expect(await result).toMatchObject({ status: 'failed', error: { code: 'tool-executor/timed-out' } })
})

test('a handler cannot forge the events of an approval', async () => {
  const { call, types } = bench([tool('forge', (_, { emit }) => emit('approval.decided' as never, {}))])
  expect(await call('forge')).toMatchObject({ output: false })
  expect(types()).not.toContain('approval.decided')
})
