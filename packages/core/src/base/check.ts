import { isError, read, tagOf } from './foreign.ts'
import { show } from './show.ts'

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
export const isFunction = (value: unknown): value is Function => typeof value === 'function'
export const isText = (value: unknown): value is string => typeof value === 'string'
export const isName = (value: unknown): boolean => isText(value) && value !== ''
export const isNumber = (value: unknown): boolean => typeof value === 'number' && !Number.isNaN(value)
export const isAsyncIterator = (value: unknown): value is AsyncGenerator<unknown, unknown> =>
  isObject(value) && Symbol.asyncIterator in value && isFunction(value['next'])
export const isArray: (value: unknown) => value is readonly unknown[] = Array.isArray

/** Returns `did you mean "x"?` for the closest name within `most` edits, ignoring case; undefined if no name is that close. */
export function didYouMean(name: string, names: Iterable<string>, most: number = 2): string | undefined {
  let best: string | undefined
  let least = most + 1
  for (const one of names) {
    if (Math.abs(name.length - one.length) > most) continue // a name from outside may be megabytes long
    // More edits than one in three letters would turn a short name into any other, such as "nope" into "scope".
    let edits = Math.min(least - 1, Math.floor(Math.max(name.length, one.length) / 3))
    while (edits >= 0 && isNear(name.toLowerCase(), one.toLowerCase(), edits)) {
      least = edits--
      best = one
    }
  }
  return best === undefined ? undefined : `did you mean "${best}"?`
}

/** Whether at most `edits` edits turn `a` into `b`. Each inserts, removes or replaces a letter, or swaps two neighbors. */
function isNear(a: string, b: string, edits: number): boolean {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  if (edits === 0) return at === a.length && at === b.length
  const skip = (mine: number, other: number): boolean => isNear(a.slice(at + mine), b.slice(at + other), edits - 1)
  return skip(1, 1) || skip(1, 0) || skip(0, 1) || (a[at] === b[at + 1] && a[at + 1] === b[at] && skip(2, 2))
}

/** Marks the results of runs, which stages return by mistake. */
export const RESULT: unique symbol = Symbol.for('@stageflow/result')

/** Names a value that a stage must not return. */
export function describe(value: unknown): string {
  if (isError(value)) return 'an Error (throw it, or return StageOutput.fail(error))'
  if (isObject(value) && RESULT in value) return 'the result of a run (return its data, or use withPipeline)'
  const tag = tagOf(value)
  if (tag === '[object Generator]') return 'a generator (make the stage async function*)'
  if (tag === '[object AsyncGenerator]') return 'an async generator (only the stage itself can yield)'
  return show(value)
}

/** The key that marks the objects of every copy of this package; the value is the copy. */
const MADE_BY: unique symbol = Symbol.for('@stageflow/made-by')
const THIS_COPY = Symbol()

declare const COPY: unique symbol

/**
 * Exists only in types, and differs in each copy. It is the first member of types that two copies can't share, so that the
 * compiler's error is this sentence and not the first difference deep inside them.
 */
export interface OneCopy<out Types = unknown> {
  readonly 'two copies of @stageflow/core: run npm ls @stageflow/core': typeof COPY
  readonly types?: Types
}

export const OTHER_COPY = 'It was made by another copy of @stageflow/core. Run "npm ls @stageflow/core", then keep one.'

/** Marks an object, or all that have it as their prototype, as made by this copy. */
export function branded<T extends object>(object: T): T & { readonly [Symbol.species]: OneCopy } {
  return Object.defineProperty(object, MADE_BY, { value: THIS_COPY }) as ReturnType<typeof branded<T>>
}

/**
 * A sentence for an error message if another copy of core made `value`: a pipeline, a graph, a stage of `defineStage` or a
 * slot. Otherwise undefined. npm installs a second copy if a package has core among its `dependencies` instead of its
 * `peerDependencies`.
 */
export function fromOtherCopy(value: unknown): string | undefined {
  return (read(value, MADE_BY) ?? THIS_COPY) === THIS_COPY ? undefined : OTHER_COPY
}

/** Says that a value isn't `must`, or that another copy made it. `what` names it and begins the message. */
export function isNot(what: string, must: string, value: unknown): string {
  return fromOtherCopy(value) === undefined
    ? `${what} must be ${must}, not ${show(value)}.`
    : `${what} cannot be used here. ${OTHER_COPY}`
}
