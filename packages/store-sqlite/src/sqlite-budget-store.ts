import { checkArgumentCount } from '@stageflow/core/kit'
import type { BudgetReservation, BudgetSettlement, BudgetStore, ReserveAnswer } from '@stageflow/keyed-work'

import { CREATE, DROP, HOLD, PURGE, RESERVE, SETTLE, STATE } from './budget-statements.ts'
import { openDatabase, type SqliteStoreOptions } from './database.ts'

/** A store for `modelBudget` of `@stageflow/models` that answers synchronously. */
export interface SqliteBudgetStore extends BudgetStore {
  reserve(key: string, reservation: BudgetReservation): ReserveAnswer
  settle(key: string, settlement: BudgetSettlement): void
  /** Closes the file if the store opened it. Later operations throw `store-sqlite/unavailable`. */
  close(): void
}

interface State {
  readonly others: number | bigint
  readonly left_ms: number | bigint
}

/** After every 64 reservations, at most 256 rows are removed, so that more rows leave than come. */
const RESERVATIONS_PER_PURGE = 64
const ROWS_PER_PURGE = 256
const MOST_TRIES = 100

/**
 * Counts what is spent in one SQLite file, for all processes of one machine. Creates its table when it opens the file. Throws
 * `store-sqlite/illegal-option`, and `store-sqlite/unavailable` if the file can't be opened.
 */
export function sqliteBudgetStore(options: SqliteStoreOptions): SqliteBudgetStore {
  checkArgumentCount(arguments.length, 1, 'sqliteBudgetStore(options)', 'store-sqlite/illegal-option')
  const { database, attempt, close } = openDatabase('sqliteBudgetStore', options)
  const { reserve, hold, state, settle, drop, purge } = attempt('open', () => {
    database.exec(CREATE)
    return {
      reserve: database.prepare(RESERVE),
      hold: database.prepare(HOLD),
      state: database.prepare(STATE),
      settle: database.prepare(SETTLE),
      drop: database.prepare(DROP),
      purge: database.prepare(PURGE),
    }
  })
  let reservations = 0

  /** Makes several statements one change. A savepoint also works inside of a transaction of the app. */
  function atOnce<T>(act: () => T): T {
    database.exec('SAVEPOINT stageflow_budget')
    try {
      const result = act()
      database.exec('RELEASE stageflow_budget')
      return result
    } catch (error) {
      undo()
      throw error
    }
  }

  function undo(): void {
    try {
      database.exec('ROLLBACK TO stageflow_budget; RELEASE stageflow_budget')
    } catch {
      // After some errors, such as a full disk, SQLite has undone everything itself, and the savepoint is gone.
    }
  }

  /** Undefined if the window ended between two statements. */
  function reserveOnce(key: string, { token, amount, most, windowMs }: BudgetReservation): ReserveAnswer | undefined {
    // The first statement writes, so that no other process can write before the next one reads.
    if (Number(reserve.run({ key, token, amount, most, windowMs }).changes) > 0) {
      hold.run({ key, token, amount })
      return { status: 'reserved' }
    }
    const there = state.get({ key, token }) as State | undefined
    const left = Math.max(0, most - Number(there?.others ?? 0))
    if (amount <= left) return undefined
    return { status: 'refused', left, resetsInMs: there === undefined ? 0 : Number(there.left_ms) }
  }

  return {
    core: '^1.0.0',
    reserve: (key, reservation) =>
      attempt('reserve', () => {
        if (++reservations % RESERVATIONS_PER_PURGE === 0) purge.run({ most: ROWS_PER_PURGE })
        for (let tries = 0; tries < MOST_TRIES; tries++) {
          const answer = atOnce(() => reserveOnce(key, reservation))
          if (answer !== undefined) return answer
        }
        throw new Error(`the amount neither fitted nor was too much ${MOST_TRIES} times in a row`)
      }),
    settle: (key, { token, amount }) =>
      attempt('settle', () =>
        atOnce(() => {
          if (Number(settle.run({ key, token, amount }).changes) > 0) drop.run({ key, token })
        }),
      ),
    close,
  }
}
