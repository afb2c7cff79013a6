import { StageflowError } from '@stageflow/core'

export interface PostgresStoreOptions {
  /** The app's own pool of pg: the app configures, watches and ends it. */
  readonly pool: PostgresPool
  /** The schema of the table. Default: the first of the connection's search path, as a rule `public`. */
  readonly schema?: string
  /** The table. Default: `'stageflow_idempotency'`. */
  readonly table?: string
  /** The longest value that is kept, in bytes of UTF-8. A longer one is refused with `store-postgres/value-too-large`. Default: 16 MiB. */
  readonly maxValueBytes?: number
}

/** What the store uses of a `Pool` of pg. */
export interface PostgresPool {
  query(
    statement: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly unknown[]; readonly rowCount: number | null }>
}

/** The options with their defaults. */
export interface CheckedOptions {
  readonly pool: PostgresStoreOptions['pool']
  readonly schema: string | undefined
  readonly table: string
  readonly maxValueBytes: number
}

const NAMES = ['pool', 'schema', 'table', 'maxValueBytes']
// Who passes the pool itself has many.
const MOST_SHOWN = 3
const DEFAULT_TABLE = 'stageflow_idempotency'
const DEFAULT_MAX_VALUE_BYTES = 16 * 1024 * 1024
// A text of PostgreSQL has less than 1 GiB; a message of the driver to it, somewhat more than half of that.
const LARGEST_VALUE_BYTES = 512 * 1024 * 1024
// PostgreSQL would cut a longer one off. Nothing in it needs an escape, in quotes or out of them.
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/

/** The options with their defaults; throws every problem of them at once. */
export function checked(options: PostgresStoreOptions): CheckedOptions {
  const given = (options ?? {}) as Partial<PostgresStoreOptions>
  const { pool, schema, table = DEFAULT_TABLE, maxValueBytes = DEFAULT_MAX_VALUE_BYTES } = given
  const problems: string[] = []
  if (typeof pool?.query !== 'function') {
    problems.push(
      `"pool" is ${kindOf(pool)}; pass a pool of pg: postgresStore({ pool: new Pool({ connectionString }) })`,
    )
  }
  for (const [option, name] of [
    ['schema', schema],
    ['table', table],
  ] as const) {
    if (option === 'schema' && name === undefined) continue
    if (typeof name !== 'string' || !NAME.test(name)) {
      problems.push(`"${option}" is ${quote(name)}; pass a name of at most 63 letters, digits and underscores`)
    }
  }
  if (!Number.isInteger(maxValueBytes) || maxValueBytes < 1 || maxValueBytes > LARGEST_VALUE_BYTES) {
    problems.push(`"maxValueBytes" is ${quote(maxValueBytes)}; pass a whole number from 1 to ${LARGEST_VALUE_BYTES}`)
  }
  // A misspelt table would share the records of another app.
  if (typeof given === 'object') problems.push(...unknownNames(given))
  if (problems.length > 0) {
    throw new StageflowError('store-postgres/illegal-option', `store-postgres: ${problems.join('; ')}.`)
  }
  return { pool: pool as PostgresStoreOptions['pool'], schema, table, maxValueBytes }
}

function unknownNames(given: object): readonly string[] {
  const unknown = Object.keys(given).filter((name) => !NAMES.includes(name))
  return unknown.slice(0, MOST_SHOWN).map((name) => `there is no option "${name}"; there are ${NAMES.join(', ')}`)
}

// Of what should be a pool nothing but its kind: it may hold a password.
function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'a text'
  return typeof value === 'object' && value !== null ? 'an object that is none' : String(value)
}

function quote(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value)
}
