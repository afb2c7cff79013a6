import { isCustom, isCutReason, isObject, kindOf, toolsetOf } from './call-kinds.ts'
import type { Fields } from './call-kinds.ts'
import type { ToolCallShape } from './call-types.ts'
import { isChunk } from './chunk-deltas.ts'
import { WrittenCall } from './written-call.ts'

/** A call as it was found, nothing in it checked. */
export interface FoundCall {
  readonly raw: unknown
  readonly shape: ToolCallShape | undefined
  readonly id: unknown
  readonly name: unknown
  readonly arguments: unknown
  /** Why it cannot be read, or no tool be found for it; undefined where it can. */
  readonly problem?: string
  /** It can be read, and is a call of another kind. */
  readonly isUnsupported?: true
  /** Its end has not come: only arguments that are whole JSON are whole. */
  readonly isCut: boolean
}

/** What tells a part without a type that is no call: Google's parts are told apart by their keys. */
const PART_KEYS = [
  'text',
  'thought',
  'thoughtSignature',
  'inlineData',
  'fileData',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'audioTranscription',
  // Tools that Google runs itself.
  'toolCall',
  'toolResponse',
]

const CALL_KEYS = ['name', 'function', 'functionCall', 'toolName', 'method']
const MESSAGE_KEYS = ['tool_calls', 'invalid_tool_calls', 'function_call', 'toolCalls', 'functionCalls']
const PART_LIST_KEYS = ['content', 'parts']
/** `calls`: of what `parseAndResolve` has answered. */
const CONTENT_KEYS = [...PART_LIST_KEYS, 'message', 'toolCall', 'output', 'calls']

/** What a message or a response has that has no calls: that of Google, where it was blocked, not even a list. */
const RESPONSE_KEYS = ['usage', 'usageMetadata', 'promptFeedback']

const UNREADABLE = 'it cannot be read'
const MESSAGE = 'it is a message; of a conversation only the last message is to be read'
const CHUNK = 'it is a chunk of a stream; toolCallAccumulator() puts chunks together'
const STREAM = 'it is a stream; toolCallAccumulator() puts its chunks together'
const PROMISE = 'it is a promise, which is to be awaited first'
const TEXT = 'it is a text; the JSON of an answer is to be parsed first'
const UNKNOWN = 'it has the shape of no known provider'

/** The calls in what a model answered: a list of calls, of content blocks or of parts, one call, or a whole message or response. Never throws. */
export function callsIn(given: unknown): readonly FoundCall[] {
  if (given === undefined || given === null) return []
  try {
    const list = listIn(given)
    if (list === undefined) return [callIn(given) ?? nothingIn(given, UNKNOWN)]
    const isCut = isCutOff(given)
    const found: FoundCall[] = []
    for (const [at, each] of list.entries()) {
      const one = callIn(each)
      if (one !== undefined) found.push(isCut && at === list.length - 1 ? { ...one, isCut } : one)
    }
    return found
  } catch {
    return [nothingIn(given, UNREADABLE)]
  }
}

