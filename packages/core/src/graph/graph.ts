import { isObject } from '../base/check.ts'
import type { Clock } from '../base/clock.ts'
import type { DueQueue } from '../base/due-queue.ts'
import type { Freeze } from '../base/objects.ts'
import { EMPTY, isPlain } from '../base/objects.ts'
import { ABORT_SIGNAL, FLAG, LIMIT, MILLISECONDS, SINK, TIME_LIMIT } from '../base/options.ts'
import { checkNeededCore } from '../base/needed-core.ts'
import { checkOptions, oneOf, or, plainOptions } from '../base/options.ts'
import type { OptionRule, OptionRules } from '../base/options.ts'
import type { Kept } from '../contract/snapshot-fields.ts'
import type { PipelineInfo, StageInfo } from '../contract/graph-info.ts'
import type { RunOptions } from '../contract/run-context.ts'
import type { EdgeKind } from '../contract/edges.ts'
import type { EventSink } from '../contract/run-context.ts'
import type { Interceptor, InterceptorContext, OnCall, RunPipeline, RunStage } from '../contract/interceptor.ts'
import type { RESUME, Resume } from '../contract/results.ts'
import type { OutputSchema } from '../contract/stage.ts'
import type { Plan } from '../schedule/plan.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { Body } from './stage.ts'

/** A stage of a built graph. All runs share it, so it has no state. */
export interface StageNode {
  readonly index: number
  readonly name: string
  readonly info: StageInfo
  /** Its code is the engine's: a child pipeline or a map. */
  readonly made: boolean
  /** The places of the dependencies that it reads, in declared order. */
  readonly dependencies: readonly number[]
  /** The names that the stage reads them under. */
  readonly aliases: readonly string[]
  readonly kinds: readonly EdgeKind[]
  /** The place of each alias. Only for stages with so many dependencies that a search would be slow. */
  readonly positions: ReadonlyMap<string, number> | undefined
  /** Its inputs are fixed when it starts, because it may start before all its dependencies have settled. */
  readonly fixesInputs: boolean
  /** An interrupt spares it. */
  readonly uninterruptible: boolean
  /** Can be aborted alone, so it has its own signal. */
  readonly alone: boolean
  readonly when: ((inputs: unknown, snapshot: unknown) => unknown) | undefined
  readonly onFailure: 'skip' | { readonly fallback: object } | undefined
  /** The stage's own code. */
  readonly body: Body
  /** Of a map: the stage that its items run, each in a run of its own. */
  readonly items: StageNode | undefined
  readonly answerSchema: OutputSchema | undefined
  /** Calls the code through its layers; undefined if no interceptor wraps the stage. */
  readonly wrapped: RunStage | undefined
  /** The layers around the code of a wrapped stage, innermost first. */
  readonly layers: readonly StageLayer[]
  /** The `onCall` functions for its calls, outermost first. Empty for a wrapped stage, whose layers contain them. */
  readonly hooks: readonly CallHook[]
}

/** The function that an interceptor's `wrap` returned for one stage, or `onCall` hooks in a row without a wrap between them. */
export type StageLayer =
  | { readonly name: string; readonly wrap: RunStage }
  | { readonly wrap?: undefined; readonly hooks: readonly CallHook[] }

/** An interceptor's `onCall` function for one stage. */
export interface CallHook {
  readonly name: string
  readonly onCall: OnCall
}

/** Starts a child run; `settled` resolves with its outcome, however it ends. `suffix`: the item or the attempt, for its path. */
export type OpenChild = (
  context: InterceptorContext,
  child: unknown,
  input: object,
  options: object | undefined,
  suffix: string,
) => { readonly settled: Promise<unknown> }

/** The edges of a built graph, if some of them aren't plain dependencies. */
export interface GraphEdges {
  readonly plan: Plan
  readonly nodes: readonly StageNode[]
  readonly createSchedule: (limit: number, goOn: boolean) => Schedule
  /** Opens the edges of one run; returns a `RunEdges`. What a run is, only folders above know. */
  readonly open: (run: object) => object
}

