import { Pipeline } from '@stageflow/core'
import type { AnyStage, StageContext, StageGraph } from '@stageflow/core'

// oxlint-disable-next-line no-explicit-any -- a graph of any stages
export type AnyGraph = StageGraph<any, {}>

/** A pipeline whose stages have names that are made at run time, so that the compiler cannot know them. */
export interface AnyPipeline {
  withStage(name: string, code: (context: StageContext) => unknown, options?: object): AnyPipeline
  withPipeline(name: string, child: AnyPipeline, options?: object): AnyPipeline
  withMap(name: string, options: object): AnyPipeline
  build(options?: object): AnyGraph
}

export const anyPipeline = (name: string, stages: readonly AnyStage[] = []): AnyPipeline =>
  new Pipeline(name).withStages(stages as readonly never[]) as unknown as AnyPipeline
