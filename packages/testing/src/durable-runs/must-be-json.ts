import { StageflowError } from '@stageflow/core'
import { lostInJson } from '@stageflow/core/kit'

/** Throws `testing/not-json` for a value that JSON would lose or change. `what`: the value, as the message names it. */
export function mustBeJson(what: string, value: unknown): void {
  const lost = lostInJson(value)
  if (lost === undefined) return
  throw new StageflowError(
    'testing/not-json',
    `${what} must be JSON, because a durable run is kept as JSON, and has ${lost}. Pass strings, finite numbers, booleans, null, arrays and plain objects.`,
  )
}
