import { Pipeline } from '@stageflow/core'
import type { StageContext, StageOutput } from '@stageflow/core'
import { checkOptions, isPlain, required, withCode } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { mustBePipeline, stageNamed } from './pipeline-stages.ts'
import type { ChunkIn, DataIn } from './pipeline-stages.ts'

/** How the function of a stub ends: with the data of the stage, with an output, or with nothing if the stage has no data. */
type StubEnd<Data> = Data | StageOutput<Data> | ({} extends Data ? void : never)
type StubReturn<Data, Chunk> = StubEnd<Data> | Promise<StubEnd<Data>> | AsyncGenerator<Chunk, StubEnd<Data>, undefined>

/** What stands in for a stage: its data, an output such as `StageOutput.skip('no')`, or a function. An async generator yields chunks. */
export type Stub<Data, Chunk = never, Ports = {}> =
  | Data
  | StageOutput<Data>
  // oxlint-disable-next-line no-explicit-any -- the names under which a stage reads its inputs aren't in the type of a pipeline
  | ((context: StageContext<any, Ports>) => StubReturn<Data, Chunk>)

/** The stubs of a pipeline, by the names of their stages. */
export type Stubs<Stages, Ports = {}> = {
  readonly [Name in keyof Stages]?: Stub<DataIn<Stages[Name]>, ChunkIn<Stages[Name]>, Ports>
}

const CALL = 'withStubs(pipeline, stubs)'
const CODE = 'testing/illegal-option'
const ARGUMENTS: OptionRules = {
  stubs: required([isPlain, 'an object with the stub of each stage, such as { llm: { text: "Hello" } }']),
}
const STUB: OptionRule = required([
  isStub,
  "the data of the stage, a StageOutput such as StageOutput.skip('no'), or a function of the stage's context",
])

/**
 * The pipeline with other code in some of its stages. Their names, kinds, dependencies, options and schemas stay. Build and run it like the
 * pipeline itself, with the ports that are still read. Throws `testing/unknown-stage` for a name that the pipeline doesn't have.
 */
export function withStubs<Stages, Ports>(
  pipeline: Pipeline<Stages, Ports>,
  stubs: Stubs<Stages, Ports>,
): Pipeline<Stages, Partial<Ports>>
export function withStubs(pipeline: unknown, stubs: Readonly<Record<string, unknown>>): unknown {
  mustBePipeline(CALL, pipeline)
  checkOptions(CALL, CODE, { stubs }, ARGUMENTS)
  const names = Object.keys(stubs)
  for (const name of names) stageNamed(CALL, pipeline, name)
  checkOptions(CALL, CODE, stubs, Object.fromEntries(names.map((name) => [name, STUB])))
  const stages = pipeline.stages.map((stage) =>
    Object.hasOwn(stubs, stage.name) ? withCode(stage, codeOf(stubs[stage.name])) : stage,
  )
  return Pipeline.from(pipeline.name, stages)
}

const OUTPUT = Symbol.for('@stageflow/output')

/** Whether a value may stand in for a stage. The engine checks what is in data. */
function isStub(value: unknown): boolean {
  return (
    typeof value === 'function' || isPlain(value) || (typeof value === 'object' && value !== null && OUTPUT in value)
  )
}

const codeOf = (stub: unknown): ((context: StageContext) => unknown) =>
  typeof stub === 'function' ? (stub as () => unknown) : () => stub
