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

const BOSS = { userId: 'boss', orgId: 'acme' }

test('the person whom a hook names is given to the handler, kept in the result, and is that of each result of the key', async () => {
  const seen: unknown[] = []
  const author = { ...BOSS }
  const { call } = bench([tool('pay', (_, context) => seen.push(context.decidedBy))], {
    approve: () => ({ approved: true, decidedBy: author }),
  })
  const idempotencyKey = () => 'k'
  const result = await call('pay', {}, { idempotencyKey })
  author.userId = 'eve'
  expect(result).toMatchObject({ status: 'completed', decidedBy: BOSS })
  expect(result).not.toHaveProperty('editedArguments')
  expect(await call('pay', {}, { idempotencyKey })).toMatchObject({ replayed: true, decidedBy: BOSS })
  expect(seen).toEqual([BOSS])
  expect(Object.isFrozen(seen[0])).toBe(true)
})

test('a result names who approved its call, however it ended, and who denied it', async () => {
  const refuses = () => {
    throw new Error('no money')
  }
  const failing = bench([tool('pay', refuses)], { approve: () => ({ approved: true, decidedBy: BOSS }) })
  expect(await failing.call('pay')).toMatchObject({ status: 'failed', decidedBy: BOSS })
  const denying = bench([tool('pay', refuses)], { approve: () => ({ approved: false, decidedBy: BOSS }) })
  expect(await denying.call('pay')).toMatchObject({ status: 'denied', reason: 'not_approved', decidedBy: BOSS })
  const edit = { approved: true, arguments: '{"a":', decidedBy: BOSS }
  const editing = bench([tool('pay', refuses)], { approve: () => edit })
  expect(await editing.call('pay')).toMatchObject({ status: 'denied', reason: 'edit_refused', decidedBy: BOSS })
})

test('a call that no person decided names none', async () => {
  const seen: unknown[] = []
  const { call } = bench([tool('pay', (_, context) => void seen.push(context.decidedBy))], { approve: () => true })
  expect(await call('pay')).not.toHaveProperty('decidedBy')
  expect(seen).toEqual([undefined])
})

test.each([null, 'boss', ['boss'], { userId: 7 }, { user: 'boss' }])(
  'a hook that names %j as the person denies as approval_failed',
  async (decidedBy) => {
    const { call } = bench([tool('pay', () => 'paid')], {
      approve: () => ({ approved: true, decidedBy: decidedBy as never }),
    })
    expect(await call('pay')).toMatchObject({
      status: 'denied',
      reason: 'approval_failed',
      message: expect.stringContaining('decidedBy of the approval hook is not { userId, orgId, system }') as string,
    })
  },
)
