import type { ParsedCall, ResolvedCall, ToolIssue, UnresolvedCall } from './call-types.ts'
import { callIds } from './call-ids.ts'
import { nearestName } from './nearest-name.ts'
import { parseArguments } from './parse-arguments.ts'
import type { ArgumentLimits } from './parse-arguments.ts'
import { callsIn } from './parse-shapes.ts'
import type { FoundCall } from './parse-shapes.ts'
import { isResolvedCall, resolvedCall } from './resolved-call.ts'
import type { Reading } from './resolve-events.ts'
import type { PendingReading } from './settle-readings.ts'
import { isThenable, validate } from './schema.ts'
import type { Validation } from './schema.ts'
import type { AnyTool } from './tool-types.ts'
import { isUnresolvedCall, unresolvedCall } from './unresolved-call.ts'
import type { UnresolvedFields } from './unresolved-call.ts'

export interface ParseRules extends ArgumentLimits {
  readonly maxCalls: number
  readonly createId: () => string
  /** Whether the model may hear of the tool. */
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

/** Every call in `given`, in its order, resolved or with the reason why not; pending where a schema answers with a promise. Never throws for what it is given. */
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
    const message = `Only the first ${rules.maxCalls} calls of a message are made; this is number ${index + 1}.`
    return { call: unresolved(found, place, { reason: 'too_many_calls', message }), news: NOTHING }
  })
}

/** What was parsed before is not parsed again, unless its tool is another now. */
function isParsed(raw: unknown, tools: ReadonlyMap<string, AnyTool>): raw is ParsedCall {
  return isResolvedCall(raw) ? tools.get(raw.name) === raw.tool : isUnresolvedCall(raw)
}

function readCall(found: FoundCall, place: Place, { tools, rules, whyUnknown }: Reader): Reading | PendingReading {
  const { name, shape } = found
  if (found.isUnsupported) {
    const message = `This is no call that a tool can be found for: ${found.problem}.`
    return { call: unresolved(found, place, { reason: 'unsupported_call', message }), news: NOTHING }
  }
  if (shape === undefined || typeof name !== 'string' || name === '') {
    const call = unresolved(found, place, {
      reason: 'malformed_call',
      message: `This is no tool call that can be read: ${found.problem ?? 'it has no name'}.`,
    })
    return { call, news: NOTHING }
  }
  const tool = tools.get(name)
  if (tool === undefined) return { call: unresolved(found, place, whyUnknown(name)), news: { tool, given: undefined } }

  const parsed = parseArguments(found.arguments, found.isCut, rules)
  if (!('value' in parsed)) {
    const message = `"${name}" was not called: ${parsed.message}.`
    return { call: unresolved(found, place, { ...parsed, message }), news: { tool, given: undefined } }
  }
  const given = parsed.value
  const news = { tool, given }
  const settle = (validation: Validation): Reading => {
    if ('issues' in validation) return { call: unresolved(found, place, invalidInput(name, validation.issues)), news }
    const fields = { ...place, name, shape, tool, arguments: given, input: validation.value }
    return { call: resolvedCall(fields), news }
  }
  const failed = (what: string, cause?: unknown): Reading => {
    const message = `"${name}" was not called: the check of its arguments ${what}.`
    return { call: unresolved(found, place, { reason: 'schema_failed', message, cause }), news }
  }
  try {
    const validation = validate(tool.input, given)
    if (!isThenable(validation)) return settle(validation)
    const answer = validation.then(settle, (error: unknown) => failed('failed', error))
    const cancelled = (): Reading => {
      const message = `"${name}" was not called: it was cancelled while its arguments were checked.`
      return { call: unresolved(found, place, { reason: 'cancelled', message }), news }
    }
    return { answer, late: (timeoutMs) => failed(`took longer than ${timeoutMs} ms`), cancelled }
  } catch (error) {
    return failed('failed', error)
  }
}

/** What is said of names that no tool has; made once for a message, for the list of tools may be long. */
function unknownTools(tools: ReadonlyMap<string, AnyTool>, { isShown }: ParseRules): Reader['whyUnknown'] {
  const names = [...tools.values()].filter(isShown).map((tool) => tool.name)
  const nearest = nearestName(names)
  const shown = names.slice(0, MOST_NAMES).join(', ')
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : ''
  const known = names.length === 0 ? 'There are no tools at all.' : `The tools are ${shown}${more}.`
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
  const list = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  const message = `"${name}" was not called: its arguments do not fit. ${list.join('; ')}.`
  return { reason: 'invalid_input', message: message.replace(/(?:\. )?\.\.?$/, '.'), issues }
}

function unresolved({ raw, shape, name }: FoundCall, place: Place, why: Why): UnresolvedCall {
  const shown = typeof name === 'string' && name !== '' ? cutName(name) : undefined
  return unresolvedCall({ ...place, ...why, name: shown, shape, raw })
}

const cutName = (name: string): string => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name)
