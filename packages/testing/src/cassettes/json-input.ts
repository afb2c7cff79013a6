import { StageflowError } from '@stageflow/core'
import type { RunInput } from '@stageflow/core'
import { isPlain, show, textOf } from '@stageflow/core/kit'

/** The input as JSON returns it. Throws `testing/not-json` for a part that JSON would lose or change. Undefined fields are left out. */
export function jsonInput(input: RunInput): RunInput {
  if (!isPlain(input)) throw notJson(`must be an object, not ${show(input)}`)
  try {
    return JSON.parse(JSON.stringify(input, refuseLost)) as RunInput
  } catch (error) {
    if (StageflowError.is(error, 'testing/not-json')) throw error
    throw notJson(`cannot be written as JSON: ${textOf(error)}`, error)
  }
}

/** A replacer of `JSON.stringify` that changes nothing. `written`: what a method `toJSON` has made of the value. */
function refuseLost(this: Readonly<Record<string, unknown>>, key: string, written: unknown): unknown {
  const value = this[key]
  const isLeftOut = value === undefined && !Array.isArray(this)
  if (isLeftOut || value === null || isJson(value)) return written
  throw notJson(`has ${show(value)} in "${key}"`)
}

function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value === 'string' || typeof value === 'boolean') return true
  return Array.isArray(value) || isPlain(value)
}

const notJson = (problem: string, cause?: unknown): StageflowError =>
  new StageflowError(
    'testing/not-json',
    `The input of recordRun() ${problem}. Pass strings, finite numbers, booleans, null, arrays and plain objects.`,
    { cause },
  )
