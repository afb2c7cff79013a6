export { callModel, callModelForValue } from './call-model.ts'
export type { ModelOutput, ValueRequest } from './call-model.ts'
export { estimateTokens } from './estimate-tokens.ts'
export { resolveSchema, repairText } from './value-schema.ts'
export type { ResolvedSchema, ValueSchema, GivenSchema, SchemaOption } from './value-schema.ts'
export type { Model, RequestSize } from './model.ts'
export { memoryBudgetStore } from './memory-budget-store.ts'
export type { MemoryBudgetStore, MemoryBudgetStoreOptions } from './memory-budget-store.ts'
export type { ModelCallNote } from './model-call-note.ts'
export type { CallModelOptions, ModelContext, SwitchVerdict } from './options.ts'
export type { CallUsage, CountTokens } from './call-usage.ts'
export { BudgetError } from './budget/budget-errors.ts'
export { modelBudget } from './budget/model-budget.ts'
export type { BudgetUnit, PricedModel, PricedUsage, Prices } from './budget/amounts.ts'
export type {
  BudgetLimits,
  CostLimit,
  LimitName,
  ModelBudgetOptions,
  TokenLimit,
  Windowed,
} from './budget/budget-options.ts'