/** The call that one block, part or call is; undefined where it is something else. */
function callIn(given: unknown): FoundCall | undefined {
  try {
    if (given instanceof WrittenCall) return callIn(given.finished())
    if (typeof given === 'string' && /^\s*[[{]/.test(given)) return nothingIn(given, TEXT)
    if (!isObject(given)) return nothingIn(given, `it is ${typeOf(given)} and no object`)
    return typeof given['type'] === 'string' ? typedCall(given, given['type']) : untypedCall(given)
  } catch {
    return nothingIn(given, UNREADABLE)
  }
}

/** The list in which the calls of a message or a response stand; undefined for a single call, and for what is unknown. */
function listIn(given: unknown): readonly unknown[] | undefined {
  if (Array.isArray(given)) return given
  if (!isObject(given)) return undefined
  const alternatives = given['choices'] ?? given['candidates']
  if (Array.isArray(alternatives)) {
    const first: unknown = alternatives[0]
    if (isObject(first) && isObject(first['delta'])) return isChunk(given) ? undefined : []
    return listIn(first) ?? []
  }
  const isCall = CALL_KEYS.some((key) => key in given)
  const lists = MESSAGE_KEYS.map((key) => given[key]).filter((list) => list !== undefined && list !== null)
  // What is no list is told as what it is: a promise, say.
  const calls = lists.flatMap((list: unknown) => list)
  if (calls.length > 0) return calls
  // A block is no message, whatever is in it: the call in a request for approval is not to be made.
  const isBlock = isCall || (typeof given['type'] === 'string' && given['type'] !== 'message')
  for (const key of isBlock ? [] : lists.length > 0 ? PART_LIST_KEYS : CONTENT_KEYS) {
    const content = given[key]
    if (Array.isArray(content)) return content
    if (isObject(content)) return listIn(content) ?? (isEmpty(content) ? [] : [content])
  }
  const isMessage = typeof given['role'] === 'string' || RESPONSE_KEYS.some((key) => key in given)
  return lists.length > 0 || (isMessage && !isCall) ? [] : undefined
}

const isEmpty = (content: Fields): boolean => Object.keys(content).length === 0 && typeof content['then'] !== 'function'

/** Whether the model ran out of tokens: then the last thing that it said is not whole. */
function isCutOff(given: unknown): boolean {
  if (!isObject(given)) return false
  const alternatives = given['choices'] ?? given['candidates']
  const first: unknown = Array.isArray(alternatives) ? alternatives[0] : given
  return isObject(first) && ['stop_reason', 'finish_reason', 'finishReason'].some((key) => isCutReason(first[key]))
}

/** Of what has a type: most is text, thought, a result, or a call that the provider makes itself. */
function typedCall(given: Fields, type: string): FoundCall | undefined {
  const kind = kindOf(given, type)
  if (kind === 'function') return callOf(given)
  if (isChunk(given)) return nothingIn(given, CHUNK)
  if (kind === 'unsupported') return unsupported(given, type)
  const content = type === 'message' ? given['content'] : undefined
  const hasCalls = Array.isArray(content) && content.some((block) => callIn(block) !== undefined)
  return hasCalls ? nothingIn(given, MESSAGE) : undefined
}

function untypedCall(given: Fields): FoundCall | undefined {
  const isPart = !('functionCall' in given) && !('name' in given) && PART_KEYS.some((key) => key in given)
  return isPart ? undefined : callOf(given)
}

function callOf(raw: Fields): FoundCall {
  const { type } = raw
  const called = raw['function']
  if (isObject(called)) return call(raw, 'openai-chat', raw['id'], called['name'], called['arguments'])
  if (type === 'function_call')
    return call(raw, 'openai-responses', raw['call_id'] ?? raw['id'], raw['name'], raw['arguments'])
  if (type === 'tool_use') return call(raw, 'anthropic', raw['id'], raw['name'], raw['input'])
  const part = raw['functionCall']
  if (isObject(part)) {
    const { id, name, args, partialArgs, willContinue } = part
    const found = call(raw, 'google', id, name, args)
    return willContinue === true || partialArgs !== undefined ? { ...found, shape: undefined, problem: CHUNK } : found
  }
  if ('toolName' in raw) return call(raw, 'ai-sdk', raw['toolCallId'], raw['toolName'], raw['input'] ?? raw['args'])
  const request = raw['params']
  if (raw['method'] === 'tools/call' && isObject(request))
    return call(raw, 'mcp', raw['id'], request['name'], request['arguments'])
  const given = raw['arguments'] ?? raw['args'] ?? raw['input']
  const id = raw['id'] ?? raw['callId'] ?? raw['call_id']
  if ('name' in raw) return call(raw, 'plain', id, raw['name'], given)
  return { ...nothingIn(raw, problemOf(raw)), id }
}

function unsupported(raw: Fields, type: string): FoundCall {
  const id = raw['call_id'] ?? raw['toolCallId'] ?? raw['id']
  const { name } = isCustom(raw) ? (raw['custom'] as Fields) : raw
  const toolset = toolsetOf(raw)
  const problem =
    toolset === undefined
      ? `its type is ${JSON.stringify(type.slice(0, 64))}, and only functions with JSON arguments are called here`
      : `it is of the toolset ${JSON.stringify(toolset.slice(0, 64))}`
  return { ...call(raw, undefined, id, name, undefined), problem, isUnsupported: true }
}

function problemOf(raw: Fields): string {
  if (typeof raw['then'] === 'function') return PROMISE
  if (Symbol.asyncIterator in raw) return STREAM
  if ('role' in raw) return MESSAGE
  return isChunk(raw) ? CHUNK : UNKNOWN
}

const call = (
  raw: Fields,
  shape: ToolCallShape | undefined,
  id: unknown,
  name: unknown,
  given: unknown,
): FoundCall => ({
  raw,
  shape,
  id,
  name,
  arguments: given,
  isCut: raw['status'] === 'incomplete' || raw['status'] === 'in_progress',
})

/** Nothing of `raw` is read here: it may refuse to be. */
const nothingIn = (raw: unknown, problem: string): FoundCall => ({
  raw,
  shape: undefined,
  id: undefined,
  name: undefined,
  arguments: undefined,
  isCut: false,
  problem,
})

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : `of type ${typeof value}`
