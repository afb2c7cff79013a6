import { StageflowError } from '@stageflow/core'

import { codeOf, textOf } from './error-text.ts'
import { frozenCopy } from './frozen-copy.ts'
import { validate } from './schema.ts'
import { isToolFailure, type ToolFailure } from './tool-failure.ts'
import type { AnyTool } from './tool-types.ts'

/** How a handler ended. */
export type Settled = { readonly ok: true; readonly output: unknown } | HandlerFailure

export interface HandlerFailure {
  readonly ok: false
  readonly code: string
  readonly message: string
  /** As it was thrown or reported. */
  readonly cause: unknown
}

/** A failure from what was thrown. */
export function thrown(error: unknown): HandlerFailure {
  return { ok: false, code: codeOf(error) ?? 'tools/handler-failed', message: textOf(error), cause: error }
}

/** What a handler's answer means: its output, checked, bounded and frozen, or a failure. Never rejects. */
export async function settledOf(tool: AnyTool, answer: unknown, maxLength: number): Promise<Settled> {
  try {
    if (isToolFailure(answer)) return reported(answer)
    // An error that is answered is no output: that would be a success in silence.
    if (answer instanceof Error) return thrown(answer)
    const value = tool.output === undefined ? answer : await checkedOutput(tool, tool.output, answer)
    return { ok: true, output: frozenCopy(value, { left: maxLength, used: 0 }) }
  } catch (error) {
    if (!StageflowError.is(error, 'tools/output-too-large')) return thrown(error)
    const text = `Tool "${tool.name}" answered more than ${maxLength} characters. Ask it for less, or raise maxOutputLength.`
    return thrown(new StageflowError('tools/output-too-large', text, { cause: error }))
  }
}

async function checkedOutput(tool: AnyTool, schema: NonNullable<AnyTool['output']>, answer: unknown): Promise<unknown> {
  const refused = (what: string, cause?: unknown): StageflowError =>
    new StageflowError('tools/invalid-output', `Tool "${tool.name}": ${what} Its handler or schema has to be mended.`, {
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
  throw refused(`its output schema refuses what the handler answered (${issues.join('; ')}).`)
}

/** Runs a handler that is an async generator: what it yields are partial results. */
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
    // It has been given up: lets its `finally` blocks run.
    await generator.return(undefined)
    throw signal.reason
  }
}

/** Those without promises too, whatever the types say: an answer that is not run would be a success in silence. */
export const isGenerator = (value: unknown): value is AsyncGenerator<unknown, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  (Symbol.asyncIterator in value || Symbol.iterator in value) &&
  'next' in value &&
  'return' in value

/** Whoever made it, in whatever copy of this package: its fields may be anything. */
function reported(failure: ToolFailure): HandlerFailure {
  const code = codeOf(failure) ?? 'tools/reported-failure'
  return { ok: false, code, message: textOf(failure.message), cause: failure }
}
