import type { Claim, Completion } from './store.ts'

export type StoreCommand =
  | { readonly type: 'claim'; readonly key: string; readonly claim: Claim }
  | { readonly type: 'complete'; readonly key: string; readonly completion: Completion }
  | { readonly type: 'release'; readonly key: string; readonly token: string }
  | { readonly type: 'expire' }

/** Rounds of operations by three owners on two keys. After each round, every short-lived record expires. */
export function randomCommands(seed: number, shortMs: number, longMs: number): readonly StoreCommand[] {
  const random = seeded(seed)
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
  const operation = (): StoreCommand => {
    const key = one(['x', 'y'])
    const token = one(['a', 'b', 'c'])
    const parameters = one(['1', '2']).repeat(64)
    const ms = one([shortMs, longMs])
    const type = one(['claim', 'claim', 'complete', 'release'])
    if (type === 'claim') return { type, key, claim: { token, parameters, leaseMs: ms } }
    if (type === 'complete') return { type, key, completion: { token, parameters, value: `${token}${ms}`, ttlMs: ms } }
    return { type: 'release', key, token }
  }
  return Array.from({ length: 3 }, () => [...Array.from({ length: 8 }, operation), { type: 'expire' } as const]).flat()
}

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
