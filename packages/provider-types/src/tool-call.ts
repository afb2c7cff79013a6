import { type Check, listOf, name, objectOf, text } from './fields.ts'
import { frozenJson, type JsonObject } from './json-value.ts'

/** A call of a tool that a model asks for, in one form for all providers. */
export interface LLMToolCall {
  /** The provider's id of the call, where it gives one. */
  readonly id?: string | undefined
  /** Empty where the model named none. */
  readonly name: string
  /** As the model wrote them, which need not be JSON, or an object where the provider has parsed them. */
  readonly arguments: string | JsonObject
}

/** Arguments as a text, or an object in a deep frozen copy. */
export const toolArguments: Check<string | JsonObject> = (value, field, problems) => {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return problems.type(field, 'a text or an object', value)
  return frozenJson(value, field, problems) as JsonObject
}

export const toolCalls: Check<readonly LLMToolCall[]> = listOf(
  objectOf<LLMToolCall>({ id: name, name: text, arguments: toolArguments }, ['name', 'arguments']),
)
