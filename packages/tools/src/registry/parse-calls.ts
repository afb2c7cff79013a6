import type { Clock } from '@stageflow/core'
import { isThenable, withinLimit } from '@stageflow/core/kit'

import {
  isResolvedCall,
  isUnresolvedCall,
  resolvedCall,
  unresolvedCall,
  type ParsedCall,
  type ResolvedCall,
  type ToolIssue,
  type UnresolvedCall,
  type UnresolvedFields,
} from '../parsed-call.ts'
import { frozenInput } from '../plain-copy.ts'
import { callIds } from '../providers/call-ids.ts'
import { callsIn, type FoundCall } from '../providers/find-calls.ts'
import { issuesText, validate, type Validation } from '../schema.ts'
import type { AnyTool } from '../tool-types.ts'
import { nearestName } from './nearest-name.ts'
import { parseArguments, type ArgumentLimits } from './parse-arguments.ts'
import type { Reading } from './resolve-events.ts'

export interface ParseRules extends ArgumentLimits {
  readonly maxCalls: number
  readonly createId: () => string
  /** Whether messages may name the tool to the model. */
  readonly isShown: (tool: AnyTool) => boolean
}

type Place = Pick<ResolvedCall, 'callId' | 'index'>
interface Reader {
  readonly tools: ReadonlyMap<string, AnyTool>
  readonly rules: ParseRules
  readonly whyUnknown: (name: string) => Why
}
type Why = Omit<UnresolvedFields, keyof Place | 'name' | 'shape' | 'raw'>

const NOTHING = { tool: undefined, given: undefined }
const LONGEST_NAME = 64
const MOST_NAMES = 20

/** Every call in `given`, in order, resolved or with a reason; pending if its schema is asynchronous. Never throws for what the model sent. */
export function parseCalls(
  given: unknown,
  tools: ReadonlyMap<string, AnyTool>,
  rules: ParseRules,
): readonly (Reading | PendingReading)[] {
  const idOf = callIds(rules.createId)
  let unknown: Reader['whyUnknown'] | undefined
  const whyUnknown = (name: string): Why => (unknown ??= unknownTools(tools, rules))(name)
  const reader = { tools, rules, whyUnknown }
  return callsIn(given).map((found, index) => {
    if (isParsed(found.raw, tools)) return { call: found.raw }
    const place = { callId: idOf(found.id), index }
    if (index < rules.maxCalls) return readCall(found, place, reader)
    const message = `Only the first ${rules.maxCalls} calls of a message are made, and this is number ${index + 1}.`
    return { call: unresolved(found, place, { reason: 'too_many_calls', message }), news: NOTHING }
  })
}

/** A call that was parsed before is not parsed again, unless the registry has another tool of that name. */
function isParsed(raw: unknown, tools: ReadonlyMap<string, AnyTool>): raw is ParsedCall {
  return isResolvedCall(raw) ? tools.get(raw.name) === raw.tool : isUnresolvedCall(raw)
}

function readCall(found: FoundCall, place: Place, { tools, rules, whyUnknown }: Reader): Reading | PendingReading {
  const refuse = (why: Why, tool?: AnyTool): Reading => ({
    call: unresolved(found, place, why),
    news: { tool, given: undefined },
  })
  const { name, shape } = found
  if (found.isUnsupported) {
    const message = `No tool can handle this kind of call: ${found.problem}.`
    return refuse({ reason: 'unsupported_call', message })
  }
  if (shape === undefined || typeof name !== 'string' || name === '') {
    const message = `This tool call cannot be read: ${found.problem ?? 'it has no name'}.`
    return refuse({ reason: 'malformed_call', message })
  }
  const tool = tools.get(name)
  if (tool === undefined) return refuse(whyUnknown(name))
  const parsed = parseArguments(found.arguments, found.isCut, rules)
  if ('value' in parsed)
    return checkArguments({ found, place, name, shape, tool, given: parsed.value, json: parsed.json })
  return refuse({ ...parsed, message: `"${name}" was not called: ${parsed.message}.` }, tool)
}

/** A call whose tool exists, and whose arguments could be parsed. */
interface ReadableCall extends Pick<ResolvedCall, 'name' | 'shape' | 'tool'> {
  readonly found: FoundCall
  readonly place: Place
  /** The model's arguments. The schema may change them. */
  readonly given: unknown
  readonly json: string
}

