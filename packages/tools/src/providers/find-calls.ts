import { isError, read } from '@stageflow/core/kit'

import { isCustom, isCutReason, isObject, kindOf, toolsetOf } from './call-kinds.ts'
import type { Fields } from './call-kinds.ts'
import type { ToolCallShape } from '../parsed-call.ts'
import { isChunk } from './is-chunk.ts'
import { StreamingCall } from './streaming-call.ts'

/** A call as it was found, unchecked. */
export interface FoundCall {
  readonly raw: unknown
  readonly shape: ToolCallShape | undefined
  readonly id: unknown
  readonly name: unknown
  readonly arguments: unknown
  /** Why it cannot be read or no tool can handle it; undefined if it can. */
  readonly problem?: string
  /** It is another kind of call, which no tool can handle. */
  readonly isUnsupported?: true
  /** Its end is missing: only arguments that are complete JSON count as complete. */
  readonly isCut: boolean
}

/** Marks a part without a type that is not a call: Google's parts differ by their keys. */
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
  // Tools that Google runs itself
  'toolCall',
  'toolResponse',
]

const CALL_KEYS = ['name', 'function', 'functionCall', 'toolName', 'method']
const MESSAGE_KEYS = ['tool_calls', 'invalid_tool_calls', 'function_call', 'toolCalls', 'functionCalls']
const PART_LIST_KEYS = ['content', 'parts']
/** `calls`: of what `parseAndResolve` returned. */
const CONTENT_KEYS = [...PART_LIST_KEYS, 'message', 'toolCall', 'output', 'calls']

/** What a message or response without calls has. A blocked response of Google doesn't even have a list. */
const RESPONSE_KEYS = ['usage', 'usageMetadata', 'promptFeedback']

const UNREADABLE = 'reading it throws: a getter or a proxy does, or it is inside itself'
const MESSAGE = 'it is a message; pass only the last message of a conversation'
export const CHUNK = 'it is a chunk of a stream; put chunks together with streamedCalls() of @stageflow/tools/stream'
const RESPONSE = 'it is a whole response; pass it alone, not in an array'
const STREAM = 'it is a stream; put its chunks together with streamedCalls() of @stageflow/tools/stream'
const PROMISE = 'it is a promise; await it first'
const TEXT = 'it is a string; parse its JSON first'
const ERROR = 'it is an error, which has no calls'
const RESULT = 'it is the result of a call; write results with resultsFor() of @stageflow/tools/messages'
const UNKNOWN = 'its shape is not that of a known provider'

/**
 * The calls in what a model returned: a list of calls, content blocks, parts or steps, one call, or a whole message or response with
 * all its alternatives. Never throws.
 */
export function callsIn(given: unknown): readonly FoundCall[] {
  if (given === undefined || given === null) return []
  try {
    const alternatives = alternativesIn(given)
    if (alternatives === undefined) return callsInOne(given)
    if (!alternatives.some((each) => isObject(each) && isObject(each['delta'])))
      return alternatives.flatMap((each) => callsInAlternative(each))
    return isChunk(given) ? [nothingIn(given, CHUNK)] : []
  } catch {
    return [nothingIn(given, UNREADABLE)]
  }
}

/** OpenAI's choices, Google's candidates. */
export function alternativesIn(given: unknown): readonly unknown[] | undefined {
  const list = isObject(given) ? (read(given, 'choices') ?? read(given, 'candidates')) : undefined
  return Array.isArray(list) ? list : undefined
}

function callsInAlternative(given: unknown): readonly FoundCall[] {
  try {
    const holdsNothing = listIn(given) === undefined && !(isObject(given) && hasAny(given, CALL_KEYS))
    return holdsNothing ? [] : callsInOne(given)
  } catch {
    return [nothingIn(given, UNREADABLE)]
  }
}

function callsInOne(given: unknown): readonly FoundCall[] {
  const list = listIn(given)
  const steps = callsInSteps(given)
  if (list === undefined) return steps.length > 0 ? steps : [callIn(given) ?? nothingIn(given, UNKNOWN)]
  const own = callsInList(list, isCutOff(given))
  // A result of the AI SDK repeats the calls of its last step.
  return [...steps.filter(({ id }) => id === undefined || !own.some((call) => call.id === id)), ...own]
}

