export {
  sqliteApprovalStore,
  type SqliteApproval,
  type SqliteApprovalStatus,
  type SqliteApprovalStore,
} from './sqlite-approval-store.ts'
export type { SqliteStoreOptions } from './database.ts'
export { sqliteStore, type SqliteStore } from './sqlite-store.ts'
export { sqliteUndoStore, type SqliteUndo, type SqliteUndoClaim, type SqliteUndoStore } from './sqlite-undo-store.ts'
