import { checkOptions, functionLike, type OptionRule, type OptionRules, read, refuseOptions } from '@stageflow/core/kit'

/** An emitter of events, such as the `tryEmitEvent` of a context. */
export const EMITTER: OptionRule = functionLike('(type, data) => void, such as context.tryEmitEvent')
/** The name of an execution mode. */
export const EXECUTION_MODE: OptionRule = [(value) => typeof value === 'string', 'the name of an execution mode']

/** Checks the options of a call like `checkOptions`. Recognizes a context or a signal that was passed in their place. */
export function checkCallOptions(where: string, code: string, options: unknown, rules: OptionRules): void {
  if (typeof read(options, 'tryEmitEvent') === 'function')
    refuseOptions(where, code, ['the context must be in an object: pass { context }'])
  if (options instanceof AbortSignal) refuseOptions(where, code, ['the signal must be in an object: pass { signal }'])
  checkOptions(where, code, options, rules)
}
