import type { StageInfo } from '../contract/graph-info.ts'
import type { StageOutput } from '../contract/output.ts'
import { codeOf } from '../base/foreign.ts'

/** Errors that interceptors make, and so no verdict of a guard. */
const OF_INTERCEPTORS = /^(timeout|retry|circuit-breaker|auth|idempotency)\//

/**
 * Whether a failure is the verdict of a GUARD: the guard worked, and returned `fail`. A throw, a timeout or an illegal value is a
 * failure of the guard itself.
 */
export const isVerdict = (stage: StageInfo, output: StageOutput): boolean =>
  stage.kind === 'guard' &&
  output.status === 'fail' &&
  (output as { readonly isByEngine?: boolean }).isByEngine !== true &&
  !OF_INTERCEPTORS.test(codeOf(output.error) ?? '')
