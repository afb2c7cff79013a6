export {
  sqliteApprovalStore,
  type SqliteApproval,
  type SqliteApprovalStatus,
  type SqliteApprovalStore,
} from './sqlite-approval-store.ts'
export type { SqliteStoreOptions } from './database.ts'
export { sqliteStore, type SqliteClaimAnswer, type SqliteStore } from './sqlite-store.ts'
