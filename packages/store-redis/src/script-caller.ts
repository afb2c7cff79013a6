import { isUnknownScript, unavailable } from './redis-errors.ts'
import type { RedisClient } from './redis-store-options.ts'
import type { Script } from './scripts.ts'

/** Runs a script on one key. Rejects with `store-redis/unavailable`. */
export type CallScript = (operation: string, script: Script, key: string, values: string[]) => Promise<unknown>

/** `store`: the factory of the store, for messages. */
export function scriptCaller(store: string, client: RedisClient, prefix: string): CallScript {
  return async (operation, { sha, lua }, key, values) => {
    try {
      return await client.evalsha(sha, 1, prefix + key, ...values).catch((error: unknown) => {
        // The server was restarted, or has never seen the script. EVAL makes it keep the script.
        if (!isUnknownScript(error)) throw error
        return client.eval(lua, 1, prefix + key, ...values)
      })
    } catch (error) {
      throw unavailable(store, operation, error)
    }
  }
}
