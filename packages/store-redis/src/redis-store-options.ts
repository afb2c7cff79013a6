import {
  ANY,
  type OptionRules,
  TEXT,
  objectWith,
  optionProblems,
  read,
  refuseOptions,
  whole,
} from '@stageflow/core/kit'

export interface RedisStoreOptions {
  /** The app's own ioredis client. The app configures, watches and closes it. */
  readonly client: RedisClient
  /** The beginning of every key in Redis. Apps that share a Redis but no work need different ones. Default: `'stageflow:idempotency:'`. */
  readonly prefix?: string
  /** Maximum size of an output, in bytes of UTF-8. A larger one is refused with `store-redis/too-large`. Default: 16 MiB. */
  readonly maxValueBytes?: number
}

export interface RedisBudgetStoreOptions {
  /** The app's own ioredis client. The app configures, watches and closes it. */
  readonly client: RedisClient
  /** The beginning of every key in Redis. Apps that share a Redis but no limits need different ones. Default: `'stageflow:budget:'`. */
  readonly prefix?: string
}

/** The methods of a `Redis` or a `Cluster` of ioredis that the store calls. */
export interface RedisClient {
  evalsha(sha: string, keys: number, ...keysAndValues: string[]): Promise<unknown>
  eval(script: string, keys: number, ...keysAndValues: string[]): Promise<unknown>
}

/** The limit of Redis itself. */
const LARGEST_VALUE_BYTES = 512 * 1024 * 1024

const COMMON = { client: ANY, prefix: TEXT }
const RULES: OptionRules<RedisStoreOptions> = { ...COMMON, maxValueBytes: whole(1, LARGEST_VALUE_BYTES) }
const [isClient] = objectWith('an ioredis client', 'evalsha', 'eval')

/** Throws one `store-redis/illegal-option` with every problem. */
export const checkRedisOptions = (options: unknown): void => checkOptions('redisStore', options, RULES)
export const checkBudgetOptions = (options: unknown): void => checkOptions('redisBudgetStore', options, COMMON)

function checkOptions(store: string, options: unknown, rules: OptionRules): void {
  const problems = [...optionProblems(options, rules)]
  // The value is not shown: a URL may contain a password.
  if (!isClient(read(options, 'client')))
    problems.push(`client must be an ioredis client: ${store}({ client: new Redis(url) })`)
  refuseOptions(`${store}()`, 'store-redis/illegal-option', problems)
}
