import { checkArgumentCount } from '@stageflow/core/kit'
import type { Claim, ClaimAnswer, Completion, KeyedStore } from '@stageflow/keyed-work'

import { tooLarge } from './redis-errors.ts'
import { type RedisStoreOptions, checkRedisOptions } from './redis-store-options.ts'
import { scriptCaller } from './script-caller.ts'
import { CLAIM, COMPLETE, RELEASE } from './scripts.ts'

/** A store that answers with promises. */
export interface RedisStore extends KeyedStore {
  claim(key: string, claim: Claim): Promise<ClaimAnswer>
  complete(key: string, completion: Completion): Promise<boolean>
  release(key: string, token: string): Promise<void>
}

/** Keeps claims and results in Redis. Each operation is one script, and each record is one key that expires. */
export function redisStore(options: RedisStoreOptions): RedisStore {
  checkArgumentCount(arguments.length, 1, 'redisStore(options)', 'store-redis/illegal-option')
  checkRedisOptions(options)
  const { client, prefix = 'stageflow:idempotency:', maxValueBytes = 16 * 1024 * 1024 } = options

  const call = scriptCaller('redisStore', client, prefix)

  return {
    core: '^1.0.0',
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
      // The client may return numbers as strings.
      return Number(await call('complete', COMPLETE, key, [token, parameters, value, `${ttlMs}`])) === 1
    },
    async release(key, token) {
      await call('release', RELEASE, key, [token])
    },
  }
}
