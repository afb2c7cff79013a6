export { checkArgumentCount } from './base/argument-count.ts'
export { didYouMean, fromOtherCopy } from './base/check.ts'
export { checkSleep } from './base/clock.ts'
export { asClause, textOf } from './base/errors.ts'
export { checkNeededCore } from './base/needed-core.ts'
export { RUN_OPTIONS } from './graph/graph.ts'
export { type BackOff, backOffMs, cryptoRandom } from './kit/back-off.ts'
export { classifyError, httpStatusOf, retryAfterMs } from './kit/classify-error.ts'
export type { ErrorClass } from './kit/classify-error.ts'
export { checkedMethods, passGraph } from './kit/checked-methods.ts'
export type { MethodCalls, MethodRules } from './kit/checked-methods.ts'
export { CLOSE_TIMEOUT_MS, endWithin, reportError } from './kit/closing.ts'
export type { EndLimit, EndReport } from './kit/closing.ts'
export { eventError, shownFields } from './kit/event-data.ts'
export type { ShownFields } from './kit/event-data.ts'
export { eventFacts, isLastEvent } from './kit/event-facts.ts'
export { fingerprint } from './kit/fingerprint.ts'
export { codeOf, isError, isThenable, onRejection, read } from './base/foreign.ts'
export { isAbort } from './kit/is-abort.ts'
export {
  ABORT_SIGNAL,
  ANY,
  CLOCK,
  DELAY,
  FLAG,
  MILLISECONDS,
  SINK,
  TEXT,
  TIME_LIMIT,
  checkOptions,
  functionLike,
  objectWith,
  oneOf,
  optionProblems,
  or,
  plainOptions,
  refuseOptions,
  required,
  whole,
} from './base/options.ts'
export type { KnownOptions, OptionRule, OptionRules } from './base/options.ts'
export { joinPorts } from './graph/ports.ts'
export { withCode } from './graph/stage.ts'
export { isPlain } from './base/objects.ts'
export { lostInJson } from './kit/json.ts'
export { REDACTION } from './kit/redaction-option.ts'
export { Ring } from './kit/ring.ts'
export { printable, show, someOf } from './base/show.ts'
export { columnsOf, cutText, formatDuration, padText, plainLine } from './kit/terminal-text.ts'
export type { CodePointWidth } from './kit/terminal-text.ts'
export { isVerdict } from './kit/verdict.ts'
export { checkWait } from './kit/wait-options.ts'
export type { WaitOptions } from './contract/events.ts'
export { withinLimit } from './kit/within-limit.ts'
export type { Limit } from './kit/within-limit.ts'
