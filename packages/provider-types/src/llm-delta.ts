import { type Checks, count, known, listOf, objectOf, name, readFields, text } from './fields.ts'
import type { JsonObject } from './json-value.ts'
import { toolArguments } from './tool-call.ts'
import { type ProviderUsage, USAGE_CHECKS } from './usage.ts'

/** A piece of a tool call, as streams send it. */
export interface LLMToolCallDelta {
  /** Which of the calls it belongs to; without one, the one of its id, or the newest. */
  readonly index?: number | undefined
  readonly id?: string | undefined
  readonly name?: string | undefined
  /** A fragment of their text, or all of them as an object. */
  readonly arguments?: string | JsonObject | undefined
}

/** What one chunk of a model's stream says. Whatever it does not say is left out. */
export interface LLMDelta {
  readonly text?: string | undefined
  /** What the model thinks before it answers. */
  readonly reasoning?: string | undefined
  readonly toolCalls?: readonly LLMToolCallDelta[] | undefined
  /** What was used so far: of each number the newest counts, since providers send sums. */
  readonly usage?: { readonly [Name in keyof ProviderUsage]: ProviderUsage[Name] | undefined } | undefined
  readonly finishReason?: string | undefined
  readonly responseModel?: string | undefined
  readonly responseId?: string | undefined
  readonly requestId?: string | undefined
}

const CHECKS: Checks<LLMDelta> = {
  text,
  reasoning: text,
  toolCalls: listOf(objectOf<LLMToolCallDelta>({ index: count, id: text, name: text, arguments: toolArguments }, [])),
  usage: objectOf<NonNullable<LLMDelta['usage']>>(USAGE_CHECKS, []),
  finishReason: name,
  responseModel: name,
  responseId: name,
  requestId: name,
}

/** A checked copy. Throws a `TypeError` or `RangeError` that says all that is wrong with it. */
export const readDelta = (delta: LLMDelta): LLMDelta => known(readFields('LLMDelta', CHECKS, [], delta))