/** A built pipeline, as the engine uses it. */
export interface BuiltGraph {
  readonly name: string
  readonly info: PipelineInfo
  readonly nodes: readonly StageNode[]
  readonly names: readonly string[]
  readonly plan: Plan
  /** Undefined if all its edges are plain dependencies. */
  readonly edges: GraphEdges | undefined
  readonly clock: Clock
  readonly eventSink: EventSink | undefined
  readonly ports: Readonly<Record<string, unknown>>
  readonly freeze: Freeze
  /** The interceptors with `onRun`, `settled` or `replayed`, outermost first. */
  readonly watching: readonly Interceptor[]
  /** The interceptors with `admit`, outermost first. */
  readonly admitting: readonly Interceptor[]
  /** The interceptors around a whole run as one function; undefined if no interceptor wraps runs. */
  readonly aroundRun: RunPipeline | undefined
  /** The run options that the engine or an interceptor claims. */
  readonly knownRunOptions: readonly string[]
  /** The pipeline that it was built from. It detects a pipeline that runs itself. */
  readonly origin: unknown
  /** Whether it was built with its parent's options. Such a graph also takes the ports of its parent's runs. */
  readonly inherits: boolean
  readonly indexOf: (stage: string) => number | undefined
  /** Returns the graph of a pipeline that a stage runs. It is built once, with this graph's options. */
  readonly childOf: (pipeline: unknown) => BuiltGraph
  /** The limits of calls in progress, of all runs. */
  readonly dues: DueQueue
  /** The initial data and times of a run. */
  readonly blank: readonly undefined[]
  readonly unset: readonly number[]
  /**
   * Starts a child run inside the stage of `context`. The build sets it, because the code of runs doesn't depend on that of
   * children.
   */
  readonly openChild: OpenChild
  /** Makes the object for `result.data`. */
  readonly Data: new () => Record<string, unknown>
}

/** The stage at a place that the graph has. */
export const nodeAt = ({ nodes }: Pick<BuiltGraph, 'nodes'>, index: number): StageNode => nodes[index] as StageNode

/** The run option of a run whose caller was admitted. A symbol, because only the engine sets it. */
export const KEPT: unique symbol = Symbol('kept')

/** A run whose caller was admitted, and that may outlive its caller. */
export interface AdmittedRun {
  /** What interceptors kept at the start. */
  readonly kept: Kept
  /** Throws if the run can't start this child graph in a stage. */
  readonly checkChild: (stage: string, child: BuiltGraph, root: BuiltGraph) => void
}

/** The options of a run, with its ports and the options that interceptors claim. */
export type AllRunOptions = RunOptions & {
  readonly ports?: Readonly<Record<string, unknown>>
  readonly [RESUME]?: Resume
  readonly [KEPT]?: AdmittedRun
} & Readonly<Record<string, unknown>>

export const PORTS: OptionRule = [isObject, 'an object of ports']
/** The rules of the options that the engine itself reads. */
export const RUN_RULES: OptionRules = {
  signal: ABORT_SIGNAL,
  timeoutMs: or(MILLISECONDS, Infinity),
  graceMs: TIME_LIMIT,
  cleanupMs: TIME_LIMIT,
  maxConcurrency: LIMIT,
  onStageFailure: oneOf('stop', 'continue'),
  eventSink: SINK,
  chunkEvents: FLAG,
  ports: PORTS,
}

/** Their names. */
export const RUN_OPTIONS: readonly string[] = Object.keys(RUN_RULES)

/** Throws `core/illegal-option` for an illegal option, or one that no interceptor claims, and `core/plugin-version`. */
export function checkRunOptions({ name, knownRunOptions }: BuiltGraph, given: unknown): AllRunOptions {
  if (given === undefined) return EMPTY
  checkOptions(
    `The run options of pipeline "${name}" and its interceptors`,
    'core/illegal-option',
    given,
    RUN_RULES,
    knownRunOptions,
  )
  const { eventSink } = given as AllRunOptions
  if (eventSink !== undefined) checkNeededCore('The event sink', eventSink)
  return isPlain(given) ? given : plainOptions(given as AllRunOptions, knownRunOptions)
}
