import { didYouMean, isFunction, isObject } from '../base/check.ts'
import { StageflowError } from '../base/errors.ts'
import { show } from './show.ts'

/** How to check an option: a test, and the words that follow "must be". */
export type OptionRule = readonly [test: (value: unknown) => boolean, must: string]

/** The rules of all options, by name. An option without a rule is unknown, and refused. */
export type OptionRules<Options extends object = Record<string, unknown>> = {
  readonly [Name in keyof Required<Options>]: OptionRule
}

/** At most this many unknown names are listed: audio passed instead of options would have thousands. */
const MOST_UNKNOWN = 5

/** A whole number from `least` to `most`. */
export const whole = (least: number, most: number = Number.MAX_SAFE_INTEGER): OptionRule => [
  (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  `a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}`,
]
/** A number of milliseconds above 0. */
export const MILLISECONDS: OptionRule = [
  (value) => typeof value === 'number' && value > 0 && value < Infinity,
  'a number of milliseconds above 0',
]
/** A number of milliseconds from 0. */
export const DELAY: OptionRule = [
  (value) => typeof value === 'number' && value >= 0 && value < Infinity,
  'a number of milliseconds from 0',
]
export const FLAG: OptionRule = [(value) => typeof value === 'boolean', 'true or false']
export const TEXT: OptionRule = [(value) => typeof value === 'string' && value !== '', 'a string that is not empty']
export const ANY: OptionRule = [() => true, '']

/** A function. `example`: how it is called, such as `(error) => boolean`. */
export const functionLike = (example: string): OptionRule => [isFunction, `a function ${example}`]
/** An object with these methods, such as a clock or a store. */
export const objectWith = (what: string, ...methods: readonly string[]): OptionRule => [
  (value) => isObject(value) && methods.every((method) => isFunction(value[method])),
  `${what} with ${methods.map((method) => `${method}()`).join(', ')}`,
]
export const CLOCK: OptionRule = objectWith('a clock', 'now', 'sleep', 'setTimeout')
export const SINK: OptionRule = objectWith('an event sink', 'emit', 'tryEmit')
/** One of these strings. */
export const oneOf = (...words: readonly string[]): OptionRule => [
  (value) => words.includes(value as string),
  `one of ${words.map((word) => `'${word}'`).join(', ')}`,
]
/** The values of another rule, or one more value, such as `false` for "switched off". */
export const or = ([test, must]: OptionRule, value: unknown, meaning: string = String(value)): OptionRule => [
  (given) => given === value || test(given),
  `${must}, or ${meaning}`,
]

/**
 * Throws one `StageflowError` with `code` and every problem of `options`: unknown names, with a guess, and values that break their
 * rule. An undefined value counts as not given. `where` begins the message, such as `timeout()`.
 */
export function checkOptions(where: string, code: string, options: unknown, rules: OptionRules): void {
  refuseOptions(where, code, optionProblems(options, rules))
}

/** The problems of options, each as a part of a sentence. `path`: the place of the options in others, such as `breaker.`. */
export function optionProblems(options: unknown, rules: OptionRules, path = ''): readonly string[] {
  const known = Object.keys(rules)
  if (!isObject(options) || Array.isArray(options) || ArrayBuffer.isView(options))
    return [`${path === '' ? 'the options' : path.slice(0, -1)} must be an object, not ${show(options)}`]
  const problems: string[] = []
  const unknown: string[] = []
  // Inherited options count too, such as the getters of a class.
  for (const name of new Set([...Object.keys(options), ...known])) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    const value = options[name]
    if (rule === undefined) unknown.push(name)
    else if (value !== undefined && !rule[0](value))
      problems.push(`${path}${name} must be ${rule[1]}, not ${show(value)}`)
  }
  const list = `known: ${known.join(', ')}`
  for (const name of unknown.slice(0, MOST_UNKNOWN))
    problems.push(`unknown option ${show(path + name)} (${didYouMean(name, known)?.trim() ?? list})`)
  if (unknown.length > MOST_UNKNOWN) problems.push(`${unknown.length - MOST_UNKNOWN} more unknown options`)
  return problems
}

/** Throws one `StageflowError` with these problems; does nothing if there are none. */
export function refuseOptions(where: string, code: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new StageflowError(code, `${where}: ${problems.join('; ')}.`)
}
