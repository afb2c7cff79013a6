import { StageflowError } from '@stageflow/core'

// Two that wrote at once under a stricter isolation level than the default, and a deadlock: nothing was done.
const TRY_AGAIN = new Set(['40001', '40P01'])
const UNDEFINED_TABLE = '42P01'

export function mayTryAgain(error: unknown): boolean {
  return TRY_AGAIN.has(codeOf(error) ?? '')
}

/** `error` of the pool, as what it means for the operation on `table`. */
export function explained(operation: string, table: string, error: unknown): StageflowError {
  const cause = withoutData(error)
  if (codeOf(error) === UNDEFINED_TABLE) {
    return new StageflowError(
      'store-postgres/not-migrated',
      `store-postgres: "${operation}" failed, there is no table ${table}: call migrate() of the store when the app is ` +
        'set up, or look which database and schema the pool uses.',
      { cause },
    )
  }
  return new StageflowError(
    'store-postgres/unavailable',
    `store-postgres: "${operation}" on ${table} failed: ${cause.message} Look whether PostgreSQL runs, and what the ` +
      "pool's user may do.",
    { cause },
  )
}

export function contended(operation: string, table: string, tries: number): StageflowError {
  return new StageflowError(
    'store-postgres/unavailable',
    `store-postgres: "${operation}" on ${table} met another writer ${tries} times in a row; try again later.`,
  )
}

export function tooLarge(bytes: number, maxValueBytes: number): StageflowError {
  return new StageflowError(
    'store-postgres/value-too-large',
    `store-postgres: a stage's output takes ${bytes} bytes, and ${maxValueBytes} are allowed; let the stage answer ` +
      'with a reference to what is large, or raise "maxValueBytes".',
  )
}

// The driver's errors carry rows, and the parts of statements: the app's data.
function withoutData(error: unknown): Error {
  const given = error instanceof Error ? error : new Error(String(error))
  // Several addresses that all refused come as an error without words of its own.
  const text = given.message || (codeOf(error) ?? given.name)
  const copy = new Error(/[.!?]$/.test(text) ? text : `${text}.`)
  copy.name = given.name
  return copy
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { readonly code?: unknown }).code : undefined
  return typeof code === 'string' ? code : undefined
}
