import { StageflowError } from '@stageflow/core'
import type { AnyStage, StageSlot } from '@stageflow/core'
import { didYouMean, read, show } from '@stageflow/core/kit'

/** The data of a stage, from the types of its pipeline. */
// oxlint-disable-next-line no-explicit-any -- matches a slot of every type
export type DataIn<Slot> = Slot extends StageSlot<infer Data, boolean, any> ? Data : never
/** Its chunks. */
// oxlint-disable-next-line no-explicit-any -- as above
export type ChunkIn<Slot> = Slot extends StageSlot<any, boolean, infer Chunk> ? Chunk : never

/** A pipeline, as far as its stages are concerned. */
export interface Described {
  readonly name: string
  readonly stages: readonly AnyStage[]
}

/** Checks that `given` is a pipeline. `call`: how the function that got it is called. Throws `testing/not-a-pipeline`. */
export function mustBePipeline(call: string, given: unknown): asserts given is Described {
  const stages = read(given, 'stages')
  const areStages = Array.isArray(stages) && stages.every((one) => typeof one === 'object' && one !== null)
  if (areStages && typeof read(given, 'name') === 'string') return
  throw new StageflowError(
    'testing/not-a-pipeline',
    `${call}: the pipeline must be a Pipeline, not ${show(given)}. Pass the pipeline itself, and not what build() returned.`,
  )
}

/** The stage of this name. Throws `testing/unknown-stage`, with a guess and the names of all stages. */
export function stageNamed(call: string, { name: pipeline, stages }: Described, name: string): AnyStage {
  const stage = stages.find((one) => one.name === name)
  if (stage !== undefined) return stage
  // A stage whose class can't be constructed has no name: the build says why.
  const names = stages.map((one) => one.name).filter((one: unknown) => typeof one === 'string')
  const guess = didYouMean(name, names)
  throw new StageflowError(
    'testing/unknown-stage',
    `${call}: pipeline "${pipeline}" has no stage "${name}"${guess === undefined ? '' : ` (${guess})`}. Its stages are: ${names.join(', ') || 'none'}.`,
  )
}
