import { isArray, isFunction, isObject } from '../base/check.ts'
import { StageflowError } from '../base/errors.ts'
import type { ErrorRecord } from '../base/errors.ts'
import { isPlain } from '../base/objects.ts'
import { BY_ENGINE, Output, copiedOutput, failed } from '../contract/output.ts'
import type { CallFacts, Place } from './executor.ts'

type OutputFacts = Pick<CallFacts, 'status' | 'gaps' | 'by'>

/** An output as facts. If JSON would lose a part of it, the call has failed with `core/not-json`. */
export function factsOf(output: Output, stage: string): OutputFacts {
  const gaps: Place[] = []
  const { data, request, state, artifacts, events } = output
  const lost = notJson({ data, request, state, artifacts, events }, [], gaps)
  if (lost === undefined)
    return {
      ...(output.toJSON() as OutputFacts),
      ...(gaps.length > 0 && { gaps }),
      ...(output.isByEngine && { by: 'engine' }),
    }
  return factsOf(
    failed(
      'core/not-json',
      `Stage "${stage}" of a durable run returned ${lost}, which JSON cannot hold; return strings, finite numbers, booleans, null, arrays and plain objects.`,
    ),
    stage,
  )
}

/**
 * Describes the first value that JSON would lose or change. Undefined fields of objects are left out. Undefined items of arrays, such
 * as the skipped items of a map, become `gaps`.
 */
function notJson(value: unknown, place: Place, gaps: Place[]): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value))
    return undefined
  if (value === undefined) {
    gaps.push(place)
    return undefined
  }
  if (!isArray(value) && !isPlain(value)) return `${pathOf(place)} (${kindOf(value)})`
  for (const [key, inner] of isArray(value) ? value.entries() : Object.entries(value)) {
    if (inner === undefined && !isArray(value)) continue
    const lost = notJson(inner, [...place, key], gaps)
    if (lost !== undefined) return lost
  }
  return undefined
}

const pathOf = ([first, ...rest]: Place): string =>
  `${first}${rest.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')}`

const kindOf = (value: unknown): string =>
  isObject(value) ? (value.constructor?.name ?? 'an object') : isFunction(value) ? 'a function' : String(value)

/** The output that facts were made of. Its errors have the code, message and causes of the first ones. */
export function outputOf(facts: Omit<CallFacts, 'after'>, stage: string): Output {
  const { error, gaps = [], by, status } = facts
  for (const place of gaps) fill(facts, place)
  if (error === undefined) return copiedOutput(facts as never, stage)
  if (by !== 'engine') return copiedOutput({ ...facts, error: revived(error) } as never, stage)
  const failure = new Output(status, revived(error), BY_ENGINE)
  return facts.data === undefined ? failure : failure.withData(facts.data)
}

/** JSON wrote null for an undefined item. The facts are this leg's own copy. */
function fill(facts: object, place: Place): void {
  const list = place.slice(0, -1).reduce<unknown>((inside, key) => Object(inside)[key], facts)
  if (isArray(list)) (list as unknown[])[Number(place.at(-1))] = undefined
}

const revived = ({ code, message, cause }: ErrorRecord): StageflowError =>
  new StageflowError(code, message, cause && { cause: revived(cause) })

/** A number that differs for most values that differ as JSON (FNV-1a). */
export function hashOf(value: unknown): number {
  const text = JSON.stringify(value) ?? ''
  let hash = 0x811c9dc5
  for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193)
  return hash >>> 0
}
