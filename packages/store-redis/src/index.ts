export type { RedisClient, RedisStoreOptions } from './redis-store-options.ts'
export { redisStore, type RedisStore } from './redis-store.ts'
