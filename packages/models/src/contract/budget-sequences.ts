import type { BudgetStore } from '@stageflow/keyed-work'
import { LONG_MS, randomSequences } from '@stageflow/keyed-work/suite'
import type { Random, Step } from '@stageflow/keyed-work/suite'
import { memoryBudgetStore } from '../memory-budget-store.ts'
import type { BudgetBench } from './budget-bench.ts'

/** Runs random operations on the store and on the store in memory, and compares every answer. */
export function randomBudgets(bench: BudgetBench): Promise<void> {
  return randomSequences(bench, {
    model: (clock) => ({ store: memoryBudgetStore({ clock }) }),
    begin: (random, shortMs) => () => stepOf(random, shortMs),
  })
}

function stepOf(random: Random, shortMs: number): Step<BudgetStore> {
  const oneOf = <Choice>(...choices: readonly Choice[]): Choice => choices[random(choices.length)] as Choice
  const key = oneOf('a', 'b')
  const token = oneOf('t', 'u', 'v')
  const amount = random(60)
  const windowMs = oneOf(shortMs, LONG_MS)
  const reserve: Step<BudgetStore> = {
    text: `reserve(${key}, ${token}, ${amount} of 100, windowMs ${windowMs})`,
    act: (store, prefix) => store.reserve(prefix + key, { token, amount, most: 100, windowMs }),
  }
  const settle: Step<BudgetStore> = {
    text: `settle(${key}, ${token}, ${amount})`,
    act: async (store, prefix) => {
      await store.settle(prefix + key, { token, amount })
    },
  }
  return oneOf(reserve, reserve, settle)
}
