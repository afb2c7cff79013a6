import { Redis } from 'ioredis'
import type { TestProject } from 'vitest/node'

import { findRedis, type FoundRedis } from './find-redis.ts'
import { startRedis } from './redis-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The Redis of the tests, and the program that starts more servers; or the problem that every test fails with. */
    readonly redis: { readonly url: string; readonly binary?: string } | { readonly problem: string }
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    const { close, ...server } = await serverOf(await findRedis())
    project.provide('redis', server)
    return close
  } catch (error) {
    project.provide('redis', { problem: (error as Error).message })
    return async () => {}
  }
}

interface Server {
  readonly url: string
  readonly binary?: string
  close(): Promise<void>
}

export async function serverOf(found: FoundRedis): Promise<Server> {
  if ('url' in found) return reach(found.url)
  const { url, close } = await startRedis(found.binary)
  return { url, binary: found.binary, close }
}

async function reach(url: string): Promise<Server> {
  const client = new Redis(url, { lazyConnect: true, connectTimeout: 3_000, retryStrategy: () => null })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.ping()
  } catch (cause) {
    // The message leaves out the URL, which may contain a password.
    throw new Error('Cannot connect to the Redis at REDIS_URL: start it, or unset REDIS_URL.', { cause })
  } finally {
    client.disconnect()
  }
  return { url, close: async () => {} }
}
