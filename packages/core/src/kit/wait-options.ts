import type { WaitOptions } from '../contract/events.ts'
import { DELAY, objectWith, optionProblems, or, refuseOptions } from './options.ts'
import type { OptionRule, OptionRules } from './options.ts'

/** A number of milliseconds from 0, or Infinity. */
export const TIME_LIMIT: OptionRule = or(DELAY, Infinity)
export const ABORT_SIGNAL: OptionRule = objectWith('an AbortSignal', 'addEventListener', 'removeEventListener')
const RULES: OptionRules<WaitOptions> = { signal: ABORT_SIGNAL, timeoutMs: TIME_LIMIT }

/** Throws one `StageflowError` with `code` and every problem of the options of a wait. `rules`: if it has other options than these. */
export function checkWait(where: string, code: string, options: unknown, rules: OptionRules = RULES): void {
  refuseOptions(where, code, waitProblems(options, rules))
}

/** The problems of the options of a wait. A signal in their place has no fields, so it would end nothing. */
function waitProblems(options: unknown, rules: OptionRules): readonly string[] {
  return options instanceof AbortSignal
    ? ['the options must be an object such as { signal }, not an AbortSignal']
    : optionProblems(options, rules)
}
