import { describe, isArray, isNumber, isObject, isText } from '../base/check.ts'
import { StageflowError, asClause, textOf } from '../base/errors.ts'
import type { ErrorRecord } from '../base/errors.ts'
import { fieldOfArray, isPlain } from '../base/objects.ts'
import { optionProblems } from '../base/options.ts'
import type { OptionRule, OptionRules } from '../base/options.ts'
import { BY_ENGINE, Output, STATUS_WORDS, copiedOutput, failed } from '../contract/output.ts'
import type { CallFacts, Fact, Place } from './executor.ts'

type OutputFacts = Pick<CallFacts, 'status' | 'gaps' | 'by'>

/** An output as facts. If JSON would lose a part of it, the call has failed with `core/not-json`. */
export function factsOf(output: Output, stage: string): OutputFacts {
  const gaps: Place[] = []
  const json = output.toJSON() as OutputFacts
  const lost = notJson(json, [], gaps)
  if (lost === undefined)
    return {
      ...json,
      ...(gaps.length > 0 && { gaps }),
      ...(output.isByEngine && { by: 'engine' }),
    }
  return factsOf(
    failed(
      'core/not-json',
      `Stage "${stage}" of a durable run returned ${lost}, which JSON cannot hold; return plain data.`,
    ),
    stage,
  )
}

/**
 * Describes the first value that JSON would lose or change. Undefined fields of objects are left out. Undefined items of arrays, such
 * as the skipped items of a map, become `gaps`.
 */
export function notJson(value: unknown, place: Place, gaps: Place[]): string | undefined {
  if (isJsonScalar(value)) return undefined
  if (value === undefined) {
    gaps.push(place)
    return undefined
  }
  // A value that contains itself has no end.
  if (place.length > 500) return `${pathOf(place.slice(0, 9))} (more than 500 levels)`
  if (!isArray(value) && !isPlain(value)) return `${pathOf(place)} (${describe(value)})`
  const field = isArray(value) ? fieldOfArray(value) : undefined
  if (field !== undefined) return `${pathOf(place)} (an array with the field ${field})`
  for (const [key, inner] of isArray(value) ? value.entries() : definedFields(value)) {
    const lost = notJson(inner, [...place, key], gaps)
    if (lost !== undefined) return lost
  }
  return undefined
}

const isJsonScalar = (value: unknown): boolean =>
  value === null || isText(value) || typeof value === 'boolean' || Number.isFinite(value)

const definedFields = (value: object): [string, unknown][] =>
  Object.entries(value).filter(([, inner]) => inner !== undefined)

const pathOf = (place: Place): string => place.join('.').replace(/\.(\d+)\b/g, '[$1]')

const OBJECTS: OptionRule = [(value) => isArray(value) && value.every(isObject), 'an array of objects']
const PLACES: OptionRule = [(value) => isArray(value) && value.every(isArray), 'an array of arrays']
/** What the fields of a call's facts must be. The others can't break a leg. */
const CALL_FACTS: OptionRules = {
  status: [(value) => STATUS_WORDS.has(value), 'a status', true],
  after: [isNumber, 'a number', true],
  error: [(value) => isText(Object(value).code), 'an error'],
  gaps: PLACES,
  decided: PLACES,
  attempts: OBJECTS,
  items: [isObject, 'an object'],
}
const OK_FACTS: OptionRules = { ...CALL_FACTS, data: [isPlain, 'an object', true] }

const KINDS: ReadonlySet<unknown> = new Set<Fact['kind']>(['call', 'timer', 'answer', 'stop'])

export const isFact = (given: unknown): given is Fact =>
  isObject(given) && KINDS.has(given['kind']) && isNumber(given['at'])

/**
 * What is wrong with a fact that comes from outside an executor, such as with a run that is moved; undefined for nothing. Check facts
 * before a run begins with them: with a wrong one, each of its legs would be over at once.
 */
export function wrongFact(fact: unknown): string | undefined {
  if (!isFact(fact)) return 'not a fact: it needs kind "call", "timer", "answer" or "stop", and at, in ms since 1970'
  if (!isText(fact.key)) return 'key must be a string'
  if (fact.kind === 'stop') {
    if (!isText(fact.reason)) return 'reason must be a string'
    if (fact.interrupt !== undefined && !isObject(fact.interrupt)) return 'interrupt must be an object'
  }
  if (fact.kind !== 'call') return undefined
  return isObject(fact.facts) ? wrongIn(fact.facts) : 'facts must be an object'
}

/** What is wrong with the facts of a call that an executor gave, if anything is. */
export function wrongIn(facts: CallFacts): string | undefined {
  const [first] = optionProblems(facts, facts.status === 'ok' ? OK_FACTS : CALL_FACTS, 'facts.', 'any')
  return first
}

/** The output that facts were made of. Its errors have the code, message and causes of the first ones. */
export function outputOf(facts: Omit<CallFacts, 'after'>, stage: string): Output {
  const { error, gaps = [], by, status } = facts
  for (const place of gaps) fill(facts, place)
  const cause = error && revived(error)
  if (by !== 'engine') return copiedOutput({ ...facts, error: cause } as never, stage)
  const { data, retryable, ofChild } = facts
  return new Output(status, cause, {
    ...BY_ENGINE,
    data,
    ...(retryable !== undefined && { retryable }),
    ...(ofChild && { ofChild }),
  })
}

/** JSON wrote null for an undefined item. The facts are this leg's own copy. */
function fill(facts: object, place: Place): void {
  const list = place.slice(0, -1).reduce<unknown>((inside, key) => Object(inside)[key], facts)
  if (isArray(list)) (list as unknown[])[Number(place.at(-1))] = undefined
}

export const revived = ({ code, message, cause }: ErrorRecord): StageflowError =>
  new StageflowError(code, message, cause && { cause: revived(cause) })

/** A number that differs for most values that differ as JSON (FNV-1a). `what` returned the value. */
export function hashOf(value: unknown, what: string): number {
  const text = jsonOf(value, what) ?? ''
  let hash = 0x811c9dc5
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) as number), 0x01000193)
  return hash >>> 0
}

function jsonOf(value: unknown, what: string): string | undefined {
  try {
    // A row of a database may have one.
    return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner))
  } catch (cause) {
    throw new StageflowError(
      'core/not-json',
      `${what} returned what JSON cannot hold (${asClause(textOf(cause))}), so a later leg could not compare it. Return plain data.`,
      { cause },
    )
  }
}
