import { resolvedCall, type ResolvedCall } from './parsed-call.ts'
import { frozenInput } from './plain-copy.ts'
import { validate, type Refusal } from './schema.ts'

/** The call with other arguments, or what the schema of its tool says against them. Rejects if the schema throws. */
export async function editedCall(call: ResolvedCall, edited: unknown): Promise<ResolvedCall | Refusal> {
  const { callId, name, index, shape, tool } = call
  const validation = await validate(tool.input, edited)
  if ('issues' in validation) return validation
  // A copy: who edited the arguments may keep and change them.
  const given = frozenInput(edited)
  return resolvedCall({ callId, name, index, shape, tool, arguments: given, input: frozenInput(validation.value) })
}
