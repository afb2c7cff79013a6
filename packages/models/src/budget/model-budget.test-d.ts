import { expectTypeOf, test } from 'vitest'
import { memoryBudgetStore, modelBudget } from '../index.ts'
import type { BudgetError, BudgetUnit, LimitName, PricedUsage } from '../index.ts'

const store = memoryBudgetStore()
const prices = (_: { readonly id: string }, usage: PricedUsage): number => usage.inputTokens + usage.outputTokens

test('a limit names money, tokens or requests', () => {
  modelBudget({ perRun: { maxTokens: 5 } })
  modelBudget({ perRun: { maxRequests: 5 } })
  modelBudget({ perRun: { maxRequests: 5, maxTokens: 5 } })
  modelBudget({ prices, perRun: { maxCost: 5, maxTokens: 5 }, perUser: { maxTokens: 5, windowMs: 5 }, store })
  // @ts-expect-error -- nothing is limited
  modelBudget({ perRun: {} })
  // @ts-expect-error -- nothing is limited
  modelBudget({ prices, perUser: { windowMs: 5 }, store })
  // @ts-expect-error -- no such limit
  modelBudget({ perRun: { maxMoney: 5 } })
})

test('money needs prices', () => {
  modelBudget({ prices, perOrg: { maxCost: 5, windowMs: 5 }, store })
  // @ts-expect-error -- prices are missing
  modelBudget({ perRun: { maxCost: 5 } })
  // @ts-expect-error -- prices are missing
  modelBudget({ perOrg: { maxCost: 5, windowMs: 5 }, store })
  // @ts-expect-error -- a price is a number
  modelBudget({ prices: () => '5', perRun: { maxCost: 5 } })
})

test('a limit of users and organizations has a window, and that of a run has none', () => {
  // @ts-expect-error -- windowMs is missing
  modelBudget({ perUser: { maxTokens: 5 }, store })
  // @ts-expect-error -- a run has no window
  modelBudget({ perRun: { maxTokens: 5, windowMs: 5 } })
})

test('an error says which limit, and what is left', () => {
  expectTypeOf<BudgetError['limit']>().toEqualTypeOf<LimitName>()
  expectTypeOf<BudgetError['unit']>().toEqualTypeOf<BudgetUnit>()
  expectTypeOf<BudgetError['resetsInMs']>().toEqualTypeOf<number | undefined>()
})
