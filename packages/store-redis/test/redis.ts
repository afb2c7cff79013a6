import { Redis } from 'ioredis'
import { inject } from 'vitest'

const given = inject('redis')
// Thrown here, so that a whole test file fails with it before its first test.
if ('problem' in given) throw new Error(given.problem)
const { url, binary } = given

/** The address of the tests' Redis. */
export const redisUrl: string = url

/** The program that starts more servers; undefined if REDIS_URL is set. */
export const redisBinary: string | undefined = binary

/** A client of the tests' Redis that fails quickly. */
export function connect(to: string = redisUrl): Redis {
  const client = new Redis(to, { maxRetriesPerRequest: 1, retryStrategy: () => 50 })
  // Without a listener, ioredis prints every failed connection attempt.
  client.on('error', () => {})
  return client
}

/** A prefix that no other test and no earlier run has used. */
export const ownPrefix = (): string => `stageflow-test:${crypto.randomUUID()}:`
