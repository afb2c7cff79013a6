import type { WaitOptions } from '../contract/events.ts'
import { ABORT_SIGNAL, TIME_LIMIT, checkOptions } from '../base/options.ts'
import type { OptionRules } from '../base/options.ts'

const RULES: OptionRules<WaitOptions> = { signal: ABORT_SIGNAL, timeoutMs: TIME_LIMIT }

/** Throws one `StageflowError` with `code` and every problem of the options of a wait. `rules`: if it has other options than these. */
export function checkWait(where: string, code: string, options: unknown, rules: OptionRules = RULES): void {
  checkOptions(where, code, options, rules)
}
