import { StageflowError } from '@stageflow/core'
import { isPlain, show, textOf } from '@stageflow/core/kit'

/** The deepest nesting that is written. */
const DEEPEST = 500

/**
 * Writes a value from outside as JSON. Throws `durable-local/not-json` if JSON would lose or change a part of it, and
 * `durable-local/too-large`. `what` names it in messages.
 */
export function jsonText(value: unknown, what: string, maxLength: number): string {
  const problem = lostIn(value, '', 0)
  if (problem !== undefined)
    throw new StageflowError(
      'durable-local/not-json',
      `${what} has ${problem}, which JSON cannot hold. Pass strings, finite numbers, booleans, null, arrays and plain objects.`,
    )
  const text = written(value, what)
  if (text.length > maxLength) throw tooLarge(what, text.length, maxLength)
  return text
}

/** Reads what this package has written into a journal. `what` names it, such as `input`. Throws `durable-local/damaged`. */
export function readJson(text: string, what: string, runId: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The cause would quote the text, which may hold secrets.
    throw new StageflowError(
      'durable-local/damaged',
      `The ${what} of run "${runId}" is not JSON anymore, so another program has changed the journal. Restore the file from a backup, or start the run again with a new runId.`,
    )
  }
}

export const tooLarge = (what: string, length: number, maxLength: number): StageflowError =>
  new StageflowError(
    'durable-local/too-large',
    `${what} has ${length} characters as JSON; at most ${maxLength} are kept. Store large data elsewhere and pass its key, or raise maxFactLength.`,
  )

/** The first part of a value that JSON would lose or change. Undefined fields of objects are left out. */
function lostIn(value: unknown, path: string, depth: number): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value))
    return undefined
  const isList = Array.isArray(value)
  if (depth > DEEPEST) return `more than ${DEEPEST} levels at ${path.slice(0, 60)}…`
  if (!isList && !isPlain(value)) return `${show(value)} at ${path === '' ? 'its top' : path}`
  for (const [key, inner] of Object.entries(value as object) as [string, unknown][]) {
    if (inner === undefined && !isList) continue
    const lost = lostIn(inner, isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`, depth + 1)
    if (lost !== undefined) return lost
  }
  return undefined
}

function written(value: unknown, what: string): string {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    throw new StageflowError('durable-local/not-json', `${what} cannot be written as JSON: ${textOf(cause)}.`, {
      cause,
    })
  }
}
