import { checkArgumentCount, read } from '@stageflow/core/kit'

import { isMadeId } from './call-ids.ts'
import { isObject } from './call-kinds.ts'
import { type CallIds, type ModelResponse, modelResponse, refuse, type SentCall } from './model-response.ts'
import { writerOf } from './tools-for.ts'

type Input = Record<string, unknown>

/**
 * A response of a model, as the messages with which its conversation goes on. If it came from this provider, they also have what it needs
 * again beside text and calls, such as reasoning and signatures.
 */
export interface CallMessageShapes {
  'openai-chat': {
    role: 'assistant'
    content: string | null
    tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[]
  }[]
  /** Items of its `input`. */
  'openai-responses': (
    | { type: 'message'; role: 'assistant'; content: string }
    | { type: 'function_call'; call_id: string; name: string; arguments: string }
  )[]
  anthropic: {
    role: 'assistant'
    content: ({ type: 'text'; text: string } | { type: 'tool_use'; id: string; name: string; input: Input })[]
  }[]
  google: { role: 'model'; parts: { text?: string; functionCall?: { id?: string; name: string; args: Input } }[] }[]
  'ai-sdk': {
    role: 'assistant'
    content: (
      | { type: 'text'; text: string }
      | { type: 'tool-call'; toolCallId: string; toolName: string; input: unknown }
    )[]
  }[]
}

type Shape = keyof CallMessageShapes
type OpenaiCall = NonNullable<CallMessageShapes['openai-chat'][number]['tool_calls']>[number]
type Block<In extends Shape> = CallMessageShapes[In][number] extends { content: (infer One)[] } ? One : never

const WRITERS: { readonly [In in Shape]: (response: ModelResponse) => CallMessageShapes[In] } = {
  'openai-chat': (response) => {
    const { text, calls, shape } = response
    const tool_calls = calls.map((call) =>
      call.isUnsupported && shape === 'openai-chat' ? rawCall<OpenaiCall>(call, 'id') : openaiCall(call),
    )
    const content = text === '' ? null : text
    return [{ ...ownFields(response), role: 'assistant', content, ...(calls.length > 0 && { tool_calls }) }]
  },
  'openai-responses': (response) =>
    blocksFor<CallMessageShapes['openai-responses'][number]>(response, 'openai-responses', {
      text: (text) => ({ type: 'message', role: 'assistant', content: text }),
      call: (call) => {
        const { name, json } = call
        return { type: 'function_call', call_id: idOf(call, 'openai-responses'), name, arguments: json }
      },
      idKey: 'call_id',
    }),
  anthropic: (response) => {
    const content = blocksFor<Block<'anthropic'>>(response, 'anthropic', {
      text: (text) => ({ type: 'text', text }),
      call: (call) => ({ type: 'tool_use', id: idOf(call, 'anthropic'), name: call.name, input: { ...call.input } }),
      idKey: 'id',
    })
    return [{ role: 'assistant', content }]
  },
  google: (response) => {
    const parts = blocksFor<CallMessageShapes['google'][number]['parts'][number]>(response, 'google', {
      text: (text) => ({ text }),
      call: ({ id, name, input }) => {
        const known = id === undefined || isMadeId(id) ? undefined : { id }
        return { functionCall: { ...known, name, args: { ...input } } }
      },
      idKey: 'id',
    })
    return [{ role: 'model', parts }]
  },
  'ai-sdk': (response) => {
    // What the AI SDK wrote itself has all that its providers need again.
    const own = read(read(response.given, 'response'), 'messages')
    if (Array.isArray(own) && own.length > 0) return own as CallMessageShapes['ai-sdk']
    const content = blocksFor<Block<'ai-sdk'>>(response, 'ai-sdk', {
      text: (text) => ({ type: 'text', text }),
      call: (call) => {
        const { name: toolName, input, raw } = call
        const providerOptions = read(raw, 'providerMetadata') ?? read(raw, 'providerOptions')
        const fields = { type: 'tool-call' as const, toolCallId: idOf(call, 'ai-sdk'), toolName, input }
        return providerOptions === undefined ? fields : { ...fields, providerOptions }
      },
      idKey: 'toolCallId',
    })
    return [{ role: 'assistant', content }]
  },
}

/**
 * A response of a model as the message of the assistant, with its calls, in the shape of any provider. The messages of `resultsFor` come
 * after it. An empty response makes no message. `results`: the results of its calls, if it may have calls without ids.
 *
 * Throws `tools/incomplete-response` if only the beginning of the response is there: half an answer must not pass for a whole one.
 */
export function callsFor<In extends Shape>(shape: In, response: unknown, results?: CallIds): CallMessageShapes[In] {
  checkArgumentCount(arguments.length, 3, 'callsFor(shape, response, results)', 'tools/illegal-option')
  const write = writerOf(WRITERS, 'callsFor(shape, response)', shape)
  const parsed = modelResponse(response, results)
  const isEmpty = parsed.text === '' && parsed.calls.length === 0
  return isEmpty ? [] : write(parsed)
}

interface BlockWriters<One> {
  readonly text: (text: string) => One
  readonly call: (call: SentCall) => One
  /** Where a block has its id. */
  readonly idKey: string
}

/** The blocks of a message: those of the response if they are in this shape, otherwise its text and its calls. */
function blocksFor<One extends object>(
  { text, calls, blocks, shape }: ModelResponse,
  wanted: Shape,
  writers: BlockWriters<One>,
): One[] {
  const isOwn = calls.length > 0 && shape === wanted && calls.every(({ raw }) => blocks?.includes(raw))
  if (!isOwn || blocks === undefined) return [...(text === '' ? [] : [writers.text(text)]), ...calls.map(writers.call)]
  const byRaw = new Map(calls.map((call) => [call.raw, call]))
  const own = blocks.map((block): One => {
    const call = byRaw.get(block)
    if (call === undefined) return (isObject(block) ? sentFields(block) : block) as One
    return call.isUnsupported
      ? rawCall(call, writers.idKey)
      : { ...sentFields(call.raw as object), ...writers.call(call) }
  })
  const hasText = blocks.some((block) => !byRaw.has(block))
  return hasText || text === '' ? own : [writers.text(text), ...own]
}

/** What SDKs add to messages and blocks, and providers refuse in a request; and what this file writes itself. */
const NOT_SENT = new Set([
  'tool_calls',
  'function_call',
  'audio',
  'parsed',
  'parsed_arguments',
  'parsed_output',
  'providerMetadata',
])

function sentFields(given: object): object {
  return Object.fromEntries(Object.entries(given).filter(([key]) => !NOT_SENT.has(key)))
}

/** What a message of OpenAI has beside text and calls, such as the reasoning of compatible servers. */
function ownFields({ given, shape }: ModelResponse): object {
  const message = read(given, 'message') ?? given
  return shape === 'openai-chat' && isObject(message) && 'tool_calls' in message ? sentFields(message) : {}
}

function openaiCall(call: SentCall): OpenaiCall {
  const { name, json } = call
  return { id: idOf(call, 'openai-chat'), type: 'function', function: { name, arguments: json } }
}

/** Another kind of call, as it came: only its own provider gets it so. */
function rawCall<One>({ raw, id }: SentCall, idKey: string): One {
  return { ...(raw as object), ...(id !== undefined && { [idKey]: id }) } as One
}

function idOf({ id, name }: SentCall, shape: Shape): string {
  if (id !== undefined) return id
  return refuse(
    `a call to "${name}" has no id, and ${shape} finds its result by one; pass the results too: callsFor('${shape}', response, results)`,
  )
}