function callsInSteps(given: unknown): readonly FoundCall[] {
  const steps = isObject(given) ? given['steps'] : undefined
  return Array.isArray(steps) ? steps.flatMap((step: unknown) => heldCalls(step) ?? []) : []
}

/** The calls in a list. `isCut`: the last item of the list is incomplete. */
function callsInList(list: readonly unknown[], isCut: boolean): readonly FoundCall[] {
  const last = list.at(-1)
  const items = unanswered(list, list)
  return items.flatMap((item, at) => {
    const isLast = at === items.length - 1 && item === last
    return heldCalls(item) ?? callOfItem(item, isCut && isLast)
  })
}

/** The call that an item of a list is; empty if it is something else. */
function callOfItem(item: unknown, isCut: boolean): readonly FoundCall[] {
  const found = callIn(item)
  if (found === undefined) return []
  return [isCut ? { ...found, isCut } : found]
}

/**
 * The calls in an item of a list that is not a call itself and holds some: a step of the AI SDK, or text with calls beside it.
 * Undefined for an item that holds none, and for a message: a list of messages is a conversation, whose calls may have been made.
 */
function heldCalls(given: unknown): readonly FoundCall[] | undefined {
  try {
    if (!isObject(given) || 'role' in given || hasAny(given, CALL_KEYS)) return undefined
    const { type } = given
    if (type !== undefined && type !== 'text' && type !== 'output_text') return undefined
    const calls = MESSAGE_KEYS.flatMap((key) => given[key] ?? [])
    if (calls.length > 0) return callsInList(unanswered(calls, given['toolResults']), isCutOff(given))
    const blocks = PART_LIST_KEYS.map((key) => given[key]).find((list) => Array.isArray(list) && holdsCalls(list))
    return blocks === undefined ? undefined : callsInList(blocks as readonly unknown[], isCutOff(given))
  } catch {
    return [nothingIn(given, UNREADABLE)]
  }
}

/** Leaves out calls of the AI SDK whose results are among `results`: they have been made. */
function unanswered(calls: readonly unknown[], results: unknown): readonly unknown[] {
  if (!Array.isArray(results)) return calls
  const answered = new Set<unknown>()
  for (const result of results as readonly unknown[])
    if (/^tool-(?:result|error)$/.test(String(read(result, 'type')))) answered.add(read(result, 'toolCallId'))
  return answered.size === 0 ? calls : calls.filter((call) => read(call, 'type') !== 'tool-call' || !answered.has(read(call, 'toolCallId'))) // prettier-ignore
}

const hasAny = (given: Fields, keys: readonly string[]): boolean => keys.some((key) => key in given)

