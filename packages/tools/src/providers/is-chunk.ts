import { isObject, kindOf } from './call-kinds.ts'
import type { Fields } from './call-kinds.ts'

/** Chunks of OpenAI's responses with arguments. */
const ARGUMENTS = /^response\.(?:function_call_arguments|custom_tool_call_input)\./
/** Chunks of the AI SDK with arguments; the end of a call has none. */
const INPUT = /^tool-input-(?!end)/

/**
 * Whether it is a chunk of a stream with a part of a call: such chunks must be put together first. The registry needs to know only
 * that. What is in a chunk is read by `deltasIn`, which an app without streams doesn't load.
 */
export function isChunk(value: unknown): boolean {
  if (!isObject(value)) return false
  const { type, delta } = value
  if (typeof type !== 'string')
    return hasCall(delta ?? value) || choicesOf(value).some((choice) => hasCall(choice['delta']))
  if (ARGUMENTS.test(type)) return true
  if (INPUT.test(type)) return value['providerExecuted'] !== true
  if (type === 'content_block_start') return isCall(value['content_block'])
  if (type.startsWith('response.output_item.')) return isCall(value['item'])
  return isObject(delta) && delta['type'] === 'input_json_delta'
}

/** OpenAI's chat: a delta of a message with calls. */
const hasCall = (delta: unknown): boolean =>
  isObject(delta) && (isObject(delta['function_call']) || objectsIn(delta['tool_calls']).length > 0)

const choicesOf = (chunk: Fields): readonly Fields[] => objectsIn(chunk['choices'])

const objectsIn = (list: unknown): readonly Fields[] => (Array.isArray(list) ? list.filter(isObject) : [])

/** Anthropic's blocks and the items of OpenAI's responses. */
const isCall = (block: unknown): boolean =>
  isObject(block) && typeof block['type'] === 'string' && kindOf(block, block['type']) !== 'none'
