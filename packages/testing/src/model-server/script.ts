import { DELAY, TEXT, checkOptions, optionProblems, oneOf, refuseOptions, required, whole } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import type { LLMToolCall } from '@stageflow/provider-types'
import type { ServedEnding, ServedUsage } from './protocol.ts'

/** How an answer goes wrong after some of its chunks. */
export type ServedFault = 'cut' | 'end' | 'overloaded' | 'malformed' | 'stall'

export interface ServedAnswer {
  /** The chunks of the text. Default: none. */
  readonly text?: readonly string[]
  /** Sent after the text. Default: none. */
  readonly toolCalls?: readonly LLMToolCall[]
  /** Default: 9 input tokens, and 3 output tokens. */
  readonly usage?: ServedUsage
  /** Default: `tool-calls` if there are any, otherwise `stop`. */
  readonly ending?: ServedEnding
  /** Goes wrong after so many chunks of the text. `cut`: the connection breaks. `end`: it ends without a finish reason. Default: it goes well. */
  readonly fault?: { readonly kind: ServedFault; readonly afterChunks: number }
  /** Is refused with this HTTP status instead, 400 to 599. */
  readonly status?: number
  /** The code of a refusal, such as `insufficient_quota`. */
  readonly code?: string
  /** With a refusal: how long to wait, in ms. */
  readonly retryAfterMs?: number
  /** Time between two chunks, in ms. Default: 0. */
  readonly chunkMs?: number
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
const COUNT = whole(0)
const FAULTS = oneOf('cut', 'end', 'overloaded', 'malformed', 'stall')
const OBJECT: OptionRule = [isObject, 'an object']

const ANSWER: OptionRules<ServedAnswer> = {
  text: [(value) => Array.isArray(value) && value.every((chunk) => typeof chunk === 'string'), 'an array of strings'],
  toolCalls: [
    (value) => Array.isArray(value) && value.every(isObject),
    'an array of tool calls, { id, name, arguments }',
  ],
  usage: OBJECT,
  ending: oneOf('stop', 'length', 'tool-calls', 'content-filter'),
  fault: OBJECT,
  status: whole(400, 599),
  code: TEXT,
  retryAfterMs: DELAY,
  chunkMs: DELAY,
}
const USAGE: OptionRules = { inputTokens: required(COUNT), outputTokens: required(COUNT) }
const FAULT: OptionRules = { kind: required(FAULTS), afterChunks: required(COUNT) }
const SCRIPT: OptionRules = {
  script: required([(value) => Array.isArray(value) && value.length > 0, 'an array of one or more answers']),
}

const WHERE = 'fakeModelServer(script)'

/** Throws `testing/illegal-option` with everything that is wrong in a script. */
export function checkScript(script: readonly ServedAnswer[]): void {
  checkOptions(WHERE, 'testing/illegal-option', { script }, SCRIPT)
  refuseOptions(
    WHERE,
    'testing/illegal-option',
    script.flatMap((answer, index) => problemsOf(answer, `script[${index}].`)),
  )
}

function problemsOf(answer: ServedAnswer, path: string): readonly string[] {
  const problems = optionProblems(answer, ANSWER, path)
  if (problems.length > 0) return problems
  const { usage, fault } = answer
  return [
    ...(usage === undefined ? [] : optionProblems(usage, USAGE, `${path}usage.`)),
    ...(fault === undefined ? [] : optionProblems(fault, FAULT, `${path}fault.`)),
  ]
}
