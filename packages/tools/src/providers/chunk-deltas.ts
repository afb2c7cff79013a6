import { isCustom, isCutReason, isObject, kindOf } from './call-kinds.ts'
import type { Fields } from './call-kinds.ts'

/** What one chunk of a stream says of one tool call. */
export interface CallDelta {
  /** Which call of the stream; the same for all its chunks. Empty: every call. */
  readonly key: string
  /** Only such a delta starts a call: arguments of tools that the provider runs itself are streamed too. */
  readonly starts?: boolean
  /** Nothing more of it will come. */
  readonly ends?: boolean
  /** The model ran out of tokens in the midst of the last call. */
  readonly cuts?: boolean
  readonly id?: unknown
  readonly name?: unknown
  /** Of a call that is no function. */
  readonly type?: string | undefined
  /** To be added to the text of the arguments. */
  readonly text?: unknown
  /** The arguments as a whole, instead of the text so far. */
  readonly whole?: unknown
  /** Values of the arguments, each with its path. */
  readonly pieces?: readonly unknown[]
}

/** All of Google's calls: a new one begins when the one before has ended. */
export const GOOGLE = 'google'

/** The tool calls' parts in a chunk of OpenAI (chat and responses), Anthropic, Google or the AI SDK; none in all others. */
export function deltasIn(chunk: unknown): readonly CallDelta[] {
  if (!isObject(chunk)) return []
  if (typeof chunk['type'] === 'string') return typedDelta(chunk, chunk['type'])
  const { candidates, choices } = chunk
  if (Array.isArray(candidates)) return googleDeltas(firstOf(candidates))
  return chatDeltas(Array.isArray(choices) ? firstOf(choices) : { delta: chunk['delta'] ?? chunk })
}

/** Whether it is a chunk that tells something of a call. */
export const isChunk = (value: unknown): boolean =>
  deltasIn(value).some(({ starts, text, whole }) => starts === true || text !== undefined || whole !== undefined)

function chatDeltas({ delta, finish_reason: reason }: Fields): readonly CallDelta[] {
  const { tool_calls: calls, function_call: legacy } = isObject(delta) ? delta : {}
  const deltas = Array.isArray(calls) ? calls.filter(isObject).map(chatDelta) : []
  if (isObject(legacy)) deltas.push({ key: 'legacy', starts: true, name: legacy['name'], text: legacy['arguments'] })
  // Where the tokens ran out, the last call is not whole.
  if (typeof reason === 'string' && !isCutReason(reason)) deltas.push({ key: '', ends: true })
  return deltas
}

function chatDelta(call: Fields, place: number): CallDelta {
  // Some servers leave the index out.
  const { index = place, id, custom } = call
  const key = `chat ${typeof index === 'number' ? index : place}`
  if (isObject(custom)) {
    const type = isCustom(call) ? 'custom' : undefined
    return { key, starts: true, id, name: custom['name'], text: custom['input'], type }
  }
  const called = isObject(call['function']) ? call['function'] : {}
  return { key, starts: true, id, name: called['name'], text: called['arguments'] }
}

function typedDelta(chunk: Fields, type: string): readonly CallDelta[] {
  const { index, delta } = chunk
  const output = `output ${String(chunk['output_index'])}`
  const block = `block ${String(index)}`
  const id = chunk['id'] ?? chunk['toolCallId']
  const input = `input ${String(id)}`
  const isOurs = chunk['providerExecuted'] !== true
  const name = chunk['toolName']
  switch (type) {
    case 'content_block_start':
      return blockStart(block, chunk['content_block'])
    case 'content_block_delta':
      return isObject(delta) && delta['type'] === 'input_json_delta'
        ? [{ key: block, text: delta['partial_json'] }]
        : []
    case 'content_block_stop':
      return [{ key: block, ends: true }]
    case 'message_delta':
      return isObject(delta) && isCutReason(delta['stop_reason']) ? [{ key: '', cuts: true }] : []
    case 'response.output_item.added':
    case 'response.output_item.done':
      return outputItem(output, chunk['item'], type.endsWith('done'))
    case 'response.function_call_arguments.delta':
    case 'response.custom_tool_call_input.delta':
      return [{ key: output, text: delta }]
    case 'response.function_call_arguments.done':
    case 'response.custom_tool_call_input.done':
      return [{ key: output, whole: chunk['arguments'] ?? chunk['input'], ends: true }]
    case 'tool-input-start':
      return isOurs ? [{ key: input, starts: true, id, name }] : []
    case 'tool-input-delta':
      return [{ key: input, text: delta ?? chunk['inputTextDelta'] }]
    case 'tool-input-end':
      return [{ key: input, ends: true }]
    case 'tool-call':
    case 'tool-input-available':
    case 'tool-input-error':
      if (!isOurs) return []
      return [{ key: input, starts: true, id, name, whole: chunk['input'] ?? chunk['args'], ends: true }]
    default:
      return []
  }
}

function blockStart(key: string, block: unknown): readonly CallDelta[] {
  const started = startOf(key, block)
  const input = isObject(block) ? block['input'] : undefined
  const isWhole = isObject(input) && Object.keys(input).length > 0
  return started === undefined ? [] : [isWhole ? { ...started, whole: input } : started]
}

function outputItem(key: string, item: unknown, isDone: boolean): readonly CallDelta[] {
  const started = startOf(key, item)
  if (started === undefined || !isObject(item)) return []
  const ends = isDone && item['status'] !== 'incomplete'
  return [{ ...started, whole: item['arguments'] ?? item['input'], ends }]
}

function startOf(key: string, block: unknown): CallDelta | undefined {
  if (!isObject(block) || typeof block['type'] !== 'string') return undefined
  const kind = kindOf(block, block['type'])
  if (kind === 'none') return undefined
  const started = { key, starts: true, id: block['call_id'] ?? block['id'], name: block['name'] }
  return kind === 'function' ? started : { ...started, type: block['type'] }
}

/** Google streams each call as a whole, or, where it is told to, the values of its arguments one by one. */
function googleDeltas({ content }: Fields): readonly CallDelta[] {
  const parts = isObject(content) ? content['parts'] : undefined
  if (!Array.isArray(parts)) return []
  const calls = parts.map((part: unknown) => (isObject(part) ? part['functionCall'] : undefined)).filter(isObject)
  return calls.map(({ id, name, args, partialArgs, willContinue }) => ({
    key: GOOGLE,
    starts: true,
    ends: willContinue !== true,
    id,
    name,
    ...(isObject(args) ? { whole: args } : { pieces: Array.isArray(partialArgs) ? partialArgs : [] }),
  }))
}

/** Chunks of several alternatives come one after the other: the first alternative has the index 0, or none. */
function firstOf(alternatives: readonly unknown[]): Fields {
  return alternatives.filter(isObject).find(({ index = 0 }) => index === 0) ?? {}
}