/** The call that one block, part or call is; undefined if it is something else. */
function callIn(given: unknown): FoundCall | undefined {
  try {
    if (given instanceof StreamingCall) return callIn(given.finished())
    if (typeof given === 'string' && /^\s*[[{]/.test(given)) return nothingIn(given, TEXT)
    if (!isObject(given)) return nothingIn(given, `it is ${typeOf(given)}, not an object`)
    return typeof given['type'] === 'string' ? typedCall(given, given['type']) : untypedCall(given)
  } catch {
    return nothingIn(given, UNREADABLE)
  }
}

/** The list that has the calls of a message or a response; undefined for a single call and for an unknown shape. */
export function listIn(given: unknown): readonly unknown[] | undefined {
  if (Array.isArray(given)) return given
  if (!isObject(given)) return undefined
  const lists = MESSAGE_KEYS.map((key) => given[key]).filter((list) => list !== undefined && list !== null)
  // A value that is not a list, such as a promise, is reported as what it is.
  const calls = lists.flatMap((list: unknown) => list)
  if (calls.length > 0) return unanswered(calls, given['toolResults'])
  const isCall = hasAny(given, CALL_KEYS)
  // A block is not a message, whatever is in it: the call in a request for approval must not be made.
  const isBlock = isCall || (typeof given['type'] === 'string' && given['type'] !== 'message')
  const content = isBlock ? undefined : contentIn(given, lists.length > 0 ? PART_LIST_KEYS : CONTENT_KEYS)
  if (content !== undefined) return content
  const isMessage = typeof given['role'] === 'string' || hasAny(given, RESPONSE_KEYS)
  return lists.length > 0 || (isMessage && !isCall) ? [] : undefined
}

/** The list under the first of these keys that has one. An object there is a message with a list of its own, or a single call. */
function contentIn(given: Fields, keys: readonly string[]): readonly unknown[] | undefined {
  for (const key of keys) {
    const content = given[key]
    if (Array.isArray(content)) return content
    if (isObject(content)) return listIn(content) ?? (isEmpty(content) ? [] : [content])
  }
  return undefined
}

const isEmpty = (content: Fields): boolean => Object.keys(content).length === 0 && typeof content['then'] !== 'function'

/** Whether the model ran out of tokens, so that the last thing it said is incomplete. */
function isCutOff(given: unknown): boolean {
  return isObject(given) && ['stop_reason', 'finish_reason', 'finishReason'].some((key) => isCutReason(given[key]))
}

/** A block with a type: most are text, reasoning, results, or calls that the provider makes itself. */
function typedCall(given: Fields, type: string): FoundCall | undefined {
  const kind = kindOf(given, type)
  if (kind === 'function') return callOf(given)
  if (isChunk(given)) return nothingIn(given, CHUNK)
  if (kind === 'unsupported') return unsupported(given, type)
  if (MESSAGE_KEYS.some((key) => holdsCalls(given[key]))) return nothingIn(given, MESSAGE)
  return type === 'message' && holdsCalls(given['content']) ? nothingIn(given, MESSAGE) : undefined
}

const holdsCalls = (list: unknown): boolean => Array.isArray(list) && list.some((block) => callIn(block) !== undefined)

/** What an object without a type is: a call in the form of some provider, or one of Google's other parts. */
function untypedCall(given: Fields): FoundCall | undefined {
  const isPart = !hasAny(given, CALL_KEYS) && hasAny(given, PART_KEYS)
  if (!isPart) return callOf(given)
  const hasCalls = [...MESSAGE_KEYS, ...PART_LIST_KEYS].some((key) => holdsCalls(given[key]))
  return hasCalls ? callOf(given) : undefined
}

/** Reads a call by the keys that its provider uses. What has none of them is a call with a problem. */
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
  if (given === undefined && isError(raw)) return nothingIn(raw, ERROR)
  if (given === undefined && isResult(raw)) return nothingIn(raw, RESULT)
  const id = raw['id'] ?? raw['callId'] ?? raw['call_id']
  if ('name' in raw) return call(raw, 'plain', id, raw['name'], given)
  return { ...nothingIn(raw, problemOf(raw)), id }
}

const ENDS: ReadonlySet<unknown> = new Set(['completed', 'failed', 'denied', 'cancelled'])

/** Whether `execute` returned it. It has the name and the id of its call, so it would be made again, without arguments. */
const isResult = (raw: Fields): boolean => 'callId' in raw && 'attempts' in raw && ENDS.has(raw['status'])

/** A call of a kind that no tool can handle. */
function unsupported(raw: Fields, type: string): FoundCall {
  const id = raw['call_id'] ?? raw['toolCallId'] ?? raw['id']
  const { name } = isCustom(raw) ? (raw['custom'] as Fields) : raw
  const toolset = toolsetOf(raw)
  const problem =
    toolset === undefined
      ? `its type is ${JSON.stringify(type.slice(0, 64))}, and tools take only functions with JSON arguments`
      : `it belongs to the toolset ${JSON.stringify(toolset.slice(0, 64))}`
  return { ...call(raw, undefined, id, name, undefined), problem, isUnsupported: true }
}

/** Why an object cannot be read as a call: most often something was passed too early, or too much. */
function problemOf(raw: Fields): string {
  if (typeof raw['then'] === 'function') return PROMISE
  if (Symbol.asyncIterator in raw) return STREAM
  if ('role' in raw) return MESSAGE
  if (isChunk(raw)) return CHUNK
  return alternativesIn(raw) === undefined ? UNKNOWN : RESPONSE
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

/** Reads nothing of `raw`, which may throw. */
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
