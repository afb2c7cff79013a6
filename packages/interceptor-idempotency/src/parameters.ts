import { type InterceptorContext, type StageContext, StageflowError } from '@stageflow/core'
import { fingerprint, textOf } from '@stageflow/core/kit'

import { ignoreRejection, placeOf, sha256 } from './key.ts'

/**
 * What the caller gave. The outputs of earlier stages are left out: a model words its answer differently each time, and the
 * repeat is honest all the same.
 */
export const givenByCaller = ({ snapshot }: StageContext): unknown => [
  snapshot.inputText,
  snapshot.messages,
  snapshot.routingDecision,
]

/** A SHA-256 of the parameters; an error if they can't be compared. */
export function hashParameters(
  context: InterceptorContext,
  parameters: (context: StageContext) => unknown,
): string | StageflowError {
  let given: unknown
  try {
    given = parameters(context)
  } catch (cause) {
    return illegalParameters(context, `the function that returns its parameters threw: ${textOf(cause)}`, cause)
  }
  if (given === undefined) return illegalParameters(context, 'its parameters are undefined')
  ignoreRejection(given)
  try {
    return sha256(fingerprint(given))
  } catch (cause) {
    return illegalParameters(context, `its parameters cannot be compared: ${textOf(cause)}`, cause)
  }
}

function illegalParameters(context: InterceptorContext, why: string, cause?: unknown): StageflowError {
  return new StageflowError(
    'idempotency/illegal-parameters',
    `${placeOf(context)}: ${why}. Return plain data that says what the work is done with: idempotency: { parameters: ({ snapshot }) => snapshot.inputText ?? null }.`,
    { cause },
  )
}
