import { quote, textOf } from './errors.ts'
import type { NodeInputs } from './inputs.ts'
import type { StageNode } from './node.ts'
import { Output, failed } from './output.ts'
import type { ContextSnapshot } from './snapshot.ts'

/** Asks a stage's `when`; undefined: it may start, else what it ends with instead. */
export function askWhen(node: StageNode, inputs: NodeInputs, snapshot: ContextSnapshot): Output | undefined {
  let answer: unknown
  try {
    answer = node.when?.(inputs, snapshot)
  } catch (cause) {
    return failed('core/when', `The condition (when) of stage "${node.name}" threw: ${textOf(cause)}`, { cause })
  }
  if (answer === true) return undefined
  if (answer === false) return new Output('skip', 'its condition (when) was false')
  // A promise is refused; if it rejects as well, that must not surface as an unhandled rejection.
  if (answer instanceof Promise) answer.catch(() => {})
  const what = answer instanceof Promise ? 'a promise; do what takes time in a stage before it' : quote(answer)
  return failed(
    'core/when',
    `The condition (when) of stage "${node.name}" must answer true or false at once; it answered ${what}.`,
  )
}
