import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'

import { describe, test } from 'vitest'

import type { SqliteStoreOptions } from '../src/database.ts'

interface Opened<Store> {
  readonly store: Store
  advance(ms: number): Promise<void>
  close(): void
}

/** The contract of one kind of store, as `@stageflow/undo/contract` and others export it. */
type Contract<Store> = (
  open: () => Opened<Store>,
  options: { readonly shortMs: number },
) => readonly { readonly name: string; readonly run: () => Promise<void> }[]

/** Tests a contract with databases of several kinds. */
export function contractWithDatabases<Store extends { close(): void }>(
  contract: Contract<Store>,
  open: (options: SqliteStoreOptions) => Store,
  { path, shortMs }: { readonly path: string; readonly shortMs: number },
): void {
  const opens: Readonly<Record<string, () => Opened<Store>>> = {
    'with a file': () => {
      const store = open({ path, synchronous: 'normal' })
      return { store, advance: (ms) => wait(ms), close: () => store.close() }
    },
    "with the app's own database, one that reads big integers": () => {
      const database = new DatabaseSync(':memory:', { readBigInts: true } as object)
      return { store: open({ database }), advance: (ms) => wait(ms), close: () => database.close() }
    },
  }
  describe.each(Object.entries(opens))('%s', (_, opened) => {
    for (const { name, run } of contract(opened, { shortMs })) test.concurrent(name, run, 120_000)
  })
}
