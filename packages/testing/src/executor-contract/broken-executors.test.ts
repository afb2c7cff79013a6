import { StageflowError } from '@stageflow/core'
import { describe, expect, test } from 'vitest'
import { isHeavy } from '../../../core/test/property-settings.ts'
import { mutants } from '../../test/executor-mutants.ts'
import { MemoryRuns } from '../durable-runs/memory-executor.ts'
import { executorCases } from './executor-contract.ts'

// One after the other: a leg that hangs is told by the turns that pass, which the others must not take.
describe('a broken executor:', () => {
  for (const [place, { name, does, open, caughtBy, alsoCaughtBy = [] }] of mutants.entries())
    test(`${name} ${does}`, { timeout: 60_000 }, async () => {
      const failed: string[] = []
      const found = new Set<unknown>([caughtBy, alsoCaughtBy].flat())
      // By default the cases that find it, and with every sixteenth executor and those that none finds all of them.
      const isWhole = isHeavy || place % 16 === 0 || caughtBy === undefined
      const cases = executorCases(open, { pipelines: 6 }, 0)
      for (const { name: rule, run } of cases.filter((one) => isWhole || found.has(one.name))) {
        await run().catch((error: unknown) => {
          expect(StageflowError.is(error, 'testing/contract')).toBe(true)
          failed.push(rule)
        })
        if (alsoCaughtBy === 'others' && failed.length > 0) break
      }
      const others = alsoCaughtBy === 'others' ? [] : alsoCaughtBy
      expect(failed).toEqual(caughtBy === undefined ? [] : [caughtBy, ...others])
    })
})

test('every case is failed by a broken executor', () => {
  const names = executorCases(() => new MemoryRuns(), {}).map(({ name }) => name)
  const caughtBy = mutants.flatMap((mutant) => [mutant.caughtBy ?? [], mutant.alsoCaughtBy ?? []].flat())
  expect(names.filter((name) => !caughtBy.includes(name))).toEqual([])
})
