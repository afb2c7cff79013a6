import { asJson } from '../as-json.ts'
import type { UnresolvedReason } from '../parsed-call.ts'
import { jsonFault } from './json-position.ts'

/** Limits of a call's arguments. */
export interface ArgumentLimits {
  /** Maximum length of the arguments as JSON, in characters; of objects, of their keys and values. */
  readonly maxArgumentsLength: number
  readonly maxDepth: number
}

export interface ArgumentsProblem {
  readonly reason: Extract<UnresolvedReason, 'invalid_json' | 'invalid_input' | 'too_large' | 'malformed_call'>
  readonly message: string
  readonly position?: number
}

/** `json`: the text that the value was parsed from. */
export type ParsedArguments = { readonly value: unknown; readonly json: string } | ArgumentsProblem

const noArguments = (): ParsedArguments => ({ value: {}, json: '{}' })
const CUT_OFF: ArgumentsProblem = {
  reason: 'malformed_call',
  message: 'its arguments are incomplete, because the response was cut off',
}

/** Parses the arguments of a call and checks their size. Missing or empty arguments are `{}`, unless they are incomplete. Never throws. */
export function parseArguments(given: unknown, isCut: boolean, limits: ArgumentLimits): ParsedArguments {
  try {
    if (isCut && (typeof given !== 'string' || given.trim() === '')) return CUT_OFF
    if (given === undefined || given === null) return noArguments()
    if (typeof given === 'string') return parseText(given, limits)
    return sizeProblem(given, limits) ?? parseObject(given)
  } catch {
    return { reason: 'malformed_call', message: 'its arguments cannot be read' }
  }
}

/** Copies an object by way of JSON: the provider's own may change later, and parts that JSON doesn't have could not be frozen. */
function parseObject(given: unknown): ParsedArguments {
  const text = asJson(given)
  if (!('lost' in text)) return { value: JSON.parse(text.json), json: text.json }
  return { reason: 'malformed_call', message: `its arguments have what JSON cannot have: ${text.lost}` }
}

/** A text without these holds no forbidden key, escapes included. */
const SUSPICIOUS = /__proto__|\\u/

function parseText(text: string, limits: ArgumentLimits): ParsedArguments {
  const { maxArgumentsLength, maxDepth } = limits
  if (text.length > maxArgumentsLength)
    return {
      reason: 'too_large',
      message: `its arguments are ${text.length} characters long, and the maximum is ${maxArgumentsLength}`,
    }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return text.trim() === '' ? noArguments() : invalidJson(text)
  }
  // Each level takes at least two characters, so most texts are too short to be too deep.
  const isHarmless = text.length <= 2 * maxDepth && !SUSPICIOUS.test(text)
  return (isHarmless ? undefined : sizeProblem(value, limits)) ?? { value, json: text }
}

function invalidJson(text: string): ArgumentsProblem {
  const { position, expected } = jsonFault(text) ?? { position: 0, expected: 'JSON' }
  const found =
    position < text.length
      ? `found ${JSON.stringify(String.fromCodePoint(text.codePointAt(position) ?? 0))}`
      : 'the text ends'
  return {
    reason: 'invalid_json',
    message: `its arguments are not valid JSON: expected ${expected} at position ${position}, but ${found}`,
    position,
  }
}

/** What is wrong with the size, depth or keys of a value. Bounded, also for circular values. */
function sizeProblem(value: unknown, { maxArgumentsLength, maxDepth }: ArgumentLimits): ArgumentsProblem | undefined {
  let left = maxArgumentsLength
  const walk = (one: unknown, depth: number): ArgumentsProblem | undefined => {
    left -= typeof one === 'string' ? one.length + 2 : 1
    if (left < 0)
      return { reason: 'too_large', message: `its arguments are longer than ${maxArgumentsLength} characters` }
    if (typeof one !== 'object' || one === null) return undefined
    if (depth >= maxDepth)
      return { reason: 'too_large', message: `its arguments are nested more than ${maxDepth} levels deep` }
    if (Array.isArray(one)) {
      for (const item of one) {
        const problem = walk(item, depth + 1)
        if (problem !== undefined) return problem
      }
      return undefined
    }
    for (const key of Object.keys(one)) {
      if (key === '__proto__')
        return { reason: 'invalid_input', message: 'its arguments have a key "__proto__", which is not allowed' }
      left -= key.length + 3
      const problem = walk((one as Readonly<Record<string, unknown>>)[key], depth + 1)
      if (problem !== undefined) return problem
    }
    return undefined
  }
  return walk(value, 0)
}
