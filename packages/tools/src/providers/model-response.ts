import { StageflowError } from '@stageflow/core'
import { read, show } from '@stageflow/core/kit'

import { asJson } from '../as-json.ts'
import { argumentsJson, isResolvedCall, type ToolCallShape } from '../parsed-call.ts'
import { callIds, idText, makeId } from './call-ids.ts'
import { isCustom, isObject, toolsetOf } from './call-kinds.ts'
import { alternativesIn, callsIn, CHUNK, type FoundCall, listIn } from './find-calls.ts'
import { sentName } from './sent-name.ts'

/** What a model returned, for the message that repeats it. */
export interface ModelResponse {
  readonly text: string
  readonly calls: readonly SentCall[]
  /** The message, choice or candidate, as it came. */
  readonly given: unknown
  /** The blocks of the message in their order, calls among them; undefined if it has none. */
  readonly blocks: readonly unknown[] | undefined
  /** In which shape all of its calls are; undefined if it has none. */
  readonly shape: ToolCallShape | undefined
}

/** A call of a message that is sent back to a model. */
export interface SentCall {
  /** Undefined if the response has no id, and the app gave no id. */
  readonly id: string | undefined
  readonly name: string
  /** The arguments as the model wrote them, which may not be JSON. */
  readonly json: string
  /** The arguments as an object; empty if they aren't one. */
  readonly input: Readonly<Record<string, unknown>>
  /** The call as it came. */
  readonly raw: unknown
  /** It is another kind of call, which no tool can handle. */
  readonly isUnsupported: boolean
}

/** The ids of a response's calls, in order: its results, or the `calls` that `parseAndResolve` returned. */
export type CallIds = readonly { readonly callId: string }[]

/**
 * Reads a whole response. Throws `tools/incomplete-response` if its end is missing, and `tools/illegal-option` if it can't be read, isn't
 * the model's, or has several alternatives, or if the ids aren't those of its calls.
 */
export function modelResponse(response: unknown, results: CallIds | undefined): ModelResponse {
  const ids = idsOf(results)
  const given = onlyAlternative(response)
  mustBeOfModel(given)
  const found = callsIn(given)
  const cut = whyIncomplete(response) ?? whyIncomplete(given) ?? whyCut(found)
  if (cut !== undefined) throw incomplete(cut)
  // A call that cannot be read is answered too, but only its result has an id.
  const unreadable = found.find(({ raw, problem, isUnsupported }) => {
    const isCall = isUnsupported === true || (ids !== undefined && raw !== given)
    return problem !== undefined && !isCall
  })
  if (unreadable?.problem !== undefined) refuseUnreadable(response, unreadable.problem)
  const calls = sentCalls(found, ids)
  const [shape, ...others] = new Set(found.map(shapeOf))
  return { text: textIn(given), calls, given, blocks: listIn(given), shape: others.length === 0 ? shape : undefined }
}

/** The ids of the results, checked. */
function idsOf(results: unknown): readonly string[] | undefined {
  if (results === undefined) return undefined
  const wanted = 'such as execute() returns, or the calls of parseAndResolve()'
  if (!Array.isArray(results)) return refuse(`the results must be an array, ${wanted}, not ${show(results)}`)
  return Array.from<unknown, string>(results, (result, index) => {
    const id = read(result, 'callId')
    if (typeof id === 'string' && id !== '') return id
    return refuse(
      `results[${index}].callId must be a string that is not empty, not ${show(id)}; pass results ${wanted}`,
    )
  })
}

function onlyAlternative(response: unknown): unknown {
  if (response === undefined || response === null)
    return refuse(`the response is ${show(response)}; pass what the provider's client returned`)
  const alternatives = alternativesIn(response)
  if (alternatives === undefined) return response
  if (alternatives.some((one) => isObject(read(one, 'delta')))) return refuseUnreadable(response, CHUNK)
  if (alternatives.length === 1) return alternatives[0]
  if (alternatives.length === 0) throw incomplete('has no choices or candidates', 'so it has no answer')
  return refuse(
    `the response has ${alternatives.length} alternatives, and a conversation goes on from one; pass the message of one of them`,
  )
}

const OTHER_ROLES: ReadonlySet<unknown> = new Set(['user', 'system', 'developer', 'tool', 'function'])

/** Refuses a message that isn't the model's, because it would be written as one. */
function mustBeOfModel(given: unknown): void {
  const role = [given, read(given, 'message'), read(given, 'content')]
    .map((one) => read(one, 'role'))
    .find((one) => OTHER_ROLES.has(one))
  if (role !== undefined) refuse(`the message has the role ${show(role)}; pass the message that the model returned`)
}

function sentCalls(found: readonly FoundCall[], ids: readonly string[] | undefined): readonly SentCall[] {
  if (ids !== undefined && ids.length !== found.length)
    refuse(
      `calls in the response: ${found.length}, results: ${ids.length}; pass the results of all its calls, and of no other response`,
    )
  // As parseAndResolve makes them unique, so that each result has its call.
  const uniqueId = callIds(makeId)
  return found.map((call, index) => {
    const own = idText(call.id) === undefined ? undefined : uniqueId(call.id)
    const id = ids?.[index] ?? own
    if (own !== undefined && own !== id)
      refuse(
        `results[${index}] is of the call ${show(id)}, and this call of the response is ${show(own)}; pass the results of this response, in their order`,
      )
    return {
      id,
      name: sentName(call.name),
      ...argumentsOf(call),
      raw: call.raw,
      isUnsupported: call.isUnsupported === true,
    }
  })
}

