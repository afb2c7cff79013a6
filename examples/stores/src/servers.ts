import { findRedis } from '../../../packages/store-redis/test/find-redis.ts'
import { startRedis } from '../../../packages/store-redis/test/redis-server.ts'
import { startPostgres } from '../../../packages/store-postgres/test/postgres-server.ts'

export interface Servers {
  readonly redisUrl: string
  readonly postgresUrl: string
  /** Stops what it has started, and removes the data. */
  close(): Promise<void>
}

/** The servers at REDIS_URL and POSTGRES_URL. Without these it starts servers as the tests of the stores do. */
export async function findServers({ POSTGRES_URL }: Readonly<Record<string, string | undefined>>): Promise<Servers> {
  const redis = await openRedis()
  try {
    const postgres = POSTGRES_URL ? { url: POSTGRES_URL, close: async () => {} } : await startPostgres()
    const close = async (): Promise<void> => void (await Promise.all([redis.close(), postgres.close()]))
    return { redisUrl: redis.url, postgresUrl: postgres.url, close }
  } catch (error) {
    await redis.close()
    throw error
  }
}

async function openRedis(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const found = await findRedis()
  return 'url' in found ? { url: found.url, close: async () => {} } : startRedis(found.binary)
}
