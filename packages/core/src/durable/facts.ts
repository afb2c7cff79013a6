import { isArray, isFunction, isObject } from '../base/check.ts'
import { StageflowError } from '../base/errors.ts'
import type { ErrorRecord } from '../base/errors.ts'
import { isPlain } from '../base/objects.ts'
import { BY_ENGINE, Output, copiedOutput, failed } from '../contract/output.ts'
import type { CallFacts } from './executor.ts'

/** The output itself, or the failure `core/not-json` if JSON would lose a part of it. */
export function asJson(output: Output, stage: string): Output {
  const path = notJson({ data: output.data, request: output.request, state: output.state }, '')
  if (path === undefined) return output
  return failed(
    'core/not-json',
    `Stage "${stage}" of a durable run returned ${path}, which JSON cannot hold; return strings, finite numbers, booleans, null, arrays and plain objects.`,
  )
}

/** The path of the first value that JSON would lose or change. Undefined fields of objects are left out. */
function notJson(value: unknown, path: string): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (Number.isFinite(value)) return undefined
  if (!isArray(value) && !isPlain(value)) return `${path} (${kindOf(value)})`
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined && !isArray(value)) continue
    const lost = notJson(inner, isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`)
    if (lost !== undefined) return lost
  }
  return undefined
}

const kindOf = (value: unknown): string =>
  isObject(value) ? (value.constructor?.name ?? 'an object') : isFunction(value) ? 'a function' : String(value)

/** The output that facts were made of. Its errors have the code, message and causes of the first ones. */
export function outputOf(facts: Omit<CallFacts, 'after'>, stage: string): Output {
  const { error } = facts
  const read = error === undefined ? facts : { ...facts, error: revived(error) }
  if (error !== undefined && facts.by === 'engine') return new Output(facts.status, revived(error), BY_ENGINE)
  return copiedOutput(read as never, stage)
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
