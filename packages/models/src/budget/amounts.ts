import { StageflowError } from '@stageflow/core'
import { show } from '@stageflow/core/kit'
import { isCount } from '../call-usage.ts'
import type { CallUsage } from '../call-usage.ts'

/** What a limit is in: money in millionths, tokens, or requests. */
export type BudgetUnit = 'cost' | 'tokens' | 'requests'

/** A model as `prices` gets it. */
export interface PricedModel {
  readonly id: string
  readonly provider: string
}

/** What a request may use at most, or has used. */
export interface PricedUsage extends CallUsage {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** What a request costs, in the currency of the limits, such as 0.0042. */
export type Prices = (model: PricedModel, usage: PricedUsage) => number

/** A whole number of the unit: stores add whole numbers up without an error. */
export function amountOf(unit: BudgetUnit, prices: Prices | undefined, model: PricedModel, usage: PricedUsage): number {
  if (unit === 'requests') return 1
  if (unit === 'tokens') return roundedUp(usage.inputTokens + usage.outputTokens)
  const { id, provider } = model
  const cost: unknown = prices?.({ id, provider }, usage)
  if (!isCount(cost))
    throw new StageflowError(
      'models/illegal-price',
      `prices of modelBudget() returned ${show(cost)} for model "${id}". Return what the usage costs, a number from 0, for each model that you use.`,
    )
  return roundedUp(millionths(cost))
}

const roundedUp = (amount: number): number => Math.min(Math.ceil(amount), Number.MAX_SAFE_INTEGER)

/** How many millionths a sum is, without the last digits of binary fractions: 0.1 * 3 is 300,000. */
export const millionths = (sum: number): number => Math.round(sum * 1e9) / 1e3

/** An amount as an error shows it. */
export function shownAmount(unit: BudgetUnit, amount: number): string {
  return unit === 'cost' ? `${amount / 1e6}` : `${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`
}
