import { Pipeline, StageKind, systemClock } from '@stageflow/core'
import { runDurable } from '@stageflow/core/durable'
import { expect, test } from 'vitest'

import { ArrayExecutor } from '../../core/test/array-executor.ts'
import { idempotency } from './idempotency.ts'
import { memoryStore } from './memory-store.ts'

test('a call that is repeated after a kill goes on with the claim of the dead process, without a wait for its lease', async () => {
  // The store outlives the process, as a shared one does. Its lease is half a minute.
  const store = memoryStore()
  const begun = Promise.withResolvers<void>()
  const leg = (body: () => Promise<object>) =>
    new Pipeline('shop').withStage('charge', body, StageKind.WORK).build({ interceptors: [idempotency({ store })] })

  const first = new ArrayExecutor()
  const never = new Promise<object>(() => {})
  void runDurable(
    leg(() => (begun.resolve(), never)),
    first,
  )
  await begun.promise // and there it is killed

  const startedAt = systemClock.now()
  const result = await runDurable(
    leg(async () => ({ by: 'second' })),
    new ArrayExecutor(first.facts, { leg: 2 }),
  )
  expect(result.data).toEqual({ charge: { by: 'second' } })
  expect(systemClock.now() - startedAt).toBeLessThan(10_000)
})

test('a call whose output was stored before the kill gets that output when it is repeated', async () => {
  const store = memoryStore()
  let charged = 0
  const graph = new Pipeline('shop')
    .withStage('charge', () => ({ receipt: ++charged }), StageKind.WORK)
    .build({ interceptors: [idempotency({ store })] })
  await runDurable(graph, new ArrayExecutor())
  // The fact of the call is lost with the process, its stored output isn't.
  const { data } = await runDurable(graph, new ArrayExecutor([], { leg: 2 }))
  expect(data).toEqual({ charge: { receipt: 1 } })
  expect(charged).toBe(1)
})
