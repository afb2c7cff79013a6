import {
  ANY,
  FLAG,
  type OptionRule,
  type OptionRules,
  objectWith,
  optionProblems,
  read,
  refuseOptions,
  whole,
} from '@stageflow/core/kit'
import { ENGINE_OPTIONS, LONGEST_MS } from '@stageflow/durable-engine'
import type { EngineOptions } from '@stageflow/durable-engine'

export interface DurablePostgresOptions extends EngineOptions {
  /** The app's own pool of pg. The app configures, watches and ends it. */
  readonly pool: JournalPool
  /** The schema of the tables. Default: `'stageflow'`. */
  readonly schema?: string
  /** How long the schema keeps runs that have ended, in ms. Their ids can then begin new runs. Default: what the schema has; a new one keeps them for 30 days. */
  readonly retentionMs?: number
  /** How long an operation tries again while PostgreSQL doesn't answer, in ms. Default: 30,000. */
  readonly timeoutMs?: number
  /** How often processes look for what others have written, in ms, if no notification comes before. At most a third of `leaseMs`. Default: 1,000. */
  readonly pollMs?: number
  /** `false` needs no connection for notifications, so that only the look every `pollMs` finds what others have written. Default: true, with a pool of two or more connections. */
  readonly listen?: boolean
}

/** What the journal uses of a `Pool` of pg. */
export interface JournalPool {
  readonly options?: { readonly max?: number | undefined }
  connect(): Promise<JournalClient>
  on?(event: 'connect', listener: (client: ErrorSource) => void): unknown
  off?(event: 'connect', listener: (client: ErrorSource) => void): unknown
}
export type ErrorSource = Pick<JournalClient, 'on' | 'off'>
/** What the journal uses of a client of pg. */
export interface JournalClient {
  query(statement: string): Promise<unknown>
  on(event: 'error' | 'end' | 'notification', listener: (...values: never[]) => void): unknown
  off(event: 'error', listener: () => void): unknown
  release(error?: Error | boolean): void
}

/** The name of the channel has a prefix, and PostgreSQL cuts names after 63 bytes. These names need no escapes. */
const SCHEMA: OptionRule = [
  (value) => typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,49}$/.test(value),
  "a name of at most 50 letters, digits and underscores, such as 'stageflow'",
]

const RULES: OptionRules<DurablePostgresOptions> = {
  pool: ANY,
  schema: SCHEMA,
  ...ENGINE_OPTIONS,
  retentionMs: whole(0),
  timeoutMs: whole(100, LONGEST_MS),
  pollMs: whole(10, LONGEST_MS),
  listen: FLAG,
}
const [isPool] = objectWith('a pool', 'connect')

/** Throws one `durable-postgres/illegal-option` with every problem. */
export function checkDurablePostgresOptions(options: unknown): void {
  const problems = [...optionProblems(options, RULES)]
  // The value is not shown: a URL may contain a password.
  if (!isPool(read(options, 'pool')))
    problems.push('pool must be a pool of pg: durablePostgres({ pool: new Pool({ connectionString }) })')
  refuseOptions('durablePostgres()', 'durable-postgres/illegal-option', problems)
}
