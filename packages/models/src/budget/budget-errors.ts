import { StageflowError } from '@stageflow/core'
import { asClause, textOf } from '@stageflow/core/kit'
import type { ReserveAnswer } from '@stageflow/keyed-work'
import { inCurrency } from './amounts.ts'
import type { BudgetUnit } from './amounts.ts'
import type { Limit, LimitName } from './budget-options.ts'

declare module '@stageflow/core' {
  interface EventMap {
    /** A request wasn't made, or its answer was ended, because a limit of `modelBudget` has not enough left. */
    'models.budget_refused': {
      readonly model: string
      readonly limit: LimitName
      readonly unit: BudgetUnit
      readonly left: number
      readonly resetsInMs?: number
    }
  }
}

type Refusal = Extract<ReserveAnswer, { readonly status: 'refused' }>

/** Why a request wasn't made, or why its answer was ended. */
export class BudgetError extends StageflowError {
  /** The limit that has not enough left. */
  readonly limit: LimitName
  readonly unit: BudgetUnit
  /** What is left of it: of `cost` in the currency of the limit. */
  readonly left: number
  /** How long its window still lasts, in ms. Undefined if waiting doesn't help. */
  readonly resetsInMs: number | undefined

  constructor(model: string, { name, unit, most }: Limit, amount: number, { left, resetsInMs }: Refusal) {
    const helps = amount <= most && resetsInMs < Infinity
    const [needed, rest, all] = [amount, left, most].map((one) => inCurrency(unit, one))
    const uses =
      unit === 'cost' ? `may cost ${needed}` : `may take ${needed} ${amount === 1 ? unit.slice(0, -1) : unit}`
    const waitMs = Math.ceil(resetsInMs)
    const smaller = unit === 'requests' ? '' : ', or give the request a smaller maximum of output tokens'
    const fix = helps
      ? `Its window ends in ${waitMs} ms: ask again then, or raise the limit.`
      : `Raise the limit${smaller}.`
    super(
      'models/budget',
      `A request to model "${model}" ${uses}, and ${name} of modelBudget() has ${rest} of ${all} left. ${fix}`,
    )
    this.limit = name
    this.unit = unit
    this.left = inCurrency(unit, left)
    this.resetsInMs = helps ? waitMs : undefined
  }
}

/** `cause`: what its `size` threw. */
export const unknownInput = (model: string, cause: unknown): StageflowError =>
  new StageflowError(
    'models/budget-unbounded',
    `modelBudget() can't limit model "${model}", because its size(request) ${cause === undefined ? "doesn't say how many inputTokens a request has" : `threw: ${textOf(cause)}`}. Add size: (request) => ({ inputTokens, maxOutputTokens }) to the model.`,
    { cause },
  )

export const unknownOutput = (model: string): StageflowError =>
  new StageflowError(
    'models/budget-unbounded',
    `modelBudget() can't limit a request to model "${model}" that has no maximum of output tokens. Set it in the request, or pass modelBudget({ expectOutputTokens: 1_000 }).`,
  )

export const anonymous = (name: 'perUser' | 'perOrg'): StageflowError => {
  const id = name === 'perUser' ? 'userId' : 'orgId'
  return new StageflowError(
    'models/budget-anonymous',
    `${name} of modelBudget() limits a run by its ${id}, and this run has none. Pass it with the input of the run: graph.run({ ${id} }).`,
  )
}

const AFTER_STORE_FAILED = {
  reserve: 'Check the store, and call again.',
  settle: 'Check the store. What was reserved counts until the window ends.',
} as const

export const storeFailed = ({ name }: Limit, operation: 'reserve' | 'settle', cause: unknown): StageflowError =>
  new StageflowError(
    'models/unavailable',
    `The store of ${name} in modelBudget() failed to ${operation}: ${asClause(textOf(cause))}. ${AFTER_STORE_FAILED[operation]}`,
    { cause },
  )
