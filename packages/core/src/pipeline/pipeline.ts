import { isArray, isName, isText } from '../base/check.ts'
import { StageflowError, quote } from '../base/errors.ts'
import { branded, fromOtherCopy, getter } from '../base/objects.ts'
import { mapStage } from '../children/map-stage.ts'
import { childStage } from '../children/pipeline-stage.ts'
import type { Join, StageContext } from '../contract/context.ts'
import type { StageKinds } from '../contract/output.ts'
import type { RunData, StageSlot } from '../contract/results.ts'
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
} from '../contract/stage.ts'
import { SPECS, StageSpec, fluentSpec, ownName } from '../graph/stage.ts'
import type { DescribedPipeline } from '../graph/stage.ts'
import { buildGraph } from './build.ts'
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
import { asStageGraph } from './stage-graph.ts'
import type { StageGraph } from './stage-graph.ts'

/** Describes stages and their dependencies. Immutable: every method returns a new pipeline. */
export class Pipeline<Stages = {}, Ports = {}> {
  declare readonly name: string
  /** Exists only in types: a pipeline that needs more ports isn't assignable to one that needs fewer. */
  declare protected readonly ports: (ports: Ports) => void
  /**
   * Exists only in types, as the compiler's message for a pipeline that is run before it is built.
   * @deprecated A pipeline has no `run`: `pipeline.build().run(input)`.
   */
  declare readonly run: void & { readonly 'build() it first: pipeline.build().run(input)': never }
  #before: Pipeline<never, never> | undefined
  #added: readonly StageSpec[] = []
  #all: readonly StageSpec[] | undefined

  constructor(name: string = 'pipeline') {
    if (!isName(name))
      throw new StageflowError(
        'core/illegal-name',
        `A pipeline is named ${quote(name)}; it must be a string such as 'chat'.`,
      )
    this.name = name
  }

  static {
    branded(this.prototype)
    getter(this.prototype, SPECS, (pipeline) => pipeline.#specs)
  }

  /** Makes a pipeline whose stages read typed `context.ports`. */
  static withPorts<Ports>(name: string): Pipeline<{}, Ports> {
    return new Pipeline<{}, Ports>(name)
  }

  /** Makes a pipeline of stages made by `defineStage`, in any order. The list must also have the stages that they come after. */
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

  /** Adds a class or object that has its own literal `name`, and optionally a `kind`. */
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
  /** Adds a stage under a name. Default kind: the stage's own, otherwise TRANSFORM. */
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
    kindOrOptions?: StageKinds[keyof StageKinds] | StageWiring<Stages, Dependencies, When, Failure, J>,
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

  /** Adds stages made by `defineStage`. The stages that they come after are in the list too, or in the pipeline already. */
  withStages<const List extends readonly AnyStage[]>(
    stages: List & Missing<List, keyof Stages & string>,
  ): Pipeline<Stages & { readonly [One in List[number] as One['name']]: SlotIn<One> }, Ports & PortsOf<List>> {
    return this.#with(specsOf(stages))
  }

  /**
   * Adds another pipeline as one stage. It ends as its child run ends, but a cancelled child skips it. A `Pipeline` is built
   * with this one's build options; a built graph keeps its own.
   */
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

  /** Checks everything and makes the graph that runs. Throws a `PipelineBuildError` (`core/build`) with all problems at once. */
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

/** Keeps values that aren't stages, so that the build reports them with all other problems. */
function specsOf(stages: unknown): readonly StageSpec[] {
  if (!isArray(stages))
    throw new StageflowError(
      'core/not-a-stage',
      `The list of stages is ${quote(stages)}; it must be an array of stages.`,
    )
  return stages.map((stage) =>
    stage instanceof StageSpec ? stage : fluentSpec(ownName(stage), stage, undefined, undefined),
  )
}
