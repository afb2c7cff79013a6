// The first five decide the order of the modules in a bundle. In this one gzip finds most of what they share: it saves 400 bytes.
import { asStageGraph } from './stage-graph.ts'
import { madeMap } from '../children/map-stage.ts'
import { SPECS, StageSpec, fluentSpec, ownName, specsOf } from '../graph/stage.ts'
import { buildGraph } from './build.ts'
import { childStage } from '../children/pipeline-stage.ts'
import { checkArgumentCount } from '../base/argument-count.ts'
import { branded, isArray, isNot, isObject, isText } from '../base/check.ts'
import type { OneCopy } from '../base/check.ts'
import { StageflowError } from '../base/errors.ts'
import { TEXT, checkOptions } from '../base/options.ts'
import { show } from '../base/show.ts'
import type { Join } from '../contract/graph-info.ts'
import type { StageContext } from '../contract/context.ts'
import type { Edge } from '../contract/edges.ts'
import type { StageKinds } from '../contract/output.ts'
import type { AnswersOf, ChunkIn, RunData, StageSlot } from '../contract/results.ts'
import type {
  AnswerFrom,
  AnswerSchema,
  AnswerTo,
  AnswersToItems,
  AnyStage,
  ChunkOf,
  DataOf,
  Fallback,
  Final,
  Inherits,
  LegalReturn,
  NamedStage,
  NeedsOf,
  OnFailure,
  OnItemFailure,
  Skippable,
  SlotIn,
  StageLike,
  StreamsOf,
  ToChunks,
  Yielding,
} from '../contract/stage.ts'
import type { DescribedPipeline } from '../graph/stage.ts'
import type {
  AddedStage,
  BuildOptions,
  ChildOptions,
  ItemEntry,
  MapChunk,
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
import type { StageGraph } from './stage-graph.ts'

/** Describes stages and their dependencies. Immutable: every method returns a new pipeline. */
export class Pipeline<Stages = {}, Ports = {}> {
  declare readonly name: string
  /**
   * Exists only in types: a pipeline that needs more ports isn't assignable to one that needs fewer, and the name is the compiler's
   * message for a pipeline of another copy.
   */
  declare protected readonly 'two copies of @stageflow/core: run npm ls @stageflow/core': (ports: Ports) => void
  declare readonly [Symbol.species]: OneCopy
  /**
   * Exists only in types, as the compiler's message for a pipeline that is run before it is built.
   * @deprecated A pipeline has no `run`: `pipeline.build().run(input)`.
   */
  declare readonly run: void & { readonly 'build() it first: pipeline.build().run(input)': never }
  constructor(name: string = 'pipeline') {
    checkArgumentCount(arguments.length, 1, 'new Pipeline(name)')
    checkOptions('new Pipeline()', 'core/illegal-name', { name }, { name: TEXT })
    this.name = name
  }

  static {
    Object.defineProperty(branded(this.prototype), SPECS, { value: { specs: [] } })
  }

  /** Makes a pipeline whose stages read typed `context.ports`. */
  static withPorts<Ports>(name: string): Pipeline<{}, Ports> {
    checkArgumentCount(arguments.length, 1, 'Pipeline.withPorts(name)')
    return new Pipeline<{}, Ports>(name)
  }

  /** Makes a pipeline of stages made by `defineStage`, in any order. The list must also have the stages that they come after. */
  static from<const List extends readonly AnyStage[]>(
    name: string,
    stages: List & Missing<List>,
  ): Pipeline<{ readonly [One in List[number] as One['name']]: SlotIn<One> }, PortsOf<List>> {
    checkArgumentCount(arguments.length, 2, 'Pipeline.from(name, stages)')
    return extended(new Pipeline(name), specsFrom(stages))
  }

  /** The stages as values, in declared order: for `Pipeline.from` and `withStages`. */
  get stages(): readonly AnyStage[] {
    return specsOf(described(this)) as readonly unknown[] as readonly AnyStage[]
  }

  /** Adds a class or object that has its own literal `name`, and optionally a `kind`. */
  withStage<
    const Name extends string,
    Return = Unread,
    const Dependencies extends readonly ((keyof Stages & string) | Edge<keyof Stages & string>)[] = [],
    When extends boolean = never,
    Failure extends OnFailure = never,
    const J extends Join = 'all',
    Schema extends AnswerSchema = never,
  >(
    stage:
      | (NamedStage<
          Name,
          StageContext<
            NeedsOf<Dependencies[number], J, Stages>['needs'],
            Ports,
            StreamsOf<Dependencies[number], Stages>,
            AnswerFrom<Schema>
          >,
          Return
        > &
          NotTaken<Name, Stages> &
          LegalReturn<Return>)
      | NameOnly<Name>,
    options?: StageWiring<Stages, Dependencies, When, Failure, J, Schema, ToChunks<Return>>,
  ): Pipeline<
    Stages &
      AddedStage<
        Name,
        DataOf<Final<Return>> | Fallback<Failure>,
        Skippable<Return, When, Failure, Inherits<Stages, Dependencies[number], J>>,
        ChunkOf<Return>,
        AnswerTo<Schema>
      >['stages'],
    Ports
  >
  /** Adds a stage under a name. Default kind: the stage's own, otherwise TRANSFORM. */
  withStage<
    const Name extends string,
    Return,
    const Dependencies extends readonly ((keyof Stages & string) | Edge<keyof Stages & string>)[] = [],
    When extends boolean = never,
    Failure extends OnFailure = never,
    const J extends Join = 'all',
    Schema extends AnswerSchema = never,
  >(
    name: NewName<Name, Stages>,
    stage: StageLike<
      StageContext<
        NeedsOf<Dependencies[number], J, Stages>['needs'],
        Ports,
        StreamsOf<Dependencies[number], Stages>,
        AnswerFrom<Schema>
      >,
      Return
    > &
      LegalReturn<Return>,
    kindOrOptions?:
      | StageKinds[keyof StageKinds]
      | StageWiring<Stages, Dependencies, When, Failure, J, Schema, ToChunks<Return>>,
    options?: StageWiring<Stages, Dependencies, When, Failure, J, Schema, ToChunks<Return>>,
  ): Pipeline<
    Stages &
      AddedStage<
        Name,
        DataOf<Final<Return>> | Fallback<Failure>,
        Skippable<Return, When, Failure, Inherits<Stages, Dependencies[number], J>>,
        ChunkOf<Return>,
        AnswerTo<Schema>
      >['stages'],
    Ports
  >
  withStage(first: unknown, second?: unknown, third?: unknown, fourth?: unknown): never {
    if (!isText(first)) {
      checkArgumentCount(arguments.length, 2, 'withStage(stage, options)')
      return extended(this, [fluentSpec(ownName(first), first, undefined, second)])
    }
    const hasKind = !isObject(third)
    if (hasKind) checkArgumentCount(arguments.length, 4, 'withStage(name, stage, kind, options)')
    // By its type the last one may be there, but undefined.
    else if (arguments.length > 4 || fourth !== undefined)
      checkArgumentCount(arguments.length, 3, 'withStage(name, stage, options)')
    return extended(this, [fluentSpec(first, second, hasKind ? third : undefined, hasKind ? fourth : third)])
  }

  /** Adds stages made by `defineStage`. The stages that they come after are in the list too, or in the pipeline already. */
  withStages<const List extends readonly AnyStage[]>(
    stages: List & Missing<List, keyof Stages & string>,
  ): Pipeline<Stages & { readonly [One in List[number] as One['name']]: SlotIn<One> }, Ports & PortsOf<List>> {
    checkArgumentCount(arguments.length, 1, 'withStages(stages)')
    return extended(this, specsFrom(stages))
  }

  /**
   * Adds another pipeline as one stage. It ends as its child run ends, but a cancelled child skips it. A `Pipeline` is built
   * with this one's build options; a built graph keeps its own.
   */
  withPipeline<
    const Name extends string,
    Child,
    const Dependencies extends readonly ((keyof Stages & string) | Edge<keyof Stages & string>)[] = [],
    When extends boolean = never,
    Failure extends OnFailure = never,
    const J extends Join = 'all',
    const Chunks extends Yielding<Child> = never,
    Carried = undefined,
  >(
    name: NewName<Name, Stages>,
    child: StageGraph<Child, {}> | Pipeline<Child, Ports>,
    options?: ChildOptions<Stages, Dependencies, Child, When, Failure, J, Chunks, Carried>,
  ): Pipeline<
    Stages &
      Provides<
        Name,
        StageSlot<RunData<Child> | Fallback<Failure>, true, ChunkIn<Child[Chunks & keyof Child]>, AnswersOf<Child>>
      >,
    Ports
  > {
    checkArgumentCount(arguments.length, 3, 'withPipeline(name, child, options)')
    return extended(this, [fluentSpec(name, childStage(child, (options ?? {}) as never), options?.kind, options)])
  }

  /**
   * Adds a map: it runs `each` for each item, at most 16 at once unless `concurrency` says otherwise. Each item is a stage: the
   * options of interceptors, such as `retry` and `timeoutMs`, are those of an item. By default the first item that fails ends
   * the map.
   */
  withMap<
    const Name extends string,
    Item,
    Return,
    const Dependencies extends readonly ((keyof Stages & string) | Edge<keyof Stages & string>)[] = [],
    When extends boolean = never,
    Failure extends OnFailure = never,
    const J extends Join = 'all',
    Schema extends AnswerSchema = never,
    Child = never,
    OnItem extends OnItemFailure = 'fail',
    Stream extends boolean = false,
  >(
    name: NewName<Name, Stages>,
    options: MapOptions<
      Stages,
      Ports,
      Dependencies,
      Item,
      Return,
      When,
      Failure,
      J,
      Schema,
      Child,
      Pipeline<Child, Ports> | StageGraph<Child, {}>,
      OnItem,
      Stream
    >,
  ): Pipeline<
    Stages &
      AddedStage<
        Name,
        MapData<ItemEntry<Return, Child, OnItem>> | Fallback<Failure>,
        Skippable<object, When, Failure, Inherits<Stages, Dependencies[number], J>>,
        MapChunk<Return, Child, Stream>,
        AnswersToItems<Schema, Child>
      >['stages'],
    Ports
  > {
    checkArgumentCount(arguments.length, 2, 'withMap(name, options)')
    return extended(this, [fluentSpec(name, madeMap((options ?? {}) as never), options?.kind, options)])
  }

  /** Adds the stages of another pipeline. */
  compose<Others, OtherPorts>(
    other: Pipeline<Others, OtherPorts> & NoOverlap<Stages, Others>,
  ): Pipeline<Stages & Others, Ports & OtherPorts> {
    checkArgumentCount(arguments.length, 1, 'compose(other)')
    if (!(other instanceof Pipeline))
      throw new StageflowError('core/not-a-pipeline', isNot('The argument of compose()', 'a Pipeline', other))
    return extended(this, specsOf(described(other)))
  }

  /** Checks everything and makes the graph that runs. Throws a `PipelineBuildError` (`core/build`) with all problems at once. */
  build<const Given extends Partial<Ports> = {}>(
    options?: BuildOptions<Given> | BuildOptions<Partial<Ports>>,
  ): StageGraph<Stages, Omit<Ports, keyof Given>>
  build(options?: unknown): never {
    checkArgumentCount(arguments.length, 1, 'build(options)')
    return asStageGraph(buildGraph(described(this), options)) as never
  }
}

/** A pipeline in the engine's eyes. Not a private field, which would hide the message for a pipeline of another copy. */
function described(pipeline: object): DescribedPipeline {
  return pipeline as DescribedPipeline
}

function extended(pipeline: object, specs: readonly StageSpec[]): never {
  const { name, [SPECS]: before } = described(pipeline)
  return Object.defineProperty(new Pipeline(name), SPECS, { value: { before, specs } }) as never
}

/** The specs of a given list. Throws if it isn't an array; keeps values that aren't stages, so that the build reports them with all else. */
function specsFrom(stages: unknown): readonly StageSpec[] {
  if (!isArray(stages))
    throw new StageflowError('core/not-a-stage', `The stages must be an array, not ${show(stages)}.`)
  return stages.map((stage) =>
    stage instanceof StageSpec ? stage : fluentSpec(ownName(stage), stage, undefined, undefined),
  )
}
