import type { InterceptorContext, StageInfo } from '@stageflow/core'
import { functionLike, optionProblems, refuseOptions, required } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'

/** Whether a failure deserves another way. `{ afterMs }` counts as true: nothing waits. */
export type FallbackVerdict = boolean | { readonly afterMs: number }

/** Which ways a stage has. */
export interface FallbackOptions {
  /** The names of the ways, two or more. A call goes the first one; after a failure, the stage is called again with the next. */
  readonly ways: readonly string[]
  /**
   * Returns whether to call the stage again with the next way. `undefined` leaves it to the stage's `retryable`, and then to
   * `classifyError` of `@stageflow/core/kit`. Default: always undefined.
   */
  readonly isRetryable?: (error: unknown, context: InterceptorContext) => FallbackVerdict | undefined
}

export const CODE = 'fallback/illegal-option'

const isWay = (value: unknown): boolean => typeof value === 'string' && value !== ''
const WAYS: OptionRule = [
  (value) =>
    Array.isArray(value) && value.length > 1 && value.every(isWay) && new Set<unknown>(value).size === value.length,
  "an array of two or more different names, such as ['main', 'spare']",
]
const RULES: OptionRules<FallbackOptions> = {
  ways: required(WAYS),
  isRetryable: functionLike('(error, context) => boolean, { afterMs } or undefined'),
}

/** The option of a stage; undefined if it has none. Throws if it is illegal. */
export function fallbackOf({ options }: StageInfo): FallbackOptions | undefined {
  const { fallback } = options
  if (fallback !== undefined) refuseOptions('stage options', CODE, optionProblems(fallback, RULES, 'fallback.'))
  return fallback
}
