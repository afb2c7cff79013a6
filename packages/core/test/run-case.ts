import type { Wiring } from './random-graphs.ts'

/** How an attempt of a stage's code ends when nothing stops it; `aborts`: it aborts the caller's signal, and is ok. */
export type Ending = 'ok' | 'skip' | 'fail' | 'retry' | 'cancel' | 'throw' | 'aborts'

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
  /** How long an interceptor that finds a stage slow waits. */
  readonly earlyMs: number
}

/**
 * What the interceptor of a run does. It passes everything on, calls a bad attempt again once, answers in the place of a slow
 * stage, or calls a slow stage again once.
 */
export type Wrapper = 'none' | 'passes' | 'retries' | 'answers early' | 'calls again'

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
  /** The caller reads the events of the run from its handle. */
  readonly followed: boolean
  /** An interceptor observes the stages. */
  readonly watched: boolean
}
