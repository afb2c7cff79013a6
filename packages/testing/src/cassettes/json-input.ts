import { StageflowError } from '@stageflow/core'
import type { RunInput } from '@stageflow/core'
import { isPlain, show, textOf } from '@stageflow/core/kit'

/** The input as JSON returns it. Throws `testing/not-json` for a part that JSON would lose or change. Undefined fields are left out. */
export function jsonInput(input: RunInput): RunInput {
  try {
    return JSON.parse(JSON.stringify(input, refuseLost)) as RunInput
  } catch (error) {
    if (StageflowError.is(error, 'testing/not-json')) throw error
    throw notJson(`cannot be written as JSON: ${textOf(error)}`, error)
  }
}

function refuseLost(this: Readonly<Record<string, unknown>>, key: string, written: unknown): unknown {
  // What was there before a method toJSON.
  const value = this[key]
  if (value === undefined && !Array.isArray(this) && key !== '') return written
  if (value === null ? key === '' : !isJson(value))
    throw notJson(`has ${show(value)}${key === '' ? '' : ` in "${key}"`}`)
  return written
}

function isJson(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    Number.isFinite(value) ||
    Array.isArray(value) ||
    isPlain(value)
  )
}

const notJson = (problem: string, cause?: unknown): StageflowError =>
  new StageflowError(
    'testing/not-json',
    `The input of recordRun() ${problem}. Pass strings, finite numbers, booleans, null, arrays and plain objects.`,
    { cause },
  )
