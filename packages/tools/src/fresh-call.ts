import { isThenable, textOf } from '@stageflow/core/kit'

import { asJson, type AsJson } from './as-json.ts'
import { argumentsJson, resolvedCall, type ResolvedCall } from './parsed-call.ts'
import { frozenInput } from './plain-copy.ts'
import { type ArgumentLimits, parseArguments } from './registry/parse-arguments.ts'
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
  // As a string, because the code that edited the arguments may keep and change them.
  const text = editAsJson(edited)
  if ('lost' in text) return refusal(`JSON cannot have ${text.lost}`)
  // A model's arguments may not have the key `__proto__` either.
  const parsed = parseArguments(text.json, false, NO_LIMITS)
  return 'json' in parsed ? callWith(call, parsed.json) : refusal(parsed.message)
}

const NO_LIMITS: ArgumentLimits = { maxArgumentsLength: Infinity, maxDepth: Infinity }
const refusal = (message: string): Refusal => ({ issues: [{ path: '', message }] })

function editAsJson(edited: unknown): AsJson {
  try {
    return asJson(edited)
  } catch (error) {
    const [why] = textOf(error).split('\n')
    return { lost: `a value that cannot be written (${why})` }
  }
}

function callWith({ callId, name, index, shape, tool }: ResolvedCall, json: string): Checked | Promise<Checked> {
  const checked = (validation: Validation): Checked =>
    'issues' in validation
      ? validation
      : resolvedCall({ callId, name, index, shape, tool, json, input: frozenInput(validation.value) })
  const validation = validate(tool.input, JSON.parse(json))
  return isThenable(validation) ? validation.then(checked) : checked(validation)
}
