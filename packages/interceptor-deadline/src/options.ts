import type { StageInfo } from '@stageflow/core'
import { MILLISECONDS, optionProblems, refuseOptions, required } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

/** How long a stage is expected to take. */
export interface DeadlineBudget {
  /** How long a call of the stage is expected to take, in ms. A call doesn't begin if less time is left. */
  readonly expectedMs: number
}

export const CODE = 'deadline/illegal-option'
const RULES: OptionRules<DeadlineBudget> = { expectedMs: required(MILLISECONDS) }

/** The budget of a stage; undefined if it has none. Throws if it is illegal, or if a failure of the stage would count. */
export function budgetOf({ options, tolerated, itemOf }: StageInfo): DeadlineBudget | undefined {
  const { deadlineBudget } = options
  if (deadlineBudget === undefined) return undefined
  const problems = optionProblems(deadlineBudget, RULES, 'deadlineBudget.')
  refuseOptions('stage options', CODE, tolerated ? problems : [...problems, needsTolerance(itemOf !== undefined)])
  return deadlineBudget
}

const needsTolerance = (isItem: boolean): string =>
  isItem
    ? "deadlineBudget needs onItemFailure: 'skip' or 'collect' beside it, or onFailure, because an item that is too late fails"
    : "deadlineBudget needs onFailure beside it, 'skip' or { fallback: { … } }, because a stage that is too late fails"
