import { CASES, LONG_MS, P1 } from './store-cases.ts'
import type { CaseTools } from './store-cases.ts'
import type { IdempotencyStore } from './store.ts'

export interface StoreUnderTest {
  readonly store: IdempotencyStore
  /** Lets time pass on the store's clock: advances it, or waits. */
  advance(ms: number): void | Promise<void>
  /** Runs after each case. */
  close?(): void | Promise<void>
}

export interface StoreContractOptions {
  /** How long records live that expire in a case, in ms. Must be longer than twenty operations take. Default: 300. */
  readonly shortMs?: number
}

/** One case of the contract. `run` rejects if the store breaks it. */
export interface StoreCase {
  readonly name: string
  readonly run: () => Promise<void>
}

/** The contract of every store, as cases for any test runner: `for (const { name, run } of storeContract(open)) test(name, run)`. */
export function storeContract(
  open: () => StoreUnderTest | Promise<StoreUnderTest>,
  { shortMs = 300 }: StoreContractOptions = {},
): readonly StoreCase[] {
  return Object.entries(CASES).map(([name, check]) => ({ name, run: () => runCase(open, shortMs, check) }))
}

async function runCase(
  open: () => StoreUnderTest | Promise<StoreUnderTest>,
  shortMs: number,
  check: (tools: CaseTools) => Promise<void>,
): Promise<void> {
  const subject = await open()
  const { store } = subject
  const key = JSON.stringify(['contract', crypto.randomUUID()])
  try {
    await check({
      store,
      key,
      shortMs,
      claim: async (token, changes) =>
        store.claim(changes?.key ?? key, { token, parameters: P1, leaseMs: LONG_MS, ...withoutKey(changes) }),
      complete: async (token, changes) =>
        store.complete(changes?.key ?? key, {
          token,
          parameters: P1,
          value: token,
          ttlMs: LONG_MS,
          ...withoutKey(changes),
        }),
      release: async (token) => store.release(key, token),
      expire: async (livedMs = shortMs) => subject.advance(Math.ceil(livedMs * 1.2)),
    })
  } finally {
    await subject.close?.()
  }
}

function withoutKey<T extends { readonly key?: string }>(changes: T | undefined): Omit<T, 'key'> {
  const { key: _, ...rest } = changes ?? ({} as T)
  return rest
}
