import { checkArgumentCount, checkOptions, whole } from '@stageflow/core/kit'
import type { BudgetReservation, BudgetSettlement, BudgetStore, ReserveAnswer } from '@stageflow/keyed-work'

import { budgetStatements } from './budget-statements.ts'
import { checkBudgetOptions, type PostgresBudgetStoreOptions } from './postgres-store-options.ts'
import { shownTable } from './statements.ts'
import { tableQueries } from './table-queries.ts'

/** A store for `modelBudget` of `@stageflow/models` that answers with promises. */
export interface PostgresBudgetStore extends BudgetStore {
  reserve(key: string, reservation: BudgetReservation): Promise<ReserveAnswer>
  settle(key: string, settlement: BudgetSettlement): Promise<void>
  /** Creates the table, and the named schema, if they don't exist. Any number of processes can call it at the same time. */
  migrate(): Promise<void>
  /** Deletes at most `limit` rows past their time (default: 1,000), and returns how many it deleted. Call it regularly: nothing else deletes them. */
  purge(limit?: number): Promise<number>
}

interface State {
  /** PostgreSQL sends a bigint as text. */
  readonly others: string
  readonly left_ms: number
}

/** Counts what is spent in one table of PostgreSQL. Every statement is its own transaction. Throws `store-postgres/illegal-option`. */
export function postgresBudgetStore(options: PostgresBudgetStoreOptions): PostgresBudgetStore {
  checkArgumentCount(arguments.length, 1, 'postgresBudgetStore(options)', 'store-postgres/illegal-option')
  checkBudgetOptions(options)
  const { pool, schema, table = 'stageflow_budgets' } = options
  const statements = budgetStatements(schema, table)
  const { query, untilDefined } = tableQueries('postgresBudgetStore', pool, shownTable(schema, table))

  async function reserveOnce(key: string, reservation: BudgetReservation): Promise<ReserveAnswer | undefined> {
    const { token, amount, most, windowMs } = reservation
    const { rows } = await query('reserve', statements.reserve, [key, token, amount, most, windowMs])
    if (rows.length > 0) return { status: 'reserved' }
    const [state] = (await query('reserve', statements.state, [key, token])).rows as readonly State[]
    const left = Math.max(0, most - Number(state?.others ?? 0))
    // Undefined if the window ended, or others gave back what they held, between the two statements.
    if (amount <= left) return undefined
    return { status: 'refused', left, resetsInMs: state === undefined ? 0 : Math.max(1, Math.ceil(state.left_ms)) }
  }

  return {
    core: '^1.0.0',
    reserve: (key, reservation) => untilDefined('reserve', () => reserveOnce(key, reservation)),
    async settle(key, { token, amount }) {
      await query('settle', statements.settle, [key, token, amount])
    },
    async migrate() {
      checkArgumentCount(arguments.length, 0, 'migrate()', 'store-postgres/illegal-option')
      await query('migrate', statements.migrate)
    },
    async purge(limit = 1_000) {
      checkArgumentCount(arguments.length, 1, 'purge(limit)', 'store-postgres/illegal-option')
      checkOptions('purge() of postgresBudgetStore()', 'store-postgres/illegal-option', { limit }, { limit: whole(1) })
      const { rowCount } = await query('purge', statements.purge, [limit])
      return rowCount ?? 0
    },
  }
}
