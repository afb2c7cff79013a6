export type { PostgresPool, PostgresStoreOptions } from './postgres-store-options.ts'
export { postgresStore, type PostgresClaimAnswer, type PostgresStore } from './postgres-store.ts'
