import type { RunOptions } from './context.ts'
import { StageflowError } from './errors.ts'
import { SINK } from './events.ts'
import type { BuiltGraph } from './graph.ts'
import { didYouMean } from './nearest.ts'
import { LIMIT, checkRules, isFunction, isObject, oneOf } from './rules.ts'
import type { Rules } from './rules.ts'

/** The options of a run with its ports, and whatever interceptors claim. */
export type AllRunOptions = RunOptions & { readonly ports?: Readonly<Record<string, unknown>> } & Readonly<
    Record<string, unknown>
  >

const isMs = (value: unknown): boolean => typeof value === 'number' && value >= 0
const MS = 'a number of milliseconds, 0 or more'
export const SIGNAL: Rules[string] = [
  // Not by its class: it may be of another realm.
  (value) =>
    isObject(value) &&
    typeof value['aborted'] === 'boolean' &&
    ['addEventListener', 'removeEventListener', 'throwIfAborted'].every((key) => isFunction(value[key])),
  'an AbortSignal, such as controller.signal',
]
export const PORTS: Rules[string] = [isObject, 'an object of ports']
const RULES: Rules = {
  signal: SIGNAL,
  timeoutMs: [(value) => isMs(value) && value !== 0, 'a number of milliseconds above 0 (leave it out for no limit)'],
  graceMs: [isMs, MS],
  cleanupMs: [isMs, MS],
  maxConcurrency: LIMIT,
  onStageFailure: oneOf('stop', 'continue'),
  eventSink: SINK,
  chunkEvents: [(value) => typeof value === 'boolean', 'true or false'],
  ports: PORTS,
}

export const NO_RUN_OPTIONS: AllRunOptions = Object.freeze({})
export const RUN_OPTIONS: readonly string[] = Object.keys(RULES)

/** Refuses, before anything starts, an option that is wrong or that nobody answers for. */
export function checkRunOptions(graph: BuiltGraph, given: unknown): AllRunOptions {
  if (given === undefined) return NO_RUN_OPTIONS
  if (!isObject(given))
    throw new StageflowError(
      'core/run-option',
      // Not the value: it may be a token that was to be an option.
      `The options of a run were given as a value of type ${given === null ? 'null' : typeof given}; they are an object such as { timeoutMs: 5000 }.`,
    )
  checkRules(given, RULES, (key, why) => {
    throw new StageflowError('core/run-option', `The run option "${key}" is ${why}.`)
  })
  for (const key of Object.keys(given)) {
    if (given[key] === undefined || graph.runOptions.has(key)) continue
    throw new StageflowError(
      'core/run-option',
      `Pipeline "${graph.name}" knows no run option "${key}", and none of its interceptors claims it.${didYouMean(key, graph.runOptions) ?? ` It knows: ${[...graph.runOptions].join(', ')}.`}`,
    )
  }
  return given
}
