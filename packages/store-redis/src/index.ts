export {
  redisStore,
  type RedisClaimAnswer,
  type RedisClient,
  type RedisStore,
  type RedisStoreOptions,
} from './redis-store.ts'
