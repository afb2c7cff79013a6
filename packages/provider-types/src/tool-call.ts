import { type Check, listOf, name, objectOf, text } from './fields.ts'
import { frozenJson, type JsonObject } from './json-value.ts'

/** A tool call of a model, in one form for all providers. */
export interface LLMToolCall {
  /** The provider's id of the call, if it has one. */
  readonly id?: string | undefined
  /** Empty if the model sent no name. */
  readonly name: string
  /** As the model wrote them, which may not be valid JSON; an object if the provider has parsed them. */
  readonly arguments: string | JsonObject
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A string, or a deep frozen copy of an object. */
export const toolArguments: Check<string | JsonObject> = (value, field, problems) => {
  if (typeof value === 'string') return value
  return isObject(value) ? jsonObject(value, field, problems) : problems.type(field, 'a string or an object', value)
}

/** A deep frozen copy of an object. */
export const jsonObject: Check<JsonObject> = (value, field, problems) =>
  isObject(value) ? (frozenJson(value, field, problems) as JsonObject) : problems.type(field, 'an object', value)

export const toolCalls: Check<readonly LLMToolCall[]> = listOf(
  objectOf<LLMToolCall>({ id: name, name: text, arguments: toolArguments }, ['name', 'arguments']),
)
