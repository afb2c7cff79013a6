import { StageflowError } from '@stageflow/core'
import type { RunData, RunInput, Runnable } from '@stageflow/core'
import { checkArgumentCount, checkOptions, functionLike, onRejection, required } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { defineTool } from '@stageflow/tools'
import type { Tool, ToolDefinition } from '@stageflow/tools'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { CODE } from './options.ts'

export interface PipelineToolDefinition<Name extends string, Input extends StandardSchemaV1, Stages> extends Omit<
  ToolDefinition<Name, Input, StandardSchemaV1, {}>,
  'execute' | 'output' | 'undo'
> {
  /** What a call runs: a pipeline, another agent, or a graph. It runs inside the call, so it can't wait for a person. */
  readonly pipeline: Runnable<Stages>
  /** Makes the input of the run from the arguments. */
  readonly toInput: (input: StandardSchemaV1.InferOutput<Input>) => RunInput
  /** Makes what the model reads from the data of the run. Default: the data of all stages. */
  readonly toOutput?: (data: RunData<Stages>) => unknown
}

const GIVEN: OptionRule = [(value) => typeof value === 'object' && value !== null, 'a pipeline or a graph']
const RULES: OptionRules = {
  pipeline: required(GIVEN),
  toInput: required(functionLike('(input) => ({ inputText })')),
  toOutput: functionLike('(data) => output'),
}

/**
 * A tool whose calls run a pipeline, so that an agent can hand a task over, also to another agent. A run that fails is a failed call. The options
 * beside its own are those of `defineTool`. Throws `agent/illegal-option` and `tools/illegal-option`.
 */
export function pipelineTool<const Name extends string, Input extends StandardSchemaV1, Stages>(
  definition: PipelineToolDefinition<Name, Input, Stages>,
): Tool<Name, StandardSchemaV1.InferOutput<Input>, unknown> {
  checkArgumentCount(arguments.length, 1, 'pipelineTool(definition)', CODE)
  checkOptions('pipelineTool(definition)', CODE, definition, RULES, 'any') // defineTool checks the others
  const { pipeline, toInput, toOutput, ...others } = definition
  return defineTool<Name, Input, StandardSchemaV1>({
    ...others,
    execute: async (input, { runChild, toolName }) => {
      if (runChild === undefined)
        throw new StageflowError(
          'agent/no-stage',
          `Tool "${toolName}" runs a pipeline, so a stage must make the call: executor.execute(calls, { registry, context }).`,
        )
      const given = toInput(input)
      onRejection(given, () => {}) // it is refused below, and a promise that rejects must not end the process
      const child = runChild(pipeline, given)
      const outcome = await child
      if (outcome.status === 'suspended') throw notCompleted(toolName, WAITS)
      if (outcome.status === 'cancelled') throw notCompleted(toolName, `was cancelled: ${outcome.reason}.`)
      const data = await child.orFail()
      return toOutput === undefined ? data : toOutput(data)
    },
  })
}

const WAITS = "waits for a person, and a call can't. Let the agent around it ask for its approval."

/** An error of its own: that of the engine says how a stage ends with its child, and here a model reads it. */
const notCompleted = (tool: string, how: string): StageflowError =>
  new StageflowError('agent/not-completed', `The run that tool "${tool}" has begun ${how}`)
