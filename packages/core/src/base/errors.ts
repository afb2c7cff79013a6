import { DEEPEST_CAUSE, MOST_PROBLEMS } from './bounds.ts'
import { codeOf, isError, read, tagOf } from './foreign.ts'
import { defined, getter } from './objects.ts'

/** Lets two copies of core in one process recognize each other's errors. */
const BRAND: unique symbol = Symbol.for('@stageflow/error')

/** The one error class of Stageflow: a stable `code` (`core/cycle`), and a message that says what happened, where, and what to do. */
export class StageflowError extends Error {
  static {
    getter(this.prototype, BRAND, () => true)
    Object.defineProperty(this.prototype, 'name', { value: 'StageflowError', configurable: true, writable: true })
  }

  declare readonly code: string
  /** Of `core/interrupted`: what `run.interrupt(reason, data)` was given. */
  declare readonly data?: unknown

  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
  }

  /**
   * Whether `value` is a Stageflow error, with this `code` if one is given. Prefer it to `instanceof`: an app may hold two
   * copies of core. Never throws.
   */
  static is(value: unknown, code?: string): value is StageflowError {
    try {
      return isError(value) && BRAND in value && (code === undefined || (value as { code?: unknown }).code === code)
    } catch {
      return false // a getter or a proxy that throws
    }
  }
}

// Node 20 has no `Promise.withResolvers`. Without this, runs with a sink would never settle there.
if (typeof Promise.withResolvers !== 'function')
  throw new StageflowError(
    'core/old-runtime',
    'This runtime has no Promise.withResolvers. Use Node 22.13 or newer, or a browser of 2024 or newer.',
  )

/** The error that `build()` throws. `problems` has every problem of the pipeline, each with its own code. */
export class PipelineBuildError extends StageflowError {
  declare readonly problems: readonly StageflowError[]

  constructor(pipeline: string, problems: readonly StageflowError[]) {
    const shown = problems
      .slice(0, MOST_PROBLEMS)
      .map((problem) => `\n- [${problem.code}] ${problem.message}`)
      .join('')
    const more =
      problems.length > MOST_PROBLEMS ? `\n- … and ${problems.length - MOST_PROBLEMS} more, in error.problems` : ''
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
    super('core/build', `Pipeline "${pipeline}" cannot be built; it has ${count}:${shown}${more}`)
    // Not enumerable: the message lists them already, so printing the error need not repeat them.
    Object.defineProperty(this, 'problems', { value: problems })
  }
}

/** The JSON form of an error; `cause` is kept five deep. */
export interface ErrorRecord {
  readonly code: string
  readonly message: string
  readonly stage?: string
  readonly cause?: ErrorRecord
}

/** Text for any thrown value. Never throws, even if a getter of the value does. */
export function textOf(value: unknown): string {
  try {
    if (isError(value)) return String(value.message || value.name)
    if (typeof value !== 'object' || value === null) return String(value)
    const json = JSON.stringify(value) ?? '{}'
    // A promise or a map is {} in JSON, so its type is shown instead.
    return json === '{}' ? tagOf(value).replace('[object Object]', json) : json
  } catch {
    return typeof value === 'object' ? 'an object that cannot be read' : typeof value
  }
}

/** Returns `value` if it is an error; otherwise a `core/stage-failed` error with `value` as its cause. */
export function toError(value: unknown): Error {
  return isError(value) ? value : new StageflowError('core/stage-failed', textOf(value), { cause: value })
}

export function errorRecord(error: unknown, stage?: string, depth = 0): ErrorRecord {
  const cause = depth < DEEPEST_CAUSE ? causeOf(error) : undefined
  return {
    // Errors of Node and of many clients have their own string code.
    code: codeOf(error) ?? 'core/stage-failed',
    message: textOf(error),
    ...defined({ stage, cause: isError(cause) ? errorRecord(cause, undefined, depth + 1) : undefined }),
  }
}

/** The cause of an error. An AggregateError, as of Promise.any, has its first error as cause. */
function causeOf(error: unknown): unknown {
  const errors = read(error, 'errors')
  return read(error, 'cause') ?? (Array.isArray(errors) ? errors[0] : undefined)
}

/** A sentence as a part of another one: without its full stop. */
export const asClause = (sentence: string): string => sentence.replace(/\.+$/, '')
