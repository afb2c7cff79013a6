import { setImmediate } from 'node:timers/promises'

import type { Pipeline } from '@stageflow/core'
import { durableLocal } from '@stageflow/durable-local'
import type { DurableLocal } from '@stageflow/durable-local'
import { manualClock } from '@stageflow/testing'
import type { ManualClock } from '@stageflow/testing'

/** Makes a journal with `fill`. The time of its runs moves only where a stage sleeps. */
export async function makeJournal(
  path: string,
  fill: (durable: DurableLocal, clock: ManualClock) => Promise<unknown>,
): Promise<void> {
  const clock = manualClock({ startAt: Date.now() })
  await using durable = durableLocal({ path, clock })
  let isFilled = false
  const filled = fill(durable, clock).finally(() => {
    isFilled = true
  })
  while (!isFilled) {
    await clock.runAll()
    await setImmediate()
  }
  await filled
}

/** Two runs of an order: `order-7` waits for its answer, `order-8` has got it. */
export async function twoOrders(durable: DurableLocal, clock: ManualClock, pipeline: Pipeline<any>): Promise<void> {
  const order = pipeline.build({ clock })
  await durable.run(order, { inputText: '50', userId: 'ada' }, { runId: 'order-7' })
  await durable.run(order, { inputText: '80' }, { runId: 'order-8' })
  await durable.resume(order, 'order-8', { approve: 'yes' } as never)
}
