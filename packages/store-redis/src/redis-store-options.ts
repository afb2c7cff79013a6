import { StageflowError } from '@stageflow/core'

export interface RedisStoreOptions {
  /** The app's own client of ioredis: the app configures, watches and closes it. */
  readonly client: RedisClient
  /** What every key in Redis begins with; apps that share a Redis but no work need different ones. Default: `'stageflow:idempotency:'`. */
  readonly prefix?: string
  /** The longest value that is kept, in bytes of UTF-8. A longer one is refused with `store-redis/value-too-large`. Default: 16 MiB. */
  readonly maxValueBytes?: number
}

/** What the store uses of a `Redis` or a `Cluster` of ioredis. */
export interface RedisClient {
  evalsha(sha: string, keys: number, ...keysAndValues: string[]): Promise<unknown>
  eval(script: string, keys: number, ...keysAndValues: string[]): Promise<unknown>
}

const NAMES = ['client', 'prefix', 'maxValueBytes']
// Who passes the client itself has many.
const MOST_SHOWN = 3
const DEFAULT_PREFIX = 'stageflow:idempotency:'
const DEFAULT_MAX_VALUE_BYTES = 16 * 1024 * 1024
// What Redis itself takes.
const LARGEST_VALUE_BYTES = 512 * 1024 * 1024

/** The options with their defaults; throws every problem of them at once. */
export function checked(options: RedisStoreOptions): Required<RedisStoreOptions> {
  const given = (options ?? {}) as Partial<RedisStoreOptions>
  const { client, prefix = DEFAULT_PREFIX, maxValueBytes = DEFAULT_MAX_VALUE_BYTES } = given
  const problems: string[] = []
  if (typeof client?.evalsha !== 'function' || typeof client.eval !== 'function') {
    problems.push(`"client" is ${kindOf(client)}; pass a client of ioredis: redisStore({ client: new Redis(url) })`)
  }
  if (typeof prefix !== 'string' || prefix === '') {
    problems.push(`"prefix" is ${quote(prefix)}; pass a text that no other key begins with, or leave it out`)
  }
  if (!Number.isInteger(maxValueBytes) || maxValueBytes < 1 || maxValueBytes > LARGEST_VALUE_BYTES) {
    problems.push(`"maxValueBytes" is ${quote(maxValueBytes)}; pass a whole number from 1 to ${LARGEST_VALUE_BYTES}`)
  }
  // A misspelt prefix would share the records of another app.
  if (typeof given === 'object') problems.push(...unknownNames(given))
  if (problems.length > 0) {
    throw new StageflowError('store-redis/illegal-option', `store-redis: ${problems.join('; ')}.`)
  }
  return { client: client as RedisStoreOptions['client'], prefix, maxValueBytes }
}

function unknownNames(given: object): readonly string[] {
  const unknown = Object.keys(given).filter((name) => !NAMES.includes(name))
  return unknown.slice(0, MOST_SHOWN).map((name) => `there is no option "${name}"; there are ${NAMES.join(', ')}`)
}

// Of what should be a client nothing but its kind: it may hold a password.
function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'a text'
  return typeof value === 'object' && value !== null ? 'an object that is none' : String(value)
}

function quote(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
