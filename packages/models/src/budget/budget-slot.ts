import { createSlot } from '@stageflow/core'
import type { Slot } from '@stageflow/core'
import type { CountTokens } from '../call-usage.ts'
import type { Model } from '../model.ts'
import type { ModelContext } from '../options.ts'
import type { CallSpending } from './call-spending.ts'
import type { RunBudget } from './run-budget.ts'

/** The budgets of a run, with the code that asks them: an app without one bundles none of it. */
export interface BudgetsOfRun {
  /** The outermost first. */
  readonly all: readonly RunBudget[]
  /** What one request takes from all of them. */
  spendingOf<Request>(
    context: ModelContext,
    model: Model<Request>,
    request: Request,
    countTokens: CountTokens | undefined,
  ): CallSpending<Request>
}

export const BUDGETS: Slot<BudgetsOfRun> = createSlot('models/budgets')
