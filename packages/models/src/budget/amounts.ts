import { StageflowError } from '@stageflow/core'
import { onRejection, show, textOf } from '@stageflow/core/kit'
import { isCount } from '../app-counts.ts'
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
  return roundedUp(millionths(priceOf(prices, model, usage)))
}

function priceOf(prices: Prices | undefined, { id, provider }: PricedModel, usage: PricedUsage): number {
  let cost: unknown
  try {
    cost = prices?.({ id, provider }, usage)
  } catch (cause) {
    throw illegalPrice(id, `threw: ${textOf(cause)}`, { cause })
  }
  if (isCount(cost)) return cost
  onRejection(cost, () => {}) // a promise that rejects must not end the process
  throw illegalPrice(id, `returned ${show(cost)}`)
}

const illegalPrice = (model: string, what: string, options?: { readonly cause: unknown }): StageflowError =>
  new StageflowError(
    'models/illegal-price',
    `prices of modelBudget() for model "${model}" ${what}. Return what the usage costs, a number from 0, for each model that you use.`,
    options,
  )

const roundedUp = (amount: number): number => Math.min(Math.ceil(amount), Number.MAX_SAFE_INTEGER)

/** How many millionths a sum is, without the last digits of binary fractions: 0.1 * 3 is 300,000. */
export const millionths = (sum: number): number => Math.round(sum * 1e9) / 1e3

/** An amount as the limit has it: money in the currency of `prices`. */
export const inCurrency = (unit: BudgetUnit, amount: number): number => (unit === 'cost' ? amount / 1e6 : amount)
