export { sqliteApprovalStore, type SqliteApprovalStore } from './sqlite-approval-store.ts'
export type { SqliteStoreOptions } from './database.ts'
export { sqliteStore, type SqliteStore } from './sqlite-store.ts'
export { sqliteUndoStore, type SqliteUndoStore } from './sqlite-undo-store.ts'
