import { script, type Script } from './scripts.ts'

// A window is a hash: total, and a field of each token that holds an amount. Redis removes the hash when the window ends. The numbers of Lua
// are doubles, which hold every whole number that JavaScript holds exactly. Each script uses one key, so it runs in a cluster too.

/** KEYS[1] window; ARGV field of the token, amount, most, length of a new window in ms. */
export const RESERVE: Script = script(`
local kept = redis.call('HMGET', KEYS[1], 'total', ARGV[1])
local others = tonumber(kept[1] or 0) - tonumber(kept[2] or 0)
local left = tonumber(ARGV[3]) - others
if tonumber(ARGV[2]) > left then
  return { 'refused', string.format('%.0f', math.max(0, left)), kept[1] and math.max(1, redis.call('PTTL', KEYS[1])) or 0 }
end
redis.call('HSET', KEYS[1], 'total', string.format('%.0f', others + tonumber(ARGV[2])), ARGV[1], ARGV[2])
if not kept[1] then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
return { 'reserved' }`)

/** KEYS[1] window; ARGV field of the token, amount. */
export const SETTLE: Script = script(`
local kept = redis.call('HMGET', KEYS[1], 'total', ARGV[1])
if not kept[2] then return 0 end
redis.call('HSET', KEYS[1], 'total', string.format('%.0f', tonumber(kept[1]) - tonumber(kept[2]) + tonumber(ARGV[2])))
redis.call('HDEL', KEYS[1], ARGV[1])
return 1`)
