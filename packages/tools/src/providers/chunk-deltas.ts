import { isCustom, isCutReason, isObject, kindOf } from './call-kinds.ts'
import type { Fields } from './call-kinds.ts'

/** The kind of chunk that a delta comes from. Each kind numbers its calls by itself. */
export type DeltaSource = 'chat' | 'function' | 'block' | 'output' | 'input' | 'google'

/** What one chunk of a stream says about one tool call. */
export interface CallDelta {
  /** Undefined: the delta is about every call. */
  readonly source?: DeltaSource
  /** The provider's index of the call. */
  readonly index?: number | undefined
  /** Only such a delta begins a call, because the arguments of tools that the provider runs itself are streamed too. */
  readonly starts?: boolean
  /** It is the last delta of its call. */
  readonly ends?: boolean
  /** The model ran out of tokens within the last call. */
  readonly cuts?: boolean
  readonly id?: unknown
  readonly name?: unknown
  /** The type of a call that is not a function call. */
  readonly type?: string | undefined
  /** A part of the text of the arguments. */
  readonly text?: unknown
  /** The arguments as a whole; replaces the text so far. */
  readonly whole?: unknown
  /** Values of the arguments, each with its path. */
  readonly pieces?: readonly unknown[]
}

/** The deltas of tool calls in a chunk of OpenAI (chat and responses), Anthropic, Google or the AI SDK; none in other chunks. */
export function deltasIn(chunk: unknown): readonly CallDelta[] {
  if (!isObject(chunk)) return []
  if (typeof chunk['type'] === 'string') return typedDelta(chunk, chunk['type'])
  const { candidates, choices } = chunk
  if (Array.isArray(candidates)) return googleDeltas(firstOf(candidates))
  return chatDeltas(Array.isArray(choices) ? firstOf(choices) : { delta: chunk['delta'] ?? chunk })
}

function chatDeltas({ delta, finish_reason: reason }: Fields): readonly CallDelta[] {
  const { tool_calls: calls, function_call: legacy } = isObject(delta) ? delta : {}
  const deltas: CallDelta[] = Array.isArray(calls) ? calls.filter(isObject).map(chatDelta) : []
  if (isObject(legacy))
    deltas.push({ source: 'function', index: 0, starts: true, name: legacy['name'], text: legacy['arguments'] })
  // If the tokens ran out, the last call is incomplete.
  if (typeof reason === 'string' && !isCutReason(reason)) deltas.push({ ends: true })
  return deltas
}

function chatDelta(call: Fields): CallDelta {
  const { id, custom } = call
  const place = { source: 'chat', index: indexOf(call['index']), starts: true, id } as const
  if (isObject(custom))
    return { ...place, name: custom['name'], text: custom['input'], type: isCustom(call) ? 'custom' : undefined }
  const called = isObject(call['function']) ? call['function'] : {}
  return { ...place, name: called['name'], text: called['arguments'] }
}

/** Some servers leave the index out. */
const indexOf = (index: unknown): number | undefined => (typeof index === 'number' ? index : undefined)

function typedDelta(chunk: Fields, type: string): readonly CallDelta[] {
  const { delta } = chunk
  const output: Place = { source: 'output', index: indexOf(chunk['output_index']) }
  const block: Place = { source: 'block', index: indexOf(chunk['index']) }
  const id = chunk['id'] ?? chunk['toolCallId']
  const input = { source: 'input', id } as const
  const isOurs = chunk['providerExecuted'] !== true
  const name = chunk['toolName']
  switch (type) {
    case 'content_block_start':
      return blockStart(block, chunk['content_block'])
    case 'content_block_delta':
      return isObject(delta) && delta['type'] === 'input_json_delta' ? [{ ...block, text: delta['partial_json'] }] : []
    case 'content_block_stop':
      return [{ ...block, ends: true }]
    case 'message_delta':
      return isObject(delta) && isCutReason(delta['stop_reason']) ? [{ cuts: true }] : []
    case 'response.output_item.added':
    case 'response.output_item.done':
      return outputItem(output, chunk['item'], type.endsWith('done'))
    case 'response.function_call_arguments.delta':
    case 'response.custom_tool_call_input.delta':
      return [{ ...output, text: delta }]
    case 'response.function_call_arguments.done':
    case 'response.custom_tool_call_input.done':
      return [{ ...output, whole: chunk['arguments'] ?? chunk['input'], ends: true }]
    case 'tool-input-start':
      return isOurs ? [{ ...input, starts: true, name }] : []
    case 'tool-input-delta':
      return [{ ...input, text: delta ?? chunk['inputTextDelta'] }]
    case 'tool-input-end':
      return [{ ...input, ends: true }]
    case 'tool-call':
    case 'tool-input-available':
    case 'tool-input-error':
      if (!isOurs) return []
      return [{ ...input, starts: true, name, whole: chunk['input'] ?? chunk['args'], ends: true }]
    default:
      return []
  }
}

type Place = Pick<CallDelta, 'source' | 'index'>

function blockStart(place: Place, block: unknown): readonly CallDelta[] {
  const started = startOf(place, block)
  const input = isObject(block) ? block['input'] : undefined
  const isWhole = isObject(input) && Object.keys(input).length > 0
  return started === undefined ? [] : [isWhole ? { ...started, whole: input } : started]
}

function outputItem(place: Place, item: unknown, isDone: boolean): readonly CallDelta[] {
  const started = startOf(place, item)
  if (started === undefined || !isObject(item)) return []
  const ends = isDone && item['status'] !== 'incomplete'
  return [{ ...started, whole: item['arguments'] ?? item['input'], ends }]
}

function startOf(place: Place, block: unknown): CallDelta | undefined {
  if (!isObject(block) || typeof block['type'] !== 'string') return undefined
  const kind = kindOf(block, block['type'])
  if (kind === 'none') return undefined
  const started = { ...place, starts: true, id: block['call_id'] ?? block['id'], name: block['name'] }
  return kind === 'function' ? started : { ...started, type: block['type'] }
}

/** Google streams each call as a whole or, on request, the values of its arguments one by one. */
function googleDeltas({ content }: Fields): readonly CallDelta[] {
  const parts = isObject(content) ? content['parts'] : undefined
  if (!Array.isArray(parts)) return []
  const calls = parts.map((part: unknown) => (isObject(part) ? part['functionCall'] : undefined)).filter(isObject)
  return calls.map(({ id, name, args, partialArgs, willContinue }) => ({
    source: 'google' as const,
    starts: true,
    ends: willContinue !== true,
    id,
    name,
    ...(isObject(args) ? { whole: args } : { pieces: Array.isArray(partialArgs) ? partialArgs : [] }),
  }))
}

/** Chunks of several alternatives alternate: only the first one, with the index 0 or none, is put together. */
function firstOf(alternatives: readonly unknown[]): Fields {
  return alternatives.filter(isObject).find(({ index = 0 }) => index === 0) ?? {}
}
