import { Pipeline } from '../src/index.ts'
import type { BuildOptions, FailedResult, PipelineResult, StageContext, StageGraph } from '../src/index.ts'

/** The pipeline builder without its types, for stages that are made in a loop. */
export interface UntypedPipeline {
  withStage(name: string, stage: (context: StageContext) => object | undefined, options?: object): UntypedPipeline
  withMap(name: string, options: object): UntypedPipeline
  withPipeline(name: string, child: UntypedPipeline, options?: object): UntypedPipeline
  build(options?: BuildOptions<{}>): UntypedGraph
}
export type UntypedGraph = StageGraph<Record<string, never>, {}>
export type UntypedResult = PipelineResult<Record<string, never>> | FailedResult<Record<string, never>>

export const untypedPipeline = (name: string): UntypedPipeline => new Pipeline(name) as unknown as UntypedPipeline
