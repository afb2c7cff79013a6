import {
  ANY,
  type OptionRule,
  type OptionRules,
  objectWith,
  optionProblems,
  read,
  refuseOptions,
  whole,
} from '@stageflow/core/kit'

export interface PostgresStoreOptions {
  /** The app's own pool of pg. The app configures, watches and ends it. */
  readonly pool: PostgresPool
  /** The schema of the table. Default: the first of the connection's search path, usually `public`. */
  readonly schema?: string
  /** The table. Default: `'stageflow_idempotency'`. */
  readonly table?: string
  /** Maximum size of an output, in bytes of UTF-8. A larger one is refused with `store-postgres/too-large`. Default: 16 MiB. */
  readonly maxValueBytes?: number
}

export interface PostgresApprovalStoreOptions {
  /** The app's own pool of pg. The app configures, watches and ends it. */
  readonly pool: PostgresPool
  /** The schema of the table. Default: the first of the connection's search path, usually `public`. */
  readonly schema?: string
  /** The table. Default: `'stageflow_approvals'`. */
  readonly table?: string
}

export interface PostgresUndoStoreOptions {
  /** The app's own pool of pg. The app configures, watches and ends it. */
  readonly pool: PostgresPool
  /** The schema of the table. Default: the first of the connection's search path, usually `public`. */
  readonly schema?: string
  /** The table. Default: `'stageflow_undo'`. */
  readonly table?: string
}

export interface PostgresBudgetStoreOptions {
  /** The app's own pool of pg. The app configures, watches and ends it. */
  readonly pool: PostgresPool
  /** The schema of the table. Default: the first of the connection's search path, usually `public`. */
  readonly schema?: string
  /** The table. Default: `'stageflow_budgets'`. */
  readonly table?: string
}

/** The method of a `Pool` of pg that the store calls. */
export interface PostgresPool {
  query(
    statement: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly unknown[]; readonly rowCount: number | null }>
}

/** A text of PostgreSQL is shorter than 1 GiB, and a message of the driver is a little longer than half of that. */
const LARGEST_VALUE_BYTES = 512 * 1024 * 1024
/** PostgreSQL cuts longer names. These need no escapes, with and without quotes. */
const NAME: OptionRule = [
  (value) => typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(value),
  'a name of at most 63 letters, digits and underscores',
]

const TABLE = { pool: ANY, schema: NAME, table: NAME }
const RULES: OptionRules<PostgresStoreOptions> = { ...TABLE, maxValueBytes: whole(1, LARGEST_VALUE_BYTES) }
const [isPool] = objectWith('a pool', 'query')

/** Throws one `store-postgres/illegal-option` with every problem. */
export const checkPostgresOptions = (options: unknown): void => checkOptions('postgresStore', options, RULES)
export const checkApprovalOptions = (options: unknown): void => checkOptions('postgresApprovalStore', options, TABLE)
export const checkBudgetOptions = (options: unknown): void => checkOptions('postgresBudgetStore', options, TABLE)
export const checkUndoOptions = (options: unknown): void => checkOptions('postgresUndoStore', options, TABLE)

function checkOptions(store: string, options: unknown, rules: OptionRules): void {
  const problems = [...optionProblems(options, rules)]
  // The value is not shown: a URL may contain a password.
  if (!isPool(read(options, 'pool')))
    problems.push(`pool must be a pool of pg: ${store}({ pool: new Pool({ connectionString }) })`)
  refuseOptions(`${store}()`, 'store-postgres/illegal-option', problems)
}
