import { StageflowError } from '@stageflow/core'
import { DELAY, onRejection, read, show } from '@stageflow/core/kit'
import type { CallModelOptions, ModelContext } from './options.ts'

/** What the `isRetryable` of the app says; undefined if it leaves it to the default. Throws `models/illegal-verdict`. */
export function verdictOf<Request>(
  { isRetryable }: CallModelOptions<Request>,
  error: unknown,
  context: ModelContext,
): boolean | undefined {
  const verdict: unknown = isRetryable?.(error, context)
  if (verdict === undefined || typeof verdict === 'boolean') return verdict
  const afterMs = read(verdict, 'afterMs')
  if (DELAY[0](afterMs)) return true
  onRejection(verdict, () => {}) // if it is a promise that rejects, that must not end the process
  throw new StageflowError(
    'models/illegal-verdict',
    `isRetryable of callModel() in stage "${context.stage.name}" returned ${show(verdict)}. Return true, false, { afterMs } with milliseconds from 0, or undefined, synchronously.`,
    { cause: error },
  )
}
