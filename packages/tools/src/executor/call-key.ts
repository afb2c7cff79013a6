import { createHash } from 'node:crypto'

import { StageflowError } from '@stageflow/core'

import type { ResolvedCall } from './call-types.ts'
import { textOf } from './error-text.ts'

const DEEPEST = 100

/** The key that the caller gives a call; undefined for none. Throws `tools/illegal-key`. */
export function keyOf(call: ResolvedCall, answer: ((call: ResolvedCall) => unknown) | undefined): string | undefined {
  if (answer === undefined) return undefined
  const illegal = (what: string, cause?: unknown): StageflowError =>
    new StageflowError(
      'tools/illegal-key',
      `idempotencyKey() of a call of tool "${call.name}" ${what}; it has to answer a text, or undefined for none.`,
      { cause },
    )
  let key: unknown
  try {
    key = answer(call)
  } catch (error) {
    throw illegal(`threw (${textOf(error)})`, error)
  }
  if (key === undefined || (typeof key === 'string' && key !== '')) return key
  throw illegal(key === '' ? 'answered an empty text' : `answered a ${key === null ? 'null' : typeof key}`)
}

/** The same for calls that ask for the same: the tool's name and its input, whatever the order of keys. */
export function fingerprintOf({ name, input }: ResolvedCall): string {
  let text: string
  try {
    text = canonical([name, input], 0)
  } catch (error) {
    throw new StageflowError(
      'tools/illegal-key',
      `The call of tool "${name}" has an idempotency key, and an input that cannot be compared (${textOf(error)}).`,
      { cause: error },
    )
  }
  return createHash('sha256').update(text).digest('hex')
}

function canonical(value: unknown, depth: number): string {
  if (depth > DEEPEST) throw new Error(`it is inside itself, or more than ${DEEPEST} levels deep`)
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function' || typeof value === 'symbol') throw new Error(`it holds a ${typeof value}`)
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '0' : String(value)
  const each = (items: Iterable<unknown>): string => Array.from(items, (item) => canonical(item, depth + 1)).join(',')
  if (Array.isArray(value)) return `[${each(value)}]`
  if (value instanceof Map) return `Map(${each([...value].flat(1))})`
  if (value instanceof Set) return `Set(${each(value)})`
  if (value instanceof RegExp) return String(value)
  if (ArrayBuffer.isView(value))
    return `bytes(${new Uint8Array(value.buffer, value.byteOffset, value.byteLength).join()})`
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return `${value.constructor?.name}(${canonical((value as { toJSON(): unknown }).toJSON(), depth + 1)})`
  const entries = Object.entries(value).filter(([, held]) => held !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, held]) => `${JSON.stringify(key)}:${canonical(held, depth + 1)}`).join(',')}}`
}
