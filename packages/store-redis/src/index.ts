export type { RedisClient, RedisStoreOptions } from './redis-store-options.ts'
export { redisStore, type RedisClaimAnswer, type RedisStore } from './redis-store.ts'
