import type { Interceptor, RunContext } from '@stageflow/core'
import { checkArgumentCount, checkNeededCore } from '@stageflow/core/kit'
import { CODE } from '../options.ts'
import { checkBudgetOptions, limitsOf } from './budget-options.ts'
import type { ModelBudgetOptions } from './budget-options.ts'
import { BUDGETS } from './budget-slot.ts'
import type { BudgetsOfRun } from './budget-slot.ts'
import { CallSpending } from './call-spending.ts'
import { RunBudget } from './run-budget.ts'

/**
 * Limits what the models of a run, a user or an organization may cost, in money, tokens or requests. `callModel` reserves what a request may use
 * before it makes it, and counts what it has used afterwards. A request that doesn't fit isn't made (`models/budget`). Throws
 * `models/illegal-option`.
 */
export function modelBudget(options: ModelBudgetOptions): Interceptor {
  checkArgumentCount(arguments.length, 1, 'modelBudget(options)', CODE)
  checkBudgetOptions(options)
  checkNeededCore('The budget store', options.store)
  const { prices, store, expectOutputTokens } = options
  const settings = { limits: limitsOf(options), prices, store, expectOutputTokens }
  const budgetIn = (run: RunContext): RunBudget | undefined =>
    run.get(BUDGETS)?.all.find((budget) => budget.settings === settings)

  return {
    name: 'model-budget',
    core: '^1.0.0',
    onRun(run) {
      // A child run has the budget of the run around it.
      if (budgetIn(run) === undefined)
        run.set(BUDGETS, budgetsOf([...(run.get(BUDGETS)?.all ?? []), new RunBudget(settings, run)]))
      return undefined
    },
    replayed: (record, run) => budgetIn(run)?.addRecord(record, run.pipelineRunId, run.item?.key),
  }
}

const budgetsOf = (all: readonly RunBudget[]): BudgetsOfRun => ({
  all,
  spendingOf: (context, model, request, countTokens) => new CallSpending(context, all, model, request, countTokens),
})
