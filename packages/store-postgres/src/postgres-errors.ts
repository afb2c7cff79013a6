import { StageflowError } from '@stageflow/core'
import { codeOf, textOf } from '@stageflow/core/kit'

// Two writers at once under a stricter isolation level than the default, and a deadlock: nothing was done.
const WORTH_A_RETRY = new Set(['40001', '40P01'])
const UNDEFINED_TABLE = '42P01'

export function isWorthARetry(error: unknown): boolean {
  return WORTH_A_RETRY.has(codeOf(error) ?? '')
}

/** An operation of a store, for messages. */
export interface StoreOperation {
  /** The factory of the store. */
  readonly store: string
  readonly operation: string
  readonly table: string
}

/** An error of the pool as an error of the operation. */
export function explained({ store, operation, table }: StoreOperation, error: unknown): StageflowError {
  const cause = withoutData(error)
  if (codeOf(error) === UNDEFINED_TABLE) {
    return new StageflowError(
      'store-postgres/not-migrated',
      `${store}(): ${operation} failed, because the table ${table} does not exist. Call migrate() of the store when the app starts, and check which database and schema the pool uses.`,
      { cause },
    )
  }
  return new StageflowError(
    'store-postgres/unavailable',
    `${store}(): ${operation} on ${table} failed: ${cause.message} Check that PostgreSQL runs, and the rights of the pool's user.`,
    { cause },
  )
}

export function contended({ store, operation, table }: StoreOperation, tries: number): StageflowError {
  return new StageflowError(
    'store-postgres/unavailable',
    `${store}(): ${operation} on ${table} met another writer ${tries} times in a row. Try again later.`,
  )
}

export function tooLarge(bytes: number, maxValueBytes: number): StageflowError {
  return new StageflowError(
    'store-postgres/too-large',
    `postgresStore(): the output of a stage has ${bytes} bytes, and maxValueBytes is ${maxValueBytes}. Return a reference to large data, or raise maxValueBytes.`,
  )
}

// The errors of the driver contain rows and parts of statements, which are data of the app.
function withoutData(error: unknown): Error {
  // If all addresses of a host refuse, the error has a code and no message.
  const text = error instanceof Error && error.message === '' ? (codeOf(error) ?? error.name) : textOf(error)
  const copy = new Error(/[.!?]$/.test(text) ? text : `${text}.`)
  if (error instanceof Error) copy.name = error.name
  return copy
}
