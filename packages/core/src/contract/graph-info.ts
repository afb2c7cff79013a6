import type { EdgeKind } from './edges.ts'
import type { StageKind } from './output.ts'

/** Stage options that interceptors act on, added by declaration merging. */
export interface StageOptions {}

export interface Dependency {
  readonly stage: string
  readonly edge: EdgeKind
}

/** When a stage with several dependencies may start. */
export type Join = 'all' | 'every' | 'any' | 'settled' | { readonly quorum: number }

/** The description of a stage in a built graph. */
export interface StageInfo {
  readonly name: string
  readonly kind: StageKind
  /** Its place in declared order, from 0. */
  readonly index: number
  readonly dependencies: readonly Dependency[]
  readonly dependents: readonly string[]
  readonly join: Join
  /** Whether it has a `when`. */
  readonly conditional: boolean
  /** Whether its failure is tolerated, by `onFailure`. That of an item of a map also by the `onItemFailure` of its map. */
  readonly tolerated: boolean
  /** The options that interceptors act on. */
  readonly options: Readonly<StageOptions>
  /** Whether it yields chunks: it is an async generator, a map with `stream: true`, or a child pipeline with `chunks`. */
  readonly streams: boolean
  /** Whether it is a map. */
  readonly map: boolean
  /** The map whose items it runs: they have its name and its options. Undefined for a stage of the graph. */
  readonly itemOf: StageInfo | undefined
  /** The child pipeline that it runs; undefined if it runs none that the build knows. */
  readonly child: PipelineInfo | undefined
  /** Where a durable run carries it out; undefined if its option was not given. */
  readonly placement: string | undefined
  /**
   * The source text of its function, of a map the text of `each`. Undefined for a stage without such a text: for a child pipeline, whose stages have
   * theirs, and for bound and native functions.
   */
  readonly source: string | undefined
  readonly pipeline: PipelineInfo
  /** Its place in the graph, without `pipeline`, and those of its options that are JSON. */
  toJSON(): object
}

/** An item of a map. */
export interface MapItem {
  /** Its place in the source, from 0. */
  readonly index: number
  /** What the `key` of the map returned for it. Default: the index as a string. */
  readonly key: string
}

export interface PipelineInfo {
  readonly name: string
  readonly stages: readonly StageInfo[]
  /** The names of the interceptors, outermost first. */
  readonly interceptors: readonly string[]
  /** The graph as JSON, with its child pipelines. */
  toJSON(): object
}

/**
 * The run and stage that started a child run. `path` lists the stages above it with their item or attempt, such as
 * `answer#2/write`; `loop~2` is the second child that stage `loop` started with `runChild`.
 */
export interface RunParent {
  readonly pipelineRunId: string
  readonly stage: string
  readonly rootRunId: string
  /** The name of the pipeline of the run at the top. */
  readonly rootPipeline: string
  /** 1 for a child of a run that has no parent. */
  readonly depth: number
  readonly path: string
  /** Whether the run was started behind a closed gate: what it does is perhaps never shown. */
  readonly held: boolean
}
