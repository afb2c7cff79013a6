import {
  ABORT_SIGNAL,
  TIME_LIMIT,
  checkOptions,
  functionLike,
  objectWith,
  optionProblems,
  read,
  refuseOptions,
  required,
  TEXT,
  show,
} from '@stageflow/core/kit'
import type { OptionRule, OptionRules, WaitOptions } from '@stageflow/core/kit'

const ILLEGAL_OPTION = 'buffer/illegal-option'

/** Throws `buffer/illegal-option` with these problems; does nothing if the list is empty. */
export function refuseGiven(where: string, problems: readonly string[]): void {
  refuseOptions(where, ILLEGAL_OPTION, problems)
}

/** Throws `buffer/illegal-option` with every problem of options, or of arguments by their names. `known`: as for `checkOptions`. */
export function checkGiven(where: string, given: unknown, rules: OptionRules, known?: readonly string[]): void {
  checkOptions(where, ILLEGAL_OPTION, given, rules, known)
}

export const requiredFunction = (example: string): OptionRule => required(functionLike(example))

const isFunctionOrNone = (value: unknown): boolean => value === undefined || typeof value === 'function'

/** A sink or an exporter that may be ended. */
export const ENDABLE: OptionRule = [
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    isFunctionOrNone(read(value, 'flush')) &&
    isFunctionOrNone(read(value, 'close')),
  'a sink or an exporter, whose flush and close are functions if it has them',
  true,
]
export const DOWNSTREAM: OptionRule = required(
  objectWith('a Downstream', 'flush', 'close', 'flushWithin', 'closeWithin'),
)
/** A rule of the option checker, such as `SINK`. */
export const RULE: OptionRule = [
  (value) => Array.isArray(value) && typeof value[0] === 'function' && typeof value[1] === 'string',
  'a rule such as SINK: [(value) => boolean, what it must be]',
  true,
]

const WAIT_RULES: OptionRules<WaitOptions> = { signal: ABORT_SIGNAL, timeoutMs: TIME_LIMIT }
/** How long `flush` or `close` may take, as one of several arguments. */
export const WAIT: OptionRule = [
  (value) => optionProblems(value, WAIT_RULES).length === 0,
  'the limits of a wait, such as { timeoutMs: 5_000, signal }',
  true,
]

const BATCH_RULES = {
  events: required([Array.isArray, 'an array of events, such as [event]']),
  options: [
    (value: unknown) =>
      typeof value === 'object' &&
      value !== null &&
      optionProblems({ signal: read(value, 'signal') }, WAIT_RULES).length === 0,
    'an object with an AbortSignal, such as { signal }',
  ],
} satisfies OptionRules

/** Throws a `StageflowError` with `code` unless these are the arguments of an exporter's `export`. */
export function checkBatch(code: string, events: unknown, options?: unknown): void {
  checkOptions('export()', code, { events, options }, BATCH_RULES)
}

/** Throws `buffer/illegal-option` for the options of `flush` and `close`. */
export const checkLimits = (where: string, wait: unknown): void => checkGiven(where, wait, WAIT_RULES)

/** The problem of a value that isn't an option, as part of a sentence. */
export function valueProblems(name: string, value: unknown, rule: OptionRule): readonly string[] {
  checkGiven('valueProblems()', { name, rule }, { name: required(TEXT), rule: RULE })
  const [isLegal, must] = rule
  return isLegal(value) ? [] : [`${name} must be ${must}, not ${show(value)}`]
}
