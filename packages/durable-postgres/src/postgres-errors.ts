import { StageflowError } from '@stageflow/core'
import { codeOf, textOf } from '@stageflow/core/kit'

/** Another transaction was faster, or has a lock: nothing was done, and the next try can have it. */
const CONTENDED = new Set(['40001', '40P01', '55P03', '23505'])
/** The server is stopping, is a standby, has ended the session or the statement, or lacks memory, disk or connections. */
const NOT_SERVING = /^(08|53|57P0|58)|^(57014|25006|25P0[234])$/
const MISSING = new Set(['42P01', '3F000', '42883'])
const DISK_FULL = '53100'
const SQL_STATE = /^[0-9A-Z]{5}$/

/** Whether the next try may work at once: another transaction was in the way, and nothing was written. */
export const isContended = (error: unknown): boolean => CONTENDED.has(codeOf(error) ?? '')

/** Whether the server was not there: its own errors of that kind, and all errors that come from the connection. */
export function isOutage(error: unknown): boolean {
  if (isWithoutTransactions(error)) return false
  if (StageflowError.is(error)) return error.code === 'durable-postgres/unavailable'
  const code = codeOf(error) ?? ''
  return NOT_SERVING.test(code) || !SQL_STATE.test(code)
}

/** PgBouncer has one code for all its errors, such as that of a server that is away. */
const isWithoutTransactions = (error: unknown): boolean =>
  codeOf(error) === '08P01' && textOf(error).includes('statement pooling mode')

/** An error of PostgreSQL as that of the journal. `doing`: what failed, such as `read`. */
export function explained(error: unknown, doing: string, schema: string): StageflowError {
  if (StageflowError.is(error)) return error
  const cause = withoutData(error)
  const what = `The journal in the schema "${schema}" could not be ${doing}`
  if (MISSING.has(codeOf(error) ?? ''))
    return new StageflowError(
      'durable-postgres/not-migrated',
      `${what}: it has no tables. Call migrate() when the app is deployed or starts, and check which database the pool uses.`,
      { cause },
    )
  if (codeOf(error) === DISK_FULL)
    return new StageflowError(
      'durable-postgres/full',
      `${what}: ${cause.message} Make room on the disk of the server; then continue the runs with run() or recover().`,
      { cause },
    )
  if (isWithoutTransactions(error))
    return new StageflowError(
      'durable-postgres/no-transactions',
      `${what}: ${cause.message} Set pool_mode = transaction in the pooler, or connect to PostgreSQL without it.`,
      { cause },
    )
  if (isOutage(error) || isContended(error))
    return new StageflowError(
      'durable-postgres/unavailable',
      `${what}: ${cause.message} Check that PostgreSQL runs, and that the pool has a connection left. The runs go on when it answers again.`,
      { cause },
    )
  return new StageflowError(
    'durable-postgres/statement-refused',
    `${what}: ${cause.message} Check the rights of the pool's user on the tables of the schema.`,
    { cause },
  )
}

/** The connection was lost while a transaction was being committed. */
export const unknownCommit = (error: unknown, schema: string): StageflowError =>
  new StageflowError(
    'durable-postgres/unavailable',
    `The connection to the journal in the schema "${schema}" was lost during a commit, so it is not known whether the change was kept. Look at the run with get() before you try again.`,
    { cause: withoutData(error) },
  )

// The errors of the driver contain rows and parts of statements, which are data of the app.
function withoutData(error: unknown): Error {
  // If all addresses of a host refuse, the error has a code and no message.
  const text = error instanceof Error && error.message === '' ? (codeOf(error) ?? error.name) : textOf(error)
  const copy = new Error(/[.!?]$/.test(text) ? text : `${text}.`)
  if (error instanceof Error) copy.name = error.name
  return copy
}
