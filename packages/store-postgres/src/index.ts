export {
  postgresApprovalStore,
  type PostgresApproval,
  type PostgresApprovalStatus,
  type PostgresApprovalStore,
} from './postgres-approval-store.ts'
export type { PostgresApprovalStoreOptions, PostgresPool, PostgresStoreOptions } from './postgres-store-options.ts'
export { postgresStore, type PostgresClaimAnswer, type PostgresStore } from './postgres-store.ts'
