import { type Checks, count, known, listOf, name, nullableText, objectOf, readFields, text } from './fields.ts'
import type { JsonObject } from './json-value.ts'
import { jsonObject, toolArguments } from './tool-call.ts'
import { type ProviderUsage, USAGE_CHECKS } from './usage.ts'

/** A fragment of a tool call, as streams send it. */
export interface LLMToolCallDelta {
  /** The call that it belongs to. Without an index, it's the call with its id, or the newest one. */
  readonly index?: number | undefined
  readonly id?: string | undefined
  readonly name?: string | undefined
  /** A part of their text, or all of them as an object. */
  readonly arguments?: string | JsonObject | undefined
}

/** What one chunk of a model's stream says. Leave out what it doesn't say. */
export interface LLMDelta {
  /** `null`, which OpenAI sends with tool calls, becomes ''. */
  readonly text?: string | null | undefined
  /** A part of the reasoning. */
  readonly reasoning?: string | undefined
  readonly toolCalls?: readonly LLMToolCallDelta[] | undefined
  /** What was used so far. The newest number counts, because providers send sums. */
  readonly usage?: { readonly [Name in keyof ProviderUsage]: ProviderUsage[Name] | undefined } | undefined
  readonly finishReason?: string | undefined
  readonly responseModel?: string | undefined
  readonly responseId?: string | undefined
  readonly requestId?: string | undefined
  /**
   * The whole answer as the messages with which its client goes on, such as those of the AI SDK. They keep what text and calls don't have: the
   * signatures of reasoning, for example.
   */
  readonly messages?: readonly JsonObject[] | undefined
}

const CHECKS: Checks<LLMDelta> = {
  text: nullableText,
  reasoning: text,
  toolCalls: listOf(objectOf<LLMToolCallDelta>({ index: count, id: text, name: text, arguments: toolArguments }, [])),
  usage: objectOf<NonNullable<LLMDelta['usage']>>(USAGE_CHECKS, []),
  finishReason: name,
  responseModel: name,
  responseId: name,
  requestId: name,
  messages: listOf(jsonObject),
}

/** A checked copy. Throws a `TypeError` or `RangeError` with every problem. */
export const readDelta = (delta: LLMDelta): LLMDelta => known(readFields('LLMDelta', CHECKS, [], delta))
