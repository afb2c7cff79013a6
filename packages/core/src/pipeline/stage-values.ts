import { checkArgumentCount } from '../base/argument-count.ts'
import { madeMap } from '../children/map-stage.ts'
import type { Join } from '../contract/graph-info.ts'
import type { StageInputs } from '../contract/context.ts'
import type { StageSlot } from '../contract/results.ts'
import type {
  AnswerSchema,
  AnswersToItems,
  AnyDependency,
  Declared,
  DefineStage,
  Fallback,
  InheritsFrom,
  NamesOf,
  OnFailure,
  OnItemFailure,
  ReadAlias,
  ReadFrom,
  Skippable,
  Stage,
  StreamsFrom,
} from '../contract/stage.ts'
import { valueSpec } from '../graph/stage.ts'
import type { ItemEntry, MapChunk, MapData, MapMembers } from './pipeline-types.ts'
import type { Pipeline } from './pipeline.ts'
import type { StageGraph } from './stage-graph.ts'

interface NeedsFrom<After, J> {
  readonly needs: { readonly [Alias in keyof After as ReadAlias<After, Alias>]: ReadFrom<After[Alias], J> }
}

export interface MapDefinition<
  Name extends string,
  After,
  Ports,
  Item,
  Return,
  Child,
  OnItem extends OnItemFailure,
  Stream extends boolean,
  When,
  Failure,
  J,
  Schema extends AnswerSchema,
> extends MapMembers<
  NeedsFrom<After, J>['needs'],
  StageInputs<NeedsFrom<After, J>['needs'], StreamsFrom<After>>,
  Ports,
  Item,
  Return,
  Child,
  Pipeline<Child, Ports> | StageGraph<Child, {}>,
  OnItem,
  Stream,
  When,
  Failure,
  J,
  Schema
> {
  readonly name: Name
  /** The stages that it depends on, by the name that `inputs` uses: stages as values, and edges of `@stageflow/core/edges` from them. */
  readonly after?: After
}

/** The type of `mapStage`. */
export interface DefineMap<Ports> {
  <
    const Name extends string,
    Item,
    Return,
    After extends Readonly<Record<string, AnyDependency>> = {},
    When extends boolean = never,
    Failure extends OnFailure = never,
    const J extends Join = 'all',
    Schema extends AnswerSchema = never,
    Child = never,
    OnItem extends OnItemFailure = 'fail',
    Stream extends boolean = false,
  >(
    definition: MapDefinition<Name, After, Ports, Item, Return, Child, OnItem, Stream, When, Failure, J, Schema>,
  ): Stage<
    Name,
    StageSlot<
      MapData<ItemEntry<Return, Child, OnItem>> | Fallback<Failure>,
      Skippable<object, When, Failure, InheritsFrom<Declared<After>, J>>,
      MapChunk<Return, Child, Stream>,
      AnswersToItems<Schema, Child>
    >,
    NamesOf<Declared<After>>,
    Ports
  >
}

/**
 * Describes a stage as a value, with its types inferred from `after`. Type checking is linear in the number of stages. `build()`
 * reports problems.
 */
export const defineStage: DefineStage<{}> = function (definition: unknown) {
  checkArgumentCount(arguments.length, 1, 'defineStage(definition)')
  return valueSpec(definition)
} as unknown as DefineStage<{}>

/** Describes a map as a value: `withMap` for `Pipeline.from` and `withStages`. It takes the options of `withMap`. */
export const mapStage: DefineMap<{}> = function (definition: unknown) {
  checkArgumentCount(arguments.length, 1, 'mapStage(definition)')
  return valueSpec(definition, madeMap((definition ?? {}) as never))
} as unknown as DefineMap<{}>

/** `defineStage` and `mapStage` for stages that read `context.ports`. */
export function definePorts<Ports>(): {
  readonly defineStage: DefineStage<Ports>
  readonly mapStage: DefineMap<Ports>
} {
  return { defineStage, mapStage } as unknown as ReturnType<typeof definePorts<Ports>>
}
