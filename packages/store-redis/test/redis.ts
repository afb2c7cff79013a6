import { Redis } from 'ioredis'
import { inject } from 'vitest'

const given = inject('redis')
// Here, so that a file of tests fails as a whole, with what is missing, before any of them.
if ('problem' in given) throw new Error(given.problem)
const { url, binary } = given

/** Where the tests' Redis is. */
export const redisUrl: string = url

/** The program to start further servers with; undefined where REDIS_URL names one. */
export const redisBinary: string | undefined = binary

/** A client of the tests' Redis that fails soon. */
export function connect(to: string = redisUrl): Redis {
  const client = new Redis(to, { maxRetriesPerRequest: 1, retryStrategy: () => 50 })
  // Without a listener ioredis prints every failed attempt to connect.
  client.on('error', () => {})
  return client
}
