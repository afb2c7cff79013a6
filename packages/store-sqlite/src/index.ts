export { sqliteStore, type SqliteClaimAnswer, type SqliteStore, type SqliteStoreOptions } from './sqlite-store.ts'
