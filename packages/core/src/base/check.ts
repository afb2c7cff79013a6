import { quote } from './errors.ts'

/** How to check a given value: a test, the words that follow "it must be", and whether the value is required. */
type Rule = readonly [test: (value: unknown) => boolean, must: string, isRequired?: boolean]
/** Rules by the name of the option or field. */
export type Rules = Readonly<Record<string, Rule>>

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
export const isFunction = (value: unknown): value is Function => typeof value === 'function'
export const isText = (value: unknown): value is string => typeof value === 'string'
export const isName = (value: unknown): boolean => isText(value) && value !== ''
export const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0
export const isArray: (value: unknown) => value is readonly unknown[] = Array.isArray

export const ANYTHING: Rule = [() => true, '']
export const COUNT: Rule = [isCount, 'a whole number from 1']
export const LIMIT: Rule = [(value) => value === Infinity || isCount(value), 'a whole number from 1, or Infinity']

/** A rule for one of two strings. */
export const oneOf = (one: string, other: string): Rule => [
  (value) => value === one || value === other,
  `'${one}' or '${other}'`,
]

/**
 * Calls `refuse('timeoutMs', '-5; it must be …')` for each value that breaks its rule. An undefined value passes unless it is
 * required.
 */
export function checkRules(
  given: Readonly<Record<string, unknown>>,
  rules: Rules,
  refuse: (key: string, why: string) => void,
): void {
  for (const key of Object.keys(rules)) {
    const [test, must, isRequired] = rules[key] as Rule
    const value = given[key]
    if ((value !== undefined || isRequired) && !test(value)) refuse(key, `${quote(value)}; it must be ${must}`)
  }
}

/** Whether `value` is a promise of any kind: of this realm or another, or an object that only has `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && isFunction(value['then'])
}

/** Returns ` Did you mean "x"?` for the closest name within `most` edits, ignoring case; undefined if no name is that close. */
export function didYouMean(name: string, names: Iterable<string>, most: number = 2): string | undefined {
  let best: string | undefined
  let least = most + 1
  for (const one of names) {
    if (Math.abs(one.length - name.length) >= least) continue
    const edits = distance(name.toLowerCase(), one.toLowerCase(), least)
    if (edits < least && edits < Math.max(name.length, one.length)) {
      least = edits
      best = one
    }
  }
  return best === undefined ? undefined : ` Did you mean "${best}"?`
}

/** Levenshtein distance, with a swap of two neighboring letters as one edit. Stops at a row that has reached `most`. */
function distance(a: string, b: string, most: number): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  let twoAbove: number[] = []
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const replaced = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (twoAbove[j - 2] ?? most) + 1 : most
      const edits = Math.min(replaced, swapped, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      row.push(edits)
      least = Math.min(least, edits)
    }
    if (least >= most) return most
    twoAbove = above
    above = row
  }
  return above[b.length] ?? 0
}

/** Marks the results of runs, which stages return by mistake. */
export const RESULT: unique symbol = Symbol.for('@stageflow/result')

/** Names a value that a stage must not return. */
export function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Error) return 'an Error (throw it, or return StageOutput.fail(error))'
  if (isFunction(value)) return `a function (${value.name.slice(0, 80) || 'without a name'})`
  if (typeof value !== 'object') return `a ${typeof value} (${quote(value)})`
  if (RESULT in value) return 'the result of a run (return its data, or use withPipeline)'
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  if (tag === 'Generator') return 'a generator (make the stage async function*)'
  if (tag === 'AsyncGenerator') return 'an async generator (only the stage itself can yield)'
  return `an instance of ${value.constructor?.name || tag}`
}