function argumentsOf({ arguments: given, raw }: FoundCall): Pick<SentCall, 'json' | 'input'> {
  const json = isResolvedCall(raw) ? argumentsJson(raw) : jsonText(given)
  try {
    const input: unknown = JSON.parse(json)
    return { json, input: isObject(input) ? input : {} }
  } catch {
    return { json, input: {} }
  }
}

/** What JSON cannot have becomes `{}`: the call was refused, and its result says why. */
function jsonText(given: unknown): string {
  if (typeof given === 'string') return given.trim() === '' ? '{}' : given
  try {
    const text = asJson(given ?? {})
    return 'json' in text ? text.json : '{}'
  } catch {
    return '{}'
  }
}

/** The shape of a call, also of a kind that no tool can handle. */
function shapeOf({ raw, shape, isUnsupported }: FoundCall): ToolCallShape | undefined {
  if (shape !== undefined || isUnsupported !== true || !isObject(raw)) return shape
  if (isCustom(raw)) return 'openai-chat'
  if (toolsetOf(raw) !== undefined) return 'anthropic'
  if ('call_id' in raw) return 'openai-responses'
  return 'toolCallId' in raw ? 'ai-sdk' : undefined
}

// ---------- text

/** The text of a response, or that of its refusal, without reasoning. */
function textIn(given: unknown): string {
  if (Array.isArray(given)) return given.map(blockText).join('')
  for (const key of ['content', 'message', 'parts', 'output']) {
    const held = read(given, key)
    if (typeof held === 'string') return key === 'content' ? held : ''
    if (typeof held === 'object' && held !== null) return textIn(held)
  }
  const text = read(given, 'text') ?? read(given, 'refusal')
  return typeof text === 'string' ? text : ''
}

const TEXT_TYPES: ReadonlySet<unknown> = new Set([undefined, 'text', 'output_text', 'refusal'])

function blockText(block: unknown): string {
  if (read(block, 'thought') === true) return ''
  const type = read(block, 'type')
  const text = read(block, type === 'refusal' ? 'refusal' : 'text')
  if (type === 'message') return textIn(block)
  return typeof text === 'string' && TEXT_TYPES.has(type) ? text : ''
}

// ---------- half an answer

/** Why models end a whole answer, in lower case. A reason that isn't known may be one for half an answer. */
const WHOLE = new Set([
  'stop',
  'stop_sequence',
  'end_turn',
  'eos',
  'eos_token',
  'complete',
  'completed',
  'function_call',
  'tool_call',
  'tool_calls',
  'tool_use',
  'pause_turn',
])
const REASON_KEYS = ['finish_reason', 'finishReason', 'stop_reason', 'stopReason', 'done_reason']

/** How a response ended, if it didn't end as a whole one does; undefined if it did, or doesn't say how. */
function whyIncomplete(given: unknown): string | undefined {
  if (read(given, 'partial') === true) return 'is marked as partial'
  const reasons = reasonsIn(given)
  // Google has refused the request.
  const blocked = read(read(given, 'promptFeedback'), 'blockReason')
  if (blocked !== undefined) reasons.push(blocked)
  if (Array.isArray(read(given, 'output'))) reasons.push(read(given, 'status') ?? 'completed')
  if (read(given, 'done') === false) reasons.push(null)
  // A choice of OpenAI and a candidate of Google have a reason, or they have not ended.
  for (const alternative of alternativesIn(given) ?? []) if (reasonsIn(alternative).length === 0) reasons.push(null)
  const cut = reasons.findIndex((reason) => !isWhole(reason))
  if (cut === -1) return undefined
  const reason = reasons[cut]
  return reason === null || reason === '' ? 'has no reason for its end' : `ended with ${show(reason)}`
}

const reasonsIn = (given: unknown): unknown[] =>
  REASON_KEYS.map((key) => read(given, key)).filter((reason) => reason !== undefined)

const isWhole = (reason: unknown): boolean =>
  typeof reason === 'string' && WHOLE.has(reason.toLowerCase().replaceAll('-', '_'))

function whyCut(found: readonly FoundCall[]): string | undefined {
  const cut = found.find(({ isCut }) => isCut)
  return cut && `has a call to ${show(cut.name)} whose end is missing`
}

const incomplete = (what: string, so = 'so it is only the beginning of an answer'): StageflowError =>
  new StageflowError(
    'tools/incomplete-response',
    `callsFor(): the response ${what}, ${so}. Ask the model again, with a higher limit if it ran out of tokens, or fail the stage.`,
  )

/** Refuses a response. `problem`: why it can't be read, perhaps with what to do behind a semicolon. */
function refuseUnreadable(response: unknown, problem: string): never {
  const fix = problem.includes(';') ? '' : `; pass what the provider's client returned, and not ${show(response)}`
  return refuse(`the response cannot be read: ${problem}${fix}`)
}

/** Throws `tools/illegal-option`. */
export function refuse(problem: string): never {
  throw new StageflowError('tools/illegal-option', `callsFor(): ${problem}.`)
}
