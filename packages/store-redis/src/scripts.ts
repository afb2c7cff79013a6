import { createHash } from 'node:crypto'

/** A Lua script, and the hash that Redis keeps it under. */
export interface Script {
  readonly lua: string
  readonly sha: string
}

// A record is a hash: t token, p parameters, v value, which only a completion has. Redis removes it when its lease or its time to
// live ends, so every record that a script finds is valid. Each script uses one key, so it runs in a cluster too.

/** KEYS[1] record; ARGV token, parameters, lease in ms. */
export const CLAIM: Script = script(`
local record = redis.call('HMGET', KEYS[1], 't', 'p', 'v')
if record[3] then return { 'completed', record[2], record[3] } end
if record[1] and record[1] ~= ARGV[1] then return { 'running', record[2], redis.call('PTTL', KEYS[1]) } end
redis.call('HSET', KEYS[1], 't', ARGV[1], 'p', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return { 'claimed' }`)

/** KEYS[1] record; ARGV token, parameters, value, time to live in ms. */
export const COMPLETE: Script = script(`
local token = redis.call('HGET', KEYS[1], 't')
if token and token ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 't', ARGV[1], 'p', ARGV[2], 'v', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`)

/** KEYS[1] record; ARGV token. */
export const RELEASE: Script = script(`
if redis.call('HGET', KEYS[1], 't') ~= ARGV[1] or redis.call('HEXISTS', KEYS[1], 'v') == 1 then return 0 end
return redis.call('DEL', KEYS[1])`)

export function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') }
}
