import type { Interceptor, RunInput, RunOptions, StageKind, StageOptions } from '@stageflow/core'
import type { ManualClock } from '../clock/manual-clock.ts'

/** Makes a new interceptor for each case. `clock` is the clock of its runs. */
export type CreateInterceptor = (clock: ManualClock) => Interceptor

export interface InterceptorContractOptions {
  /** The input with which the interceptor lets run number `run` through. Runs with the same number are repetitions. Default: none. */
  readonly input?: (run: number) => RunInput
  /** The run options with which the interceptor lets a run through, such as a token. Default: none. */
  readonly runOptions?: RunOptions
  /** Stage options that every stage of the cases has. Default: none. */
  readonly stageOptions?: StageOptions
  /** The kind of every stage, for an interceptor that acts on some kinds only. Default: WORK. */
  readonly kind?: StageKind
  /** Types of events that the interceptor emits, and that don't begin with its name. Default: none. */
  readonly events?: readonly string[]
  /** Makes the interceptors that must be outside it, such as one that sets a slot that it reads. Default: none. */
  readonly outside?: (clock: ManualClock) => readonly Interceptor[]
}
