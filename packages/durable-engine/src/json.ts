import { StageflowError } from '@stageflow/core'
import { asClause, lostInJson, printable, textOf } from '@stageflow/core/kit'

/**
 * Writes a value from outside as JSON. Throws `durable-engine/not-json` if JSON would lose or change a part of it, and
 * `durable-engine/too-large`. `what` names it in messages.
 */
export function jsonText(value: unknown, what: string, maxLength: number): string {
  const problem = lostInJson(value)
  if (problem !== undefined)
    throw new StageflowError(
      'durable-engine/not-json',
      `${what} has ${problem}, which JSON cannot hold. Pass strings, finite numbers, booleans, null, arrays and plain objects.`,
    )
  const text = written(value, what)
  if (text.length > maxLength) throw tooLarge(what, text.length, maxLength)
  return text
}

/** The error for answers of which a getter or a proxy throws. Errors of this package stay as they are. */
export const unreadable = (cause: unknown, runId: string): StageflowError =>
  StageflowError.is(cause)
    ? cause
    : new StageflowError(
        'durable-engine/not-json',
        `The answers for run "${runId}" cannot be read: ${asClause(printable(textOf(cause), 1_000))}. Pass strings, finite numbers, booleans, null, arrays and plain objects.`,
        { cause },
      )

/** Reads what this package has written into a journal. `what` names it, such as `input`. Throws `durable-engine/damaged`. */
export function readJson(text: string, what: string, runId: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The cause would quote the text, which may hold secrets.
    throw damaged(what, runId)
  }
}

/** The same, for what can only be an object. */
export function readObject(text: string, what: string, runId: string): object {
  const read = readJson(text, what, runId)
  if (!isRecord(read)) throw damaged(what, runId)
  return read
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const damaged = (what: string, runId: string): StageflowError =>
  new StageflowError(
    'durable-engine/damaged',
    `The ${what} of run "${runId}" is not what this package has written, so another program has changed the journal. Restore it from a backup, or start the run again with a new runId.`,
  )

export const tooLarge = (what: string, length: number, maxLength: number): StageflowError =>
  new StageflowError(
    'durable-engine/too-large',
    `${what} has ${length} characters as JSON; at most ${maxLength} are kept. Store large data elsewhere and pass its key, or raise maxFactLength.`,
  )

function written(value: unknown, what: string): string {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    throw new StageflowError(
      'durable-engine/not-json',
      `${what} cannot be written as JSON: ${asClause(textOf(cause))}.`,
      {
        cause,
      },
    )
  }
}
