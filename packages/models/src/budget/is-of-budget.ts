import { StageflowError } from '@stageflow/core'

const CODES: ReadonlySet<unknown> = new Set([
  'models/budget',
  'models/budget-unbounded',
  'models/budget-anonymous',
  'models/unavailable',
  'models/illegal-price',
])

/** Whether a request wasn't made because of a budget: that says nothing of its model, and another one has the same budget. */
export const isOfBudget = (error: unknown): boolean => StageflowError.is(error) && CODES.has(error.code)
