import { QUICK_DEPTH } from '../base/bounds.ts'
import { isObject } from '../base/check.ts'
import { StageflowError, textOf } from '../base/errors.ts'
import { onRejection } from '../base/foreign.ts'
import { define, freezeDeep, isPlainJson } from '../base/objects.ts'

/** A named object that a problem can mention, such as an interceptor. */
export interface Named {
  readonly name: string
}

/** Calls a hook that only watches. If it throws or rejects, that is reported and changes nothing. `by`: undefined for the event sink. */
export function tell<Subject, Context>(
  facts: { readonly notebook: Notebook },
  by: Named | undefined,
  hook: (subject: Subject, context: Context) => unknown,
  subject: Subject,
  context: Context,
  what: string,
): void {
  try {
    const answer = hook(subject, context)
    if (answer !== undefined) facts.notebook.reportRejection(answer, by, what)
  } catch (cause) {
    facts.notebook.reportThrow(cause, by, what)
  }
}

/** Returns a note that stays as it is: frozen, or as JSON writes it if it isn't plain data. Throws `core/note` if JSON can't. */
export function checkedNote(key: unknown, value: unknown): unknown {
  let why: string | undefined
  let cause: unknown
  try {
    if (isPlainJson(value, QUICK_DEPTH)) return isObject(value) ? freezeDeep(value) : value
    const json = JSON.stringify(value) as string | undefined
    if (json !== undefined) return JSON.parse(json)
    why = `JSON has nothing for a ${typeof value}`
  } catch (thrown) {
    cause = thrown
    why = textOf(thrown).split('\n', 1)[0]
  }
  throw new StageflowError(
    'core/note',
    `The note "${String(key)}" must be JSON, such as { inputTokens: 12 }: ${why}.`,
    { cause },
  )
}

/** The notes of a run, and the problems that didn't affect its result. */
export class Notebook {
  notes: Record<string, unknown> | undefined
  problems: StageflowError[] | undefined
  /** The names of interceptors that have been reported, since each is reported once. */
  #reported: Set<string | undefined> | undefined

  note(key: string, value: unknown): void {
    define((this.notes ??= {}), key, checkedNote(key, value))
  }

  /** Keeps a problem, even after the run is over: a promise may reject later, but before the report is read. */
  problem(problem: StageflowError): void {
    ;(this.problems ??= []).push(problem)
  }

  /** A watching hook returned a promise by mistake. If that rejects, the failure must be seen, and must not end the process. */
  reportRejection(answer: unknown, by: Named | undefined, what?: string): void {
    onRejection(answer, (cause) => this.reportThrow(cause, by, what))
  }

  /** An interceptor threw in a hook that only watches. Each interceptor is reported once. */
  reportThrow(cause: unknown, by: Named | undefined, what: string = 'a call'): void {
    if (this.#reported?.has(by?.name)) return
    ;(this.#reported ??= new Set()).add(by?.name)
    const who = by === undefined ? 'The event sink' : `Interceptor "${by.name}"`
    this.problem(
      new StageflowError('core/observer-threw', `${who} threw when it was told of ${what}: ${textOf(cause)}`, {
        cause,
      }),
    )
  }
}
