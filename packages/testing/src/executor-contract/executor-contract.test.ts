import { env } from 'node:process'
import type { DurableStart } from '@stageflow/core/durable'
import { describe, expect, test } from 'vitest'
import { executorContract } from '../durable-contract.ts'
import type { CarryLeg, LegResult } from '../durable-contract.ts'
import { MemoryRuns } from '../durable-runs/memory-executor.ts'
import { executorCases } from './executor-contract.ts'
import { memoryExecutor } from '../durable.ts'

/** More random pipelines with STAGEFLOW_HEAVY=1, as at night. */
const contractSettings = (): { pipelines: number } => ({
  pipelines: (env['STAGEFLOW_HEAVY'] ?? '') === '' ? 15 : 1_500,
})

/** For a case that hangs. How long one takes is decided by the number of pipelines. */
const TIMEOUT_MS = 3_600_000

describe.concurrent('an executor in memory keeps the whole contract', () => {
  for (const { name, run } of executorContract(() => memoryExecutor(), contractSettings())) test(name, run, TIMEOUT_MS)
})

test('an argument that is not a function, or an unknown option, is refused', () => {
  expect(() => executorContract(memoryExecutor() as never)).toThrow('executorContract() needs a function that opens')
  expect(() => executorContract(() => memoryExecutor(), { pipelines: 0 })).toThrow('pipelines')
  expect(() => memoryExecutor({ clock: 5 as never })).toThrow('clock')
})

test('a store without a method fails each case with its name', async () => {
  const [first] = executorContract(() => ({ run: async () => ({ status: 'completed' }) }) as never)
  await expect(first?.run()).rejects.toThrow("crash, answer, facts isn't a function")
})

test('a leg that takes longer than its limit passes if it goes on with each turn of the event loop, as on a busy machine', async () => {
  for (const { run } of executorCases(() => new MemoryRuns(), { pipelines: 4 }, 0)) await run()
})

test('an executor passes on a machine that takes longer to begin a leg than the first deadline of a case', async () => {
  class Stalled extends MemoryRuns {
    override run<Result extends LegResult>(...given: [DurableStart, CarryLeg<Result>]): Promise<Result> {
      for (const until = performance.now() + 60; performance.now() < until;);
      return super.run(...given)
    }
  }
  const timed = executorContract(() => new Stalled()).filter(({ name }) => /a timeout|a deadline passes/.test(name))
  expect(timed).toHaveLength(2)
  for (const { run } of timed) await run()
})
