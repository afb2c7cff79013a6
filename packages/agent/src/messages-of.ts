import { StageflowError } from '@stageflow/core'
import type { ChildResult, StageOutput, WithChildren } from '@stageflow/core'
import { checkArgumentCount, read, show } from '@stageflow/core/kit'
import type { ToolResult } from '@stageflow/tools'
import type { Asked } from './asked.ts'
import { CODE, SHAPE } from './options.ts'
import type { AddedMessage, AgentShape } from './transcript.ts'
import { addedBy } from './turn-state.ts'

const [isShape, shapes] = SHAPE

/**
 * The messages that the turns of an agent have added, however its run has ended: also if it was cancelled between a call and its result. Every
 * call has a result, so the conversation can go on with them. `path`: where the agent's turns are in the run. Default: `turns`.
 */
export function messagesOf<Shape extends AgentShape>(
  shape: Shape,
  result: WithChildren,
  path: string = 'turns',
): AddedMessage<Shape>[] {
  checkArgumentCount(arguments.length, 3, 'messagesOf(shape, result, path)', CODE)
  if (!isShape(shape))
    throw new StageflowError(CODE, `messagesOf(shape, result, path): shape must be ${shapes}, not ${show(shape)}.`)
  const prefix = `${path}#`
  const turns = Object.entries(result.children)
    .filter(([key]) => key.startsWith(prefix) && /^\d+(?:@\d+)?$/.test(key.slice(prefix.length)))
    .map(([, child]) => child)
  return turns.flatMap((turn) => addedIn(turn, shape)) as AddedMessage<Shape>[]
}

/** What a turn has added: nothing if the model had not answered. */
function addedIn({ data, outputs }: ChildResult, shape: AgentShape): readonly object[] {
  const asked = data['ask'] as Asked | undefined
  return asked === undefined ? [] : addedBy({ asked, results: resultsIn(outputs['act']) }, shape)
}

/** The results of calls, also those of a map that was stopped. Where it has none, a stored result has null. */
function resultsIn(act: StageOutput | undefined): readonly ToolResult[] {
  const items = read(read(act, 'data'), 'items') as readonly (ToolResult | undefined | null)[] | undefined
  return (items ?? []).filter((item) => item !== undefined && item !== null)
}