/** Checks the arguments with the schema of the tool. */
function checkArguments(call: ReadableCall): Reading | PendingReading {
  try {
    const validation = validate(call.tool.input, call.given)
    return isThenable(validation) ? pendingReading(call, validation) : checkedReading(call, validation)
  } catch (error) {
    return failedReading(call, 'failed', error)
  }
}

function pendingReading(call: ReadableCall, validation: Promise<Validation>): PendingReading {
  return {
    answer: validation.then(
      (result) => checkedReading(call, result),
      (error: unknown) => failedReading(call, 'failed', error),
    ),
    late: (timeoutMs) => failedReading(call, `took longer than ${timeoutMs} ms`),
    cancelled: () => {
      const message = `"${call.name}" was not called: it was cancelled while its arguments were checked.`
      return refusedReading(call, { reason: 'cancelled', message })
    },
  }
}

function checkedReading(call: ReadableCall, validation: Validation): Reading {
  if ('issues' in validation) return refusedReading(call, invalidInput(call.name, validation.issues))
  const { place, name, shape, tool, given, json } = call
  const fields = { ...place, name, shape, tool, json, input: frozenInput(validation.value) }
  return { call: resolvedCall(fields), news: { tool, given } }
}

function failedReading(call: ReadableCall, what: string, cause?: unknown): Reading {
  const message = `"${call.name}" was not called: the check of its arguments ${what}.`
  return refusedReading(call, { reason: 'schema_failed', message, cause })
}

function refusedReading({ found, place, tool, given }: ReadableCall, why: Why): Reading {
  return { call: unresolved(found, place, why), news: { tool, given } }
}

/** Makes the message for unknown names. Made once per model message, because the list of tools may be long. */
function unknownTools(tools: ReadonlyMap<string, AnyTool>, { isShown }: ParseRules): Reader['whyUnknown'] {
  const names = [...tools.values()].filter(isShown).map((tool) => tool.name)
  const nearest = nearestName(names)
  const shown = names.slice(0, MOST_NAMES).join(', ')
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : ''
  const known = names.length === 0 ? 'There are no tools.' : `The tools are ${shown}${more}.`
  return (name) => {
    const suggestion = nearest(name)
    const hint = suggestion === undefined ? '.' : `; did you mean "${suggestion}"?`
    return {
      reason: 'unknown_tool',
      message: `There is no tool ${JSON.stringify(cutName(name))}${hint} ${known}`,
      suggestion,
    }
  }
}

function invalidInput(name: string, issues: readonly ToolIssue[]): Why {
  const message = `"${name}" was not called: its arguments do not match its schema. ${issuesText(issues)}.`
  return { reason: 'invalid_input', message: message.replace(/(?:\. )?\.\.?$/, '.'), issues }
}

function unresolved({ raw, shape, name }: FoundCall, place: Place, why: Why): UnresolvedCall {
  const shown = typeof name === 'string' && name !== '' ? cutName(name) : undefined
  return unresolvedCall({ ...place, ...why, name: shown, shape, raw })
}

const cutName = (name: string): string => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name)

/** A call whose schema is still checking it. */
export interface PendingReading {
  /** Never rejects. */
  readonly answer: Promise<Reading>
  /** The reading if the schema takes longer than this. */
  readonly late: (timeoutMs: number) => Reading
  /** The reading if the caller cancels. */
  readonly cancelled: () => Reading
}

export interface SettleLimits {
  readonly signal: AbortSignal | undefined
  readonly timeoutMs: number | undefined
  readonly clock: Clock
}

export const isPending = (reading: Reading | PendingReading): reading is PendingReading => 'answer' in reading

/** Waits for all readings, in order. When the time is over or the signal aborts, the missing ones become `late` or `cancelled`. Never rejects. */
export async function settleReadings(
  given: readonly (Reading | PendingReading)[],
  { signal, timeoutMs = Infinity, clock }: SettleLimits,
): Promise<readonly Reading[]> {
  const answers = new Map<PendingReading, Reading>()
  const settled = (missing: (pending: PendingReading) => Reading): readonly Reading[] =>
    given.map((each) => (isPending(each) ? (answers.get(each) ?? missing(each)) : each))
  // Otherwise a schema that is quick would still count.
  if (signal?.aborted) return settled((pending) => pending.cancelled())

  const all = Promise.all(given.filter(isPending).map(async (each) => answers.set(each, await each.answer)))
  let isLate = false
  const late = (): unknown => (isLate = true)
  await withinLimit(all, { clock, limitMs: timeoutMs, signal, late }).catch(() => {})
  return settled((pending) => (isLate ? pending.late(timeoutMs) : pending.cancelled()))
}
