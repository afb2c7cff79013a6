import { contended, explained, isWorthARetry } from './postgres-errors.ts'
import type { PostgresPool } from './postgres-store-options.ts'

const MOST_TRIES = 100

/** The queries of one store on its table. */
export interface TableQueries {
  /** Runs a statement as a transaction of its own. Tries again if the server did nothing because of another writer. */
  readonly query: (operation: string, statement: string, values?: unknown[]) => ReturnType<PostgresPool['query']>
  /** Repeats `attempt` until it returns something. Another writer can change a row between two statements. */
  readonly untilDefined: <T>(operation: string, attempt: () => Promise<T | undefined>) => Promise<T>
}

/** `store`: the factory of the store, for messages. */
export function tableQueries(store: string, pool: PostgresPool, table: string): TableQueries {
  return {
    async query(operation, statement, values = []) {
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        try {
          return await pool.query(statement, values)
        } catch (error) {
          if (!isWorthARetry(error)) throw explained({ store, operation, table }, error)
        }
      }
      throw contended({ store, operation, table }, MOST_TRIES)
    },
    async untilDefined(operation, attempt) {
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        const answer = await attempt()
        if (answer !== undefined) return answer
      }
      throw contended({ store, operation, table }, MOST_TRIES)
    },
  }
}
