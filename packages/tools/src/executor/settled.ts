import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'

import { frozenCopy } from '../plain-copy.ts'
import { validate } from '../schema.ts'
import { failureIn, shortCode } from '../tool-failure.ts'
import type { AnyTool } from '../tool-types.ts'

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
export function thrown(error: unknown): HandlerFailure {
  return { ok: false, code: shortCode(error) ?? 'tools/handler-failed', message: textOf(error), cause: error }
}

/** What a handler's return value means: its output, checked, bounded and frozen, or a failure. Never rejects. */
export async function settledOf(tool: AnyTool, answer: unknown, maxLength: number): Promise<Settled> {
  try {
    const failure = failureIn(answer)
    if (failure !== undefined) return { ok: false, ...failure, cause: answer }
    // A returned error is not an output: that would be a silent success.
    if (answer instanceof Error) return thrown(answer)
    const value = tool.output === undefined ? answer : await checkedOutput(tool, tool.output, answer)
    return { ok: true, output: frozenCopy(value, { left: maxLength, used: 0 }) }
  } catch (error) {
    if (!StageflowError.is(error, 'tools/output-too-large')) return thrown(error)
    const text = `Tool "${tool.name}" returned more than ${maxLength} characters. Ask it for less, or raise maxOutputLength.`
    return thrown(new StageflowError('tools/output-too-large', text, { cause: error }))
  }
}

async function checkedOutput(tool: AnyTool, schema: NonNullable<AnyTool['output']>, answer: unknown): Promise<unknown> {
  const refused = (what: string, cause?: unknown): StageflowError =>
    new StageflowError('tools/invalid-output', `Tool "${tool.name}": ${what} Fix its handler or its output schema.`, {
      cause,
    })
  let checked
  try {
    checked = await validate(schema, answer)
  } catch (error) {
    throw refused(`its output schema threw (${textOf(error)}).`, error)
  }
  if (!('issues' in checked)) return checked.value
  const issues = checked.issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  throw refused(`its output schema refuses what the handler returned (${issues.join('; ')}).`)
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
