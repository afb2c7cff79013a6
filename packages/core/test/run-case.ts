import type { Wiring } from './random-graphs.ts'

/** How an attempt of a stage's code ends when nothing stops it. */
export type Ending = 'ok' | 'skip' | 'fail' | 'retry' | 'cancel' | 'throw'

/** One stage of a random run. */
export interface StageCase extends Wiring {
  readonly when: 'none' | 'true' | 'false' | 'throws'
  readonly onFailure: 'none' | 'skip' | 'fallback'
  readonly style: 'sync' | 'promise' | 'generator'
  /** How long each attempt takes; 0 for a synchronous stage. */
  readonly durationMs: number
  /** Of the first attempt, and of those after it. */
  readonly endings: readonly [Ending, Ending]
  /** What a generator yields, at the end of its time. */
  readonly chunks: number
  /** Ignores its signal. */
  readonly stubborn: boolean
  /** The run's interceptor wraps it. */
  readonly wrapped: boolean
  /** When an interceptor that answers early does. */
  readonly earlyMs: number
}

/** What the interceptor of a run does: passes everything on, calls a bad attempt again once, or answers in the place of a slow stage. */
export type Wrapper = 'none' | 'passes' | 'retries' | 'answers early'

export interface RunCase {
  readonly stages: readonly StageCase[]
  readonly wrapper: Wrapper
  readonly maxConcurrency: number | undefined
  readonly onStageFailure: 'stop' | 'continue'
  /** When the caller's signal aborts; below 0: it has before the run starts. */
  readonly abortAtMs: number | undefined
  readonly timeoutMs: number | undefined
  readonly graceMs: number
  /** A sink listens. */
  readonly heard: boolean
}
