export {
  postgresStore,
  type PostgresClaimAnswer,
  type PostgresPool,
  type PostgresStore,
  type PostgresStoreOptions,
} from './postgres-store.ts'
