import { StageflowError } from '@stageflow/core'

export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

/** `error` of the client, as what it means for the operation. */
export function unavailable(operation: string, error: unknown): StageflowError {
  const cause = withoutCommand(error)
  return new StageflowError(
    'store-redis/unavailable',
    `store-redis: "${operation}" failed: ${cause.message} Look whether Redis runs, and whether the client may write to it.`,
    { cause },
  )
}

// ioredis hangs the command with all its arguments on its errors: those are the app's data, and may be a password.
function withoutCommand(error: unknown): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  const copy = new Error(/[.!?]$/.test(message) ? message : `${message}.`)
  copy.name = name
  return copy
}

export function tooLarge(bytes: number, maxValueBytes: number): StageflowError {
  return new StageflowError(
    'store-redis/value-too-large',
    `store-redis: a stage's output takes ${bytes} bytes, and ${maxValueBytes} are allowed; let the stage answer with a ` +
      'reference to what is large, or raise "maxValueBytes".',
  )
}
