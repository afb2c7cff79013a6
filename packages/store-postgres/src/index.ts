export { postgresApprovalStore, type PostgresApprovalStore } from './postgres-approval-store.ts'
export { postgresBudgetStore, type PostgresBudgetStore } from './postgres-budget-store.ts'
export type {
  PostgresApprovalStoreOptions,
  PostgresBudgetStoreOptions,
  PostgresPool,
  PostgresStoreOptions,
  PostgresUndoStoreOptions,
} from './postgres-store-options.ts'
export { postgresStore, type PostgresStore } from './postgres-store.ts'
export { postgresUndoStore, type PostgresUndoStore } from './postgres-undo-store.ts'
