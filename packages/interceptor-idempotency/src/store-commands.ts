import type { Claim, Completion } from './store.ts'

export type StoreCommand =
  | { readonly type: 'claim'; readonly key: string; readonly claim: Claim }
  | { readonly type: 'complete'; readonly key: string; readonly completion: Completion }
  | { readonly type: 'release'; readonly key: string; readonly token: string }
  | { readonly type: 'expire' }

/**
 * Rounds of operations by three owners on two keys. After each round, every short-lived record expires. An owner completes a key with
 * the same completion each time, as a client that repeats a command does.
 */
export function randomCommands(seed: number, shortMs: number, longMs: number): readonly StoreCommand[] {
  const random = seeded(seed)
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
  const tokens = ['a', 'b', 'c']
  const owned = new Map(
    tokens.map((token) => {
      const parameters = one(['1', '2']).repeat(64)
      return [token, { token, parameters, value: `of ${token}`, ttlMs: one([shortMs, longMs]) }] as const
    }),
  )
  const operation = (): StoreCommand => {
    const key = one(['x', 'y'])
    const completion = owned.get(one(tokens)) as Completion
    const { token, parameters } = completion
    const leaseMs = one([shortMs, longMs])
    const type = one(['claim', 'claim', 'complete', 'release'])
    if (type === 'claim') return { type, key, claim: { token, parameters, leaseMs } }
    if (type === 'complete') return { type, key, completion }
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
