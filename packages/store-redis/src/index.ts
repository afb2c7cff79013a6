export { redisBudgetStore, type RedisBudgetStore } from './redis-budget-store.ts'
export type { RedisBudgetStoreOptions, RedisClient, RedisStoreOptions } from './redis-store-options.ts'
export { redisStore, type RedisStore } from './redis-store.ts'
