import type { RunOptions } from '../contract/run-context.ts'
import type { StageInfo } from '../contract/graph-info.ts'
import type { ErrorRecord } from '../base/errors.ts'
import type { AttemptRecord, ChildResult, MapRecord } from '../contract/results.ts'
import type { Kept, RunAuthor, RunInput } from '../contract/snapshot-fields.ts'

/** How a call of a stage ended; plain JSON. The executor keeps it under the key of the call, and gives it to every later leg. */
export interface CallFacts {
  readonly status: 'ok' | 'skip' | 'cancel' | 'fail' | 'retry' | 'suspend'
  readonly data?: unknown
  readonly reason?: string
  readonly error?: ErrorRecord
  readonly retryable?: boolean
  readonly request?: unknown
  readonly state?: unknown
  /** When the stage goes on without an answer, and with what. */
  readonly until?: number
  readonly otherwise?: unknown
  /** It is the failure of a child run, with which the stage ended. */
  readonly ofChild?: true
  /** The JSON Schema of the answer (draft 2020-12), if the `answerSchema` of the stage has one: for who answers without the graph. */
  readonly answerSchema?: object
  /** Where items of arrays were undefined, which JSON writes as null. */
  readonly gaps?: readonly Place[]
  /** Who answered: the stage's own code, or else an interceptor or the engine. */
  readonly by?: 'code' | 'engine'
  /** Its code still ran at the end of the grace time. */
  readonly abandoned?: true | undefined
  /** The leg was over before its code had left, so this is not a fact: don't keep it. */
  readonly lost?: true
  readonly startedAt: number
  readonly endedAt: number
  readonly attempts?: readonly AttemptRecord[] | undefined
  readonly chunks?: number
  readonly notes?: Readonly<Record<string, unknown>> | undefined
  /** The child runs that its code has made with `runChild`. At most 1,000 are kept, the failed ones first. */
  readonly children?: readonly ChildFacts[] | undefined
  /** How many of them are not kept. */
  readonly childrenLeftOut?: number
  /** The items of a map that is one call (`placement: 'call'`). */
  readonly items?: MapRecord
  /** How many facts the run had been given when the call ended. */
  readonly after: number
  /** What functions of the pipeline, such as `when`, returned since the fact before. */
  readonly decided?: readonly Decision[]
}

/** How a child run ended that a call has made. */
export interface ChildFacts extends Pick<ChildResult, 'status' | 'reason' | 'data' | 'outputs' | 'report'> {
  readonly path: string
  readonly errors?: readonly ErrorRecord[]
}

/** The keys and indices that lead to a value. */
export type Place = readonly (string | number)[]

/** What a function of the pipeline returned: a boolean, or a hash. */
export type Decision = readonly [what: string, value: boolean | number]

/** Something that happened to a run. The order in which `next` gives facts is the same in every leg. */
export type Fact = {
  /** When it happened, in ms since 1970. */
  readonly at: number
  /** Whether it comes from an earlier leg. */
  readonly replayed: boolean
} & (
  | { readonly kind: 'call'; readonly key: string; readonly facts: CallFacts }
  | { readonly kind: 'timer'; readonly key: string }
  | {
      readonly kind: 'answer'
      readonly key: string
      readonly answer: unknown
      /** Who answered, as it was admitted. */
      readonly by?: RunAuthor | undefined
    }
  | {
      readonly kind: 'stop'
      readonly key: string
      readonly reason: string
      /** A person has interrupted the run: it isn't cancelled, but ends as after `run.interrupt(reason, data)`. */
      readonly interrupt?: Interrupt | undefined
    }
)

/** What a stop has that is an interrupt. */
export interface Interrupt {
  /** What the stages that it aborts get as `signal.reason.data`. Plain JSON. */
  readonly data?: unknown
}

/** A run's first fact. Every leg of the run has the same. */
export interface DurableStart {
  readonly runId: string
  /** When the first leg started, in ms since 1970. */
  readonly startedAt: number
  /** When a failed run was last tried again, in ms since 1970: its time limit counts from then. Default: `startedAt`. */
  readonly limitFrom?: number | undefined
  readonly input: RunInput
  /** What interceptors kept when the start was admitted (`admitRequest`), by their names. All legs run under it. */
  readonly kept?: Kept | undefined
  /** Whether the run had failed and is tried again, so that facts of what had failed are gone. */
  readonly isRetried?: boolean | undefined
  /** Options that change which stage runs when, so all legs have those of the first one. */
  readonly options?: Pick<RunOptions, 'timeoutMs' | 'maxConcurrency' | 'onStageFailure'> | undefined
}

/** Carries out the calls of one run and of its child runs, and keeps their facts. It is used for one leg. */
export interface StageExecutor {
  /**
   * The versions of core that it works with, as in its `peerDependencies`, such as `'^1.2.0 || ^2.0.0'`. `runDurable()` refuses it in
   * another version (`core/plugin-version`). Default: any version.
   */
  readonly core?: string
  readonly start: DurableStart
  /** The number of this leg, from 1. */
  readonly leg: number
  /** Aborts when another process has taken the run: this leg is over, and what its code still does doesn't count. */
  readonly lost?: AbortSignal | undefined
  /**
   * Aborts when a stop has come from outside that `next` has not given yet. If an interceptor around a run hangs then, the leg is
   * over after `graceMs`.
   */
  readonly stopping?: AbortSignal | undefined
  /**
   * Registers a call; begins nothing. If the run has a fact of this key, only that fact is given. Otherwise `next` calls `call`,
   * once it has given every recorded fact, stop, passed timer and answer. `call` never rejects. `isWanted` turns false
   * when the run, or its part of it, has ended before the call: an executor that carries out calls elsewhere then aborts it there.
   */
  execute(key: string, call: () => Promise<CallFacts>, stage: StageInfo, isWanted: () => boolean): void
  /** Registers a timer. Its fact comes at `at`, or at once if that has passed. The timer of a question has the key of its call. */
  timer(key: string, at: number): void
  /** A stage waits for an answer from outside. `isWanted` turns false when it no longer does. */
  wait(key: string, request: unknown, isWanted: () => boolean): void
  /**
   * Asks to stop the run, or a child run. The executor records it, and gives it as a fact. With `interrupt` it is an interrupt, and a stop of its
   * own: a cancel after it counts too. Core asks only for cancels.
   */
  stop(key: string, reason: string, interrupt?: Interrupt): void
  /** The next fact; undefined if no call is in progress, so that only answers and timers can come. */
  next(): Promise<Fact | undefined>
}
