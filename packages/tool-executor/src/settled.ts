import { StageflowError } from '@stageflow/core'
import { textOf, isError } from '@stageflow/core/kit'
import type { AnyTool } from '@stageflow/tools'
import { failureIn, issuesText, shortCode, validate } from '@stageflow/tools/kit'

import { frozenCopy } from './frozen-copy.ts'

/** How a handler ended. */
export type Settled = { readonly ok: true; readonly output: unknown } | HandlerFailure

export interface HandlerFailure {
  readonly ok: false
  readonly code: string
  readonly message: string
  /** What was thrown or returned. */
  readonly cause: unknown
}

/** The failure for a thrown value. */
export function failureFor(error: unknown): HandlerFailure {
  return { ok: false, code: shortCode(error) ?? 'tool-executor/handler-failed', message: textOf(error), cause: error }
}

/** What a handler's return value means: its output, checked, bounded and frozen, or a failure. Never rejects. */
export async function settledOf(tool: AnyTool, answer: unknown, maxLength: number): Promise<Settled> {
  try {
    const failure = failureIn(answer)
    if (failure !== undefined) return { ok: false, ...failure, cause: answer }
    // A returned error is not an output: that would be a silent success.
    if (isError(answer)) return failureFor(answer)
    const value = tool.output === undefined ? answer : await checkedOutput(tool, tool.output, answer)
    return { ok: true, output: frozenCopy(value, { left: maxLength }) }
  } catch (error) {
    if (!StageflowError.is(error, 'tool-executor/too-large')) return failureFor(error)
    const text = `Tool "${tool.name}" returned more than ${maxLength} characters. Ask it for less, or raise maxOutputLength.`
    return failureFor(new StageflowError('tool-executor/too-large', text, { cause: error }))
  }
}

async function checkedOutput(tool: AnyTool, schema: NonNullable<AnyTool['output']>, answer: unknown): Promise<unknown> {
  const refused = (what: string, cause?: unknown): StageflowError =>
    new StageflowError(
      'tool-executor/output-schema',
      `Tool "${tool.name}": ${what} Fix its handler or its output schema.`,
      {
        cause,
      },
    )
  let checked
  try {
    checked = await validate(schema, answer)
  } catch (error) {
    throw refused(`its output schema threw (${textOf(error)}).`, error)
  }
  if (!('issues' in checked)) return checked.value
  throw refused(`its output schema refuses what the handler returned (${issuesText(checked.issues)}).`)
}

/** Runs a handler that is a generator: what it yields are partial results. */
export async function drain(
  generator: AsyncGenerator<unknown, unknown>,
  signal: AbortSignal,
  partial: (value: unknown) => void,
): Promise<unknown> {
  for (;;) {
    const { done, value } = await generator.next()
    if (done === true) return value
    partial(value)
    if (!signal.aborted) continue
    // The call has ended: let the generator run its `finally` blocks.
    await generator.return(undefined)
    throw signal.reason
  }
}

/** Synchronous generators too, whatever the types say: a generator that isn't run would be a silent success. */
export const isGenerator = (value: unknown): value is AsyncGenerator<unknown, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  (Symbol.asyncIterator in value || Symbol.iterator in value) &&
  'next' in value &&
  'return' in value
