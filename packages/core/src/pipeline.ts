import { childStage } from './child-stage.ts'
import type { Join, StageContext } from './context.ts'
import { branded, fromOtherCopy } from './copies.ts'
import { StageflowError, quote } from './errors.ts'
import { getter } from './getter.ts'
import { buildGraph } from './graph-build.ts'
import type { StageGraph } from './graph.ts'
import { mapStage } from './map.ts'
import type { StageKind } from './output.ts'
import type {
  BuildOptions,
  ChildOptions,
  MapData,
  MapOptions,
  Missing,
  NameOnly,
  NewName,
  NoOverlap,
  NotTaken,
  PortsOf,
  Provides,
  StageWiring,
  Unread,
} from './pipeline-types.ts'
import { asStageGraph } from './public-graph.ts'
import type { RunData } from './result.ts'
import { isArray, isName, isText } from './rules.ts'
import { SPECS, StageSpec, fluentSpec } from './spec.ts'
import type { DescribedPipeline } from './spec.ts'
import type {
  AnyStage,
  ChunkOf,
  DataOf,
  Fallback,
  Final,
  Inherits,
  LegalReturn,
  NamedStage,
  OnFailure,
  Read,
  Skippable,
  SlotIn,
  StageLike,
  StageSlot,
} from './stage-types.ts'
import { ownName } from './stage.ts'

/** A description of stages and of what each needs. Immutable: every method gives a new pipeline, which shares what came before. */
export class Pipeline<Stages = {}, Ports = {}> {
  declare readonly name: string
  /** For the compiler only: what needs more ports is not assignable to what has fewer. */
  declare protected readonly ports: (ports: Ports) => void
  #before: Pipeline<never, never> | undefined
  #added: readonly StageSpec[] = []
  #all: readonly StageSpec[] | undefined

  constructor(name: string = 'pipeline') {
    if (!isName(name))
      throw new StageflowError(
        'core/illegal-name',
        `A pipeline was named ${quote(name)}; give it a text, or no name at all.`,
      )
    this.name = name
  }

