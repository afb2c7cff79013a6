import { isThenable } from '@stageflow/core/kit'

import { asJson } from './as-json.ts'
import { argumentsJson, resolvedCall, type ResolvedCall } from './parsed-call.ts'
import { frozenInput } from './plain-copy.ts'
import { validate, type Refusal, type Validation } from './schema.ts'

type Checked = ResolvedCall | Refusal

/**
 * Runs the schema again, and returns the call with the new input, or what the schema says against the arguments. The two calls share no
 * object that can be changed. Throws, or rejects, if the schema does.
 */
export function freshCall(call: ResolvedCall): Checked | Promise<Checked> {
  return callWith(call, argumentsJson(call))
}

/** The call with other arguments, or what is wrong with them. Throws, or rejects, if the schema of its tool does. */
export function editedCall(call: ResolvedCall, edited: unknown): Checked | Promise<Checked> {
  // A text: who edited the arguments may keep and change them.
  const text = asJson(edited)
  return 'lost' in text
    ? { issues: [{ path: '', message: `JSON cannot have ${text.lost}` }] }
    : callWith(call, text.json)
}

function callWith({ callId, name, index, shape, tool }: ResolvedCall, json: string): Checked | Promise<Checked> {
  const checked = (validation: Validation): Checked =>
    'issues' in validation
      ? validation
      : resolvedCall({ callId, name, index, shape, tool, json, input: frozenInput(validation.value) })
  const validation = validate(tool.input, JSON.parse(json))
  return isThenable(validation) ? validation.then(checked) : checked(validation)
}
