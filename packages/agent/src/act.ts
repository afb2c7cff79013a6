import type { ItemContext } from '@stageflow/core'
import type { ToolExecutor } from '@stageflow/tool-executor'
import type { ToolRegistry, ToolResult } from '@stageflow/tools'
import { entryOf } from './approve.ts'
import type { Approved } from './approve.ts'
import type { Asked, AskedCall } from './asked.ts'

/** What the map `act` reads. */
export interface ActNeeds {
  readonly ask: Asked
  readonly approve: Approved | undefined
}

/** The longest key that an item of a map may have. */
const LONGEST_KEY = 200
const KEPT_OF_ID = 180

/** The key of a call in the map `act`. An id is longer than a key if a gateway puts the signature of a model into it. */
export const keyOfCall = ({ id }: AskedCall, index: number): string =>
  id.length <= LONGEST_KEY ? id : `${id.slice(0, KEPT_OF_ID)} ${index}`

/** An item of the map `act`: one call. Its result is data, whatever became of it, so that the model reads it. */
export function callOnce<Ports>(
  tools: ToolRegistry<Ports>,
  executor: ToolExecutor,
  hasApproval: boolean,
): (call: AskedCall, context: ItemContext<ActNeeds, Ports>) => Promise<ToolResult> {
  return async (call, context) => {
    const { callKey } = context
    const decision = hasApproval ? entryOf(context.inputs.from('approve')?.decisions ?? {}, call.id) : undefined
    const [result] = await executor.execute<Ports>([call], {
      registry: tools,
      context,
      ...(decision !== undefined && { approve: () => decision }),
      ...(callKey !== undefined && { idempotencyKey: () => callKey }),
    })
    context.raiseIfCancelled()
    return { ...(result as ToolResult) } // a refused call is an instance of a class
  }
}
