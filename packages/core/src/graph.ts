import type { Clock } from './clock.ts'
import type { PipelineInfo, RunOptions } from './context.ts'
import type { EventSink } from './events.ts'
import type { Interceptor, RunPipeline } from './interceptor.ts'
import type { StageNode } from './node.ts'
import type { Freeze } from './output.ts'
import type { Plan } from './plan.ts'
import type { FailedResult, PipelineResult, Run } from './result.ts'
import type { RunInput } from './snapshot-types.ts'
import type { ContextSnapshot } from './snapshot.ts'

declare const NEEDS: unique symbol

export type RunArguments<Ports> = {} extends Ports
  ? [options?: RunOptions & { readonly ports?: Ports }]
  : [options: RunOptions & { readonly ports: Ports }] | MissingPorts<Exclude<keyof Ports, never>>
/** No argument fits it. It lets the compiler name the missing ports instead of counting arguments. */
type MissingPorts<Names> = [] & { readonly 'missing ports': Names }

/** A built pipeline: immutable, so any number of runs may use it at once. `Ports` is what `run` must still be given. */
export interface StageGraph<out Stages, Ports> {
  readonly name: string
  readonly info: PipelineInfo
  readonly [NEEDS]: (ports: Ports) => void
  /** Resolves `completed` or `cancelled`; rejects with `PipelineFailedError`, which has the same result. */
  readonly run: (input?: RunInput | ContextSnapshot, ...options: RunArguments<Ports>) => Promise<PipelineResult<Stages>>
  /** As `run`, but a failed run resolves too: rejects only where the run could not start. */
  readonly runSettled: (
    input?: RunInput | ContextSnapshot,
    ...options: RunArguments<Ports>
  ) => Promise<PipelineResult<Stages> | FailedResult<Stages>>
  /**
   * The run as a handle: its events and chunks as they come, a way to cancel it, and its result. Leaving a `for await` over it
   * does not cancel the run: call `run.cancel(reason)`, or declare it with `await using`, which cancels it at the end of the
   * block. A reader that is 1,000 events behind holds back chunks until it reads on, or `return()` is called on its iterator.
   */
  readonly start: (input?: RunInput | ContextSnapshot, ...options: RunArguments<Ports>) => Run<Stages>
}

/** What the engine keeps of a built pipeline. */
export interface BuiltGraph {
  readonly name: string
  readonly info: PipelineInfo
  readonly nodes: readonly StageNode[]
  readonly names: readonly string[]
  readonly plan: Plan
  readonly clock: Clock
  readonly eventSink: EventSink | undefined
  readonly ports: Readonly<Record<string, unknown>>
  readonly freeze: Freeze
  /** Those that take part in runs, or are told of stages, outermost first. */
  readonly watching: readonly Interceptor[]
  readonly blankParts: readonly undefined[]
  /** The interceptors around a whole run; undefined where there is none. */
  readonly aroundRun: RunPipeline | undefined
  /** The run options that somebody answers for. */
  readonly runOptions: ReadonlySet<string>
  /** What it was built from: a run inside itself is found by it. */
  readonly origin: unknown
  /** Whether it was built with its parent's options, and so takes the ports of its parent's runs. */
  readonly inherits: boolean
  readonly indexOf: (stage: string) => number | undefined
  /** A pipeline that a stage runs, built with this graph's options, once. */
  readonly childOf: (pipeline: unknown) => BuiltGraph
  /** What a run's data and times start as. */
  readonly blank: readonly undefined[]
  readonly blankCalls: readonly undefined[]
  readonly unset: readonly number[]
  /** Makes the object for `result.data`. */
  readonly Data: new () => Record<string, unknown>
}
