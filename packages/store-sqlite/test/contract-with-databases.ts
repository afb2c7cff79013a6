import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'

import { describe, test } from 'vitest'

import { isHeavy } from '../../core/test/property-settings.ts'
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

/** They take longest. By day they run with the first kind of database. */
const LONG = /however many others|random sequences|texts of any length|past its|lasts? for months/

/** Tests a contract with databases of several kinds. By night each of them has all cases. */
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
  const kinds = Object.entries(opens).map(([kind, opened], place) => ({ kind, opened, place }))
  describe.each(kinds)('$kind', ({ opened, place }) => {
    for (const { name, run } of contract(opened, { shortMs }))
      if (isHeavy || place === 0 || !LONG.test(name)) test.concurrent(name, run, 120_000)
  })
}
