import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'

export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

/** An error of the client as an error of the operation. `store`: its factory. */
export function unavailable(store: string, operation: string, error: unknown): StageflowError {
  const cause = withoutCommand(error)
  return new StageflowError(
    'store-redis/unavailable',
    `${store}(): ${operation} failed: ${cause.message} Check that Redis runs, that the client can write to it, and that no other program uses the prefix.`,
    { cause },
  )
}

// ioredis adds the command with its arguments to its errors. Those are data of the app, or a password.
function withoutCommand(error: unknown): Error {
  const text = textOf(error)
  const copy = new Error(/[.!?]$/.test(text) ? text : `${text}.`)
  if (error instanceof Error) copy.name = error.name
  return copy
}

export function tooLarge(bytes: number, maxValueBytes: number): StageflowError {
  return new StageflowError(
    'store-redis/too-large',
    `redisStore(): the output of a stage has ${bytes} bytes, and maxValueBytes is ${maxValueBytes}. Return a reference to large data, or raise maxValueBytes.`,
  )
}
