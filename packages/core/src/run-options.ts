import { checkMs } from './clock.ts'
import type { RunOptions } from './context.ts'
import { StageflowError, quote } from './errors.ts'
import { checkSink } from './events.ts'
import type { BuiltGraph } from './graph.ts'
import { nearest } from './nearest.ts'

/** The options of a run with its ports, and whatever interceptors claim. */
export type AllRunOptions = RunOptions & { readonly ports?: Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>>

export const NO_RUN_OPTIONS: AllRunOptions = Object.freeze({})
export const RUN_OPTIONS: readonly string[] = ['signal', 'timeoutMs', 'graceMs', 'cleanupMs', 'maxConcurrency', 'onStageFailure', 'eventSink', 'chunkEvents', 'ports']

/** Refuses, before anything starts, an option that is wrong or that nobody answers for. */
export function checkRunOptions(graph: BuiltGraph, options: unknown): AllRunOptions {
  if (options === undefined) return NO_RUN_OPTIONS
  if (typeof options !== 'object' || options === null) throw refused('options', options, 'is no object of options such as { timeoutMs: 5000 }')
  const given = options as AllRunOptions
  for (const key of Object.keys(given)) if (given[key] !== undefined) checkOption(graph, key, given[key])
  return given
}

function checkOption(graph: BuiltGraph, key: string, value: unknown): void {
  switch (key) {
    case 'timeoutMs':
      return checkMs(value, key, Number.MIN_VALUE)
    case 'graceMs':
    case 'cleanupMs':
      return checkMs(value, key, 0)
    case 'maxConcurrency':
      if (typeof value === 'number' && Number.isInteger(value) && value > 0) return
      throw refused(key, value, 'must be a whole number of stages above 0 (leave it out for no limit)')
    case 'onStageFailure':
      if (value === 'stop' || value === 'continue') return
      throw refused(key, value, "must be 'stop' or 'continue'")
    case 'chunkEvents':
      if (typeof value === 'boolean') return
      throw refused(key, value, 'must be true or false')
    case 'signal':
      if (isSignal(value)) return
      throw refused(key, value, 'must be an AbortSignal')
    case 'ports':
      if (typeof value === 'object' && value !== null) return
      throw refused(key, value, 'must be an object of ports')
    case 'eventSink':
      checkSink(value, `The run of "${graph.name}"`)
      return
    default:
      if (!graph.runOptions.has(key)) throw unclaimed(graph, key)
  }
}

const isSignal = (value: unknown): value is AbortSignal => typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value

function refused(key: string, value: unknown, must: string): StageflowError {
  return new StageflowError('core/run-option', `The run option "${key}" is ${quote(value)}; it ${must}.`)
}

function unclaimed(graph: BuiltGraph, key: string): StageflowError {
  const near = nearest(key, graph.runOptions)
  return new StageflowError('core/run-option', `Pipeline "${graph.name}" knows no run option "${key}", and none of its interceptors claims it.${near === undefined ? ` It knows: ${[...graph.runOptions].join(', ')}.` : ` Did you mean "${near}"?`}`)
}