  static {
    branded(this.prototype)
    getter(this.prototype, SPECS, (pipeline) => pipeline.#specs)
  }

  /** A pipeline whose stages read `context.ports`, typed. */
  static withPorts<Ports>(name: string): Pipeline<{}, Ports> {
    return new Pipeline<{}, Ports>(name)
  }

  /** A pipeline of stages made by `defineStage`: in any order, and complete. */
  static from<const List extends readonly AnyStage[]>(
    name: string,
    stages: List & Missing<List>,
  ): Pipeline<{ readonly [One in List[number] as One['name']]: SlotIn<One> }, PortsOf<List>> {
    return new Pipeline(name).#with(specsOf(stages))
  }

  /** The stages as values, in declared order: for `Pipeline.from` and `withStages`. */
  get stages(): readonly AnyStage[] {
    return this.#specs as readonly unknown[] as readonly AnyStage[]
  }

  /** Adds a stage that has a literal name, and perhaps a kind, of its own. */
  withStage<
    const Name extends string,
    Return = Unread,
    const Dependencies extends readonly (keyof Stages & string)[] = [],
    When extends boolean = never,
    Failure extends OnFailure = never,
    const J extends Join = 'all',
  >(
    stage:
      | (NamedStage<
          Name,
          StageContext<{ readonly [Key in Dependencies[number]]: Read<Stages[Key & keyof Stages], J> }, Ports>,
          Return
        > &
          NotTaken<Name, Stages> &
          LegalReturn<Return>)
      | NameOnly<Name>,
    options?: StageWiring<Stages, Dependencies, When, Failure, J>,
  ): Pipeline<
    Stages &
      Provides<
        Name,
        StageSlot<
          DataOf<Final<Return>> | Fallback<Failure>,
          Skippable<Return, When, Failure, Inherits<Stages, Dependencies[number], J>>,
          ChunkOf<Return>
        >
      >,
    Ports
  >
  /** Adds a stage under a name, as of a kind; else its kind is its own, or TRANSFORM. */
  withStage<
    const Name extends string,
    Return,
    const Dependencies extends readonly (keyof Stages & string)[] = [],
    When extends boolean = never,
    Failure extends OnFailure = never,
    const J extends Join = 'all',
  >(
    name: NewName<Name, Stages>,
    stage: StageLike<
      StageContext<{ readonly [Key in Dependencies[number]]: Read<Stages[Key & keyof Stages], J> }, Ports>,
      Return
    > &
      LegalReturn<Return>,
    kindOrOptions?: StageKind | StageWiring<Stages, Dependencies, When, Failure, J>,
    options?: StageWiring<Stages, Dependencies, When, Failure, J>,
  ): Pipeline<
    Stages &
      Provides<
        Name,
        StageSlot<
          DataOf<Final<Return>> | Fallback<Failure>,
          Skippable<Return, When, Failure, Inherits<Stages, Dependencies[number], J>>,
          ChunkOf<Return>
        >
      >,
    Ports
  >
  withStage(first: unknown, second?: unknown, third?: unknown, fourth?: unknown): never {
    if (!isText(first)) return this.#with([fluentSpec(ownName(first), first, undefined, second)])
    const hasKind = typeof third !== 'object'
    return this.#with([fluentSpec(first, second, hasKind ? third : undefined, hasKind ? fourth : third)])
  }

  /** Adds stages made by `defineStage`; what they read is among them, or in the pipeline already. */
  withStages<const List extends readonly AnyStage[]>(
    stages: List & Missing<List, keyof Stages & string>,
  ): Pipeline<Stages & { readonly [One in List[number] as One['name']]: SlotIn<One> }, Ports & PortsOf<List>> {
    return this.#with(specsOf(stages))
  }

  /** Adds another pipeline as one stage. It ends as its child run ends, but a cancelled child skips it. A pipeline is built with this one's build options, a graph keeps its own. */
  withPipeline<
    const Name extends string,
    Child,
    const Dependencies extends readonly (keyof Stages & string)[] = [],
    When extends boolean = never,
    Failure extends OnFailure = never,
    const J extends Join = 'all',
  >(
    name: NewName<Name, Stages>,
    child: StageGraph<Child, {}> | Pipeline<Child, Ports>,
    options?: ChildOptions<Stages, Dependencies, Child, When, Failure, J>,
  ): Pipeline<Stages & Provides<Name, StageSlot<RunData<Child> | Fallback<Failure>, true, never>>, Ports> {
    return this.#with([fluentSpec(name, childStage(child, (options ?? {}) as never), options?.kind, options)])
  }

  /** Adds a stage that calls `each` for each item, at most `concurrency` at once. An item that skips is undefined; one that cancels or fails ends the map. */
  withMap<
    const Name extends string,
    Item,
    Return,
    const Dependencies extends readonly (keyof Stages & string)[] = [],
    When extends boolean = never,
    Failure extends OnFailure = never,
    const J extends Join = 'all',
  >(
    name: NewName<Name, Stages>,
    options: MapOptions<Stages, Ports, Dependencies, Item, Return, When, Failure, J>,
  ): Pipeline<
    Stages &
      Provides<
        Name,
        StageSlot<
          MapData<Return> | Fallback<Failure>,
          Skippable<object, When, Failure, Inherits<Stages, Dependencies[number], J>>,
          never
        >
      >,
    Ports
  > {
    return this.#with([fluentSpec(name, mapStage((options ?? {}) as never), options?.kind, options)])
  }

  /** Adds the stages of another pipeline. */
  compose<Others, OtherPorts>(
    other: Pipeline<Others, OtherPorts> & NoOverlap<Stages, Others>,
  ): Pipeline<Stages & Others, Ports & OtherPorts> {
    if (!(other instanceof Pipeline)) {
      const copy = fromOtherCopy(other)
      const wrong =
        copy === undefined ? `${quote(other)}; it must be a Pipeline.` : `a pipeline that it cannot read. ${copy}`
      throw new StageflowError('core/not-a-pipeline', `compose() was given ${wrong}`)
    }
    return this.#with(other.#specs)
  }

  /** Checks everything and makes the graph that runs; throws a `PipelineBuildError` (`core/build`) with all problems at once. */
  build<const Given extends Partial<Ports> = {}>(
    options?: BuildOptions<Given> & { readonly ports?: Partial<Ports> },
  ): StageGraph<Stages, Omit<Ports, keyof Given>>
  build(options?: unknown): never {
    return asStageGraph(buildGraph(this as unknown as DescribedPipeline, options)) as never
  }

  #with(specs: readonly StageSpec[]): never {
    const pipeline = new Pipeline<never, never>(this.name)
    pipeline.#before = this as unknown as Pipeline<never, never>
    pipeline.#added = specs
    return pipeline as never
  }

  get #specs(): readonly StageSpec[] {
    if (this.#all !== undefined) return this.#all
    const parts: (readonly StageSpec[])[] = []
    for (let at = this as unknown as Pipeline<never, never> | undefined; at !== undefined; at = at.#before)
      parts.push(at.#added)
    return (this.#all = Object.freeze(parts.reverse().flat()))
  }
}

/** What is no stage is kept, for the build to report with everything else. */
function specsOf(stages: unknown): readonly StageSpec[] {
  if (!isArray(stages))
    throw new StageflowError(
      'core/not-a-stage',
      `Stages were given as ${quote(stages)}; they must be an array of what defineStage() made.`,
    )
  return stages.map((stage) =>
    stage instanceof StageSpec ? stage : fluentSpec(ownName(stage), stage, undefined, undefined),
  )
}
