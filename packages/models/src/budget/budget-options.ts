import { functionLike, isPlain, optionProblems, read, refuseOptions, required, whole } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { BUDGET_STORE, STORED_MS } from '@stageflow/keyed-work'
import type { BudgetStore } from '@stageflow/keyed-work'
import { CODE } from '../options.ts'
import { millionths } from './amounts.ts'
import type { BudgetUnit, Prices } from './amounts.ts'

/** The most tokens, requests, or both: whole numbers from 1. */
export type TokenLimit = { readonly maxCost?: undefined } & (
  | { readonly maxTokens: number; readonly maxRequests?: number }
  | { readonly maxTokens?: number; readonly maxRequests: number }
)
/** The most money, in the currency of `prices`, and perhaps the most tokens and requests. From 0.000001 to 9,000,000,000. */
export interface CostLimit {
  readonly maxCost: number
  readonly maxTokens?: number
  readonly maxRequests?: number
}

/** What a limit counts in. */
export interface Windowed {
  /** How long a limit counts from the first request on, in ms. Then it begins again. */
  readonly windowMs: number
}

export interface BudgetLimits<Limit> {
  /** What each run may use, with its child runs and items, and all legs of it. Default: no limit. */
  readonly perRun?: Limit
  /** What each user of an organization may use in all runs together. Default: no limit. */
  readonly perUser?: Limit & Windowed
  /** What each organization may use in all runs together. Default: no limit. */
  readonly perOrg?: Limit & Windowed
  /** Counts for `perUser` and `perOrg`, which need it. */
  readonly store?: BudgetStore
  /** How many output tokens to reserve for a request without a maximum. Default: none. Such a request is refused. */
  readonly expectOutputTokens?: number
}

/** The options of `modelBudget()`: limits, and `prices`, which `maxCost` needs. */
export type ModelBudgetOptions =
  | (BudgetLimits<CostLimit | TokenLimit> & { readonly prices: Prices })
  | (BudgetLimits<TokenLimit> & { readonly prices?: undefined })

/** Whose requests a limit counts together. */
export type LimitName = 'perRun' | 'perUser' | 'perOrg'

/** One maximum of one limit. */
export interface Limit {
  readonly name: LimitName
  readonly unit: BudgetUnit
  /** A whole number of the unit. */
  readonly most: number
  /** Infinity for a run. */
  readonly windowMs: number
}

/** A limit of any kind. */
interface GivenLimit {
  readonly maxCost?: number | undefined
  readonly maxTokens?: number | undefined
  readonly maxRequests?: number | undefined
  readonly windowMs?: number
}

const MAXIMA: readonly (readonly [option: 'maxCost' | 'maxTokens' | 'maxRequests', unit: BudgetUnit])[] = [
  ['maxRequests', 'requests'],
  ['maxTokens', 'tokens'],
  ['maxCost', 'cost'],
]

/** Every maximum of the options. Those of a run come first, because asking them takes no time. */
export function limitsOf(options: ModelBudgetOptions): readonly Limit[] {
  return (['perRun', 'perUser', 'perOrg'] as const).flatMap((name) => {
    const given: GivenLimit | undefined = options[name]
    const { windowMs = Infinity } = given ?? {}
    return MAXIMA.flatMap(([option, unit]) => {
      const most = given?.[option]
      if (most === undefined) return []
      return [{ name, unit, most: unit === 'cost' ? Math.floor(millionths(most)) : most, windowMs }]
    })
  })
}

/** In millionths a larger one would be above `Number.MAX_SAFE_INTEGER`. */
const LARGEST_COST = 9_000_000_000
const COST: OptionRule = [
  (value) => typeof value === 'number' && value >= 0.000_001 && value <= LARGEST_COST,
  `a number from 0.000001 to ${LARGEST_COST}`,
]
const RUN_LIMIT = { maxCost: COST, maxTokens: whole(1), maxRequests: whole(1) }
const SHARED_LIMIT = { ...RUN_LIMIT, windowMs: required(STORED_MS) }
const LIMIT: OptionRule = [isPlain, 'an object such as { maxTokens: 100_000 }']
const RULES: OptionRules<BudgetLimits<unknown> & { readonly prices: Prices }> = {
  prices: functionLike('(model, usage) => number'),
  perRun: LIMIT,
  perUser: LIMIT,
  perOrg: LIMIT,
  store: BUDGET_STORE,
  expectOutputTokens: whole(1),
}

/** Throws one `models/illegal-option` with every problem. */
export function checkBudgetOptions(options: unknown): void {
  const problems = [...optionProblems(options, RULES)]
  const given = ['perRun', 'perUser', 'perOrg'].filter((name) => isPlain(read(options, name)))
  if (isPlain(options) && given.length === 0)
    problems.push('pass perRun, perUser or perOrg, such as perRun: { maxTokens: 100_000 }')
  for (const name of given) problems.push(...limitProblems(name, read(options, name)))
  const needsPrices = given.filter((name) => read(read(options, name), 'maxCost') !== undefined)
  if (needsPrices.length > 0 && read(options, 'prices') === undefined)
    problems.push(`maxCost of ${needsPrices.join(' and ')} needs prices: (model, usage) => usage.inputTokens * …`)
  const needsStore = given.filter((name) => name !== 'perRun')
  if (needsStore.length > 0 && read(options, 'store') === undefined)
    problems.push(
      `${needsStore.join(' and ')} needs a store: memoryBudgetStore() for one process, otherwise redisBudgetStore, postgresBudgetStore or sqliteBudgetStore`,
    )
  refuseOptions('modelBudget()', CODE, problems)
}

function limitProblems(name: string, limit: unknown): readonly string[] {
  const problems = optionProblems(limit, name === 'perRun' ? RUN_LIMIT : SHARED_LIMIT, `${name}.`)
  const hasMaximum = MAXIMA.some(([option]) => read(limit, option) !== undefined)
  return hasMaximum ? problems : [...problems, `${name} must have maxCost, maxTokens or maxRequests`]
}
