import { isUnknownScript, tooLarge, unavailable } from './redis-errors.ts'
import { checked } from './redis-store-options.ts'
import type { RedisStoreOptions } from './redis-store-options.ts'
import { CLAIM, COMPLETE, RELEASE, type Script } from './scripts.ts'

/** Satisfies the `IdempotencyStore` of `@stageflow/interceptor-idempotency`. */
export interface RedisStore {
  claim(
    key: string,
    claim: { readonly token: string; readonly parameters: string; readonly leaseMs: number },
  ): Promise<RedisClaimAnswer>
  complete(
    key: string,
    completion: {
      readonly token: string
      readonly parameters: string
      readonly value: string
      readonly ttlMs: number
    },
  ): Promise<boolean>
  release(key: string, token: string): Promise<void>
}

/** Whose the work is: the caller's, another token's, or done. */
export type RedisClaimAnswer =
  | { readonly status: 'claimed' }
  | { readonly status: 'running'; readonly parameters: string; readonly leaseMs: number }
  | { readonly status: 'completed'; readonly parameters: string; readonly value: string }

/** Keeps idempotency records in Redis: each operation is one script, each record one key, which Redis lets expire. */
export function redisStore(options: RedisStoreOptions): RedisStore {
  const { client, prefix, maxValueBytes } = checked(options)

  async function call(operation: string, { sha, lua }: Script, key: string, values: string[]): Promise<unknown> {
    try {
      return await client.evalsha(sha, 1, prefix + key, ...values).catch((error: unknown) => {
        // A server that was restarted, or that never saw the script: it keeps it from here on.
        if (!isUnknownScript(error)) throw error
        return client.eval(lua, 1, prefix + key, ...values)
      })
    } catch (error) {
      throw unavailable(operation, error)
    }
  }

  return {
    async claim(key, { token, parameters, leaseMs }) {
      const values = [token, parameters, `${leaseMs}`]
      const [status, kept = '', rest = ''] = (await call('claim', CLAIM, key, values)) as string[]
      if (status === 'claimed') return { status }
      if (status === 'completed') return { status, parameters: kept, value: rest }
      return { status: 'running', parameters: kept, leaseMs: Math.max(1, Number(rest)) }
    },
    async complete(key, { token, parameters, value, ttlMs }) {
      const bytes = Buffer.byteLength(value)
      if (bytes > maxValueBytes) throw tooLarge(bytes, maxValueBytes)
      // Number: a client may be set to answer with strings.
      return Number(await call('complete', COMPLETE, key, [token, parameters, value, `${ttlMs}`])) === 1
    },
    async release(key, token) {
      await call('release', RELEASE, key, [token])
    },
  }
}
