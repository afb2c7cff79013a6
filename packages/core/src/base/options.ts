import { MOST_UNKNOWN } from './bounds.ts'
import { didYouMean, isArray, isFunction, isName, isObject, isText } from './check.ts'
import { StageflowError, asClause, textOf } from './errors.ts'
import { isPlain } from './objects.ts'
import { show } from './show.ts'

/** How to check an option: a test, the words that follow "must be", and whether the option has to be given. */
export type OptionRule = readonly [test: (value: unknown) => boolean, must: string, isRequired?: boolean]

/** The rules of all options, by name. An option without a rule is unknown, and refused. */
export type OptionRules<Options extends object = Record<string, unknown>> = {
  readonly [Name in keyof Required<Options>]: OptionRule
}

/** A whole number from `least` to `most`. */
export const whole = (least: number, most: number = Infinity): OptionRule => [
  (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  `a whole number from ${least}${most === Infinity ? '' : ` to ${most}`}`,
]
/** A number of milliseconds above 0. */
export const MILLISECONDS: OptionRule = [
  (value) => Number.isFinite(value) && (value as number) > 0,
  'a number of milliseconds above 0',
]
/** A number of milliseconds from 0. */
export const DELAY: OptionRule = [
  (value) => Number.isFinite(value) && (value as number) >= 0,
  'a number of milliseconds from 0',
]
export const FLAG: OptionRule = [(value) => typeof value === 'boolean', 'true or false']
export const TEXT: OptionRule = [isName, 'a string that is not empty']
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
export const ABORT_SIGNAL: OptionRule = [
  // Not by its class, because it may be of another realm.
  (value) =>
    isObject(value) &&
    typeof value['aborted'] === 'boolean' &&
    ['addEventListener', 'removeEventListener', 'throwIfAborted'].every((key) => isFunction(value[key])),
  'an AbortSignal, such as controller.signal',
]
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
/** The same rule for an option that has to be given. */
export const required = ([test, must]: OptionRule): OptionRule => [test, must, true]
/** A whole number from 1, or Infinity. */
export const LIMIT: OptionRule = or(whole(1), Infinity)
/** A number of milliseconds from 0, or Infinity. */
export const TIME_LIMIT: OptionRule = or(DELAY, Infinity)

/**
 * Throws one `StageflowError` with `code` and every problem of `options`: unknown names, with a guess, and values that break their
 * rule. An undefined value counts as not given. `where` begins the message, such as `timeout()`. `known`: all names, if there are
 * more than those with a rule.
 */
export function checkOptions(
  where: string,
  code: string,
  options: unknown,
  rules: OptionRules,
  known?: KnownOptions,
): void {
  refuseOptions(where, code, optionProblems(options, rules, '', known))
}

/** The names that options may have; 'any' if other names are legal too. */
export type KnownOptions = readonly string[] | 'any'

/**
 * The problems of options, each as a part of a sentence. `path`: the place of the options in others, such as `breaker.`. `known`: all
 * names, if there are more than those with a rule.
 *
 * Nothing else decides what counts as given. Options may be an instance of a class: names with a rule are read even if they are
 * inherited. Other names count as `givenNames` says. An undefined value never counts.
 */
export function optionProblems(
  options: unknown,
  rules: OptionRules,
  path: string = '',
  known: KnownOptions = Object.keys(rules),
): readonly string[] {
  const what = path === '' ? 'the options' : path.slice(0, -1)
  try {
    // A string may be a token, so it isn't shown.
    if (!isObject(options) || isArray(options) || ArrayBuffer.isView(options))
      return [`${what} must be an object, not ${isText(options) ? 'a string' : show(options)}`]
    if (known !== 'any' && hasNoOption(options, known)) return [foreignText(what, options, known)]
    const texts: string[] = []
    for (const name of Object.keys(rules)) {
      const [test, must, isRequired] = rules[name] as OptionRule
      const value = options[name]
      if ((value !== undefined || isRequired) && !test(value))
        texts.push(`${path}${name} must be ${must}, not ${show(value)}`)
    }
    if (known === 'any') return texts
    const unknown = unknownNames(options, known)
    for (const name of unknown.slice(0, MOST_UNKNOWN))
      texts.push(unknownText('option', path + name, known, didYouMean(name, known)))
    if (unknown.length > MOST_UNKNOWN) texts.push(`${unknown.length - MOST_UNKNOWN} more unknown options`)
    return texts
  } catch (thrown) {
    return [`${what} cannot be read: ${textOf(thrown)}`] // a getter throws, or it is a revoked proxy
  }
}

/** Whether a class made the object, and it has no option at all: something else was passed, such as a registry or a signal. */
export const hasNoOption = (given: object, known: readonly string[]): boolean =>
  !isPlain(given) && !known.some((name) => name in given)

/** Says what was given instead of options. */
export const foreignText = (what: string, given: object, known: readonly string[]): string =>
  `${what} must be an object, not ${show(given)} that has none (${listOf(known)})`

/** The names that an object gives: its own enumerable ones, and the getters of its class. Methods of a class aren't options. */
export function givenNames(given: object): readonly string[] {
  if (isPlain(given)) return Object.keys(given)
  const getters = membersOf(classesOf(given)).filter(([, member]) => member.get !== undefined)
  return [...new Set([...Object.keys(given), ...getters.map(([name]) => name)])]
}

/** The prototypes of an object, nearest first, without the last one: Object.prototype, perhaps of another realm. */
export function classesOf(object: object): readonly object[] {
  const prototype = Object.getPrototypeOf(object) as object | null
  const isLast = prototype === null || Object.getPrototypeOf(prototype) === null
  return isLast ? [] : [prototype, ...classesOf(prototype)]
}

/** The own members of objects, by name. Doesn't call getters. */
export const membersOf = (objects: readonly object[]): readonly [name: string, member: PropertyDescriptor][] =>
  objects.flatMap((one) => Object.entries(Object.getOwnPropertyDescriptors(one)))

/** The options as a plain object. Those of a class instance: what it gives, and what it inherits under the names of `more`. */
export function plainOptions<Options extends object>(given: Options, more: readonly string[] = []): Options {
  if (!isObject(given) || isPlain(given)) return { ...given }
  const names = [...givenNames(given), ...more.filter((name) => name in given)]
  return Object.fromEntries(names.map((name) => [name, (given as Record<string, unknown>)[name]])) as Options
}

/** The given names that aren't known. Those with the value undefined count as not given. */
export const unknownNames = (given: Readonly<Record<string, unknown>>, known: readonly string[]): readonly string[] =>
  givenNames(given).filter((name) => given[name] !== undefined && !known.includes(name))

/** Says that a name is unknown. `noun`: what it is. The list is there even if there is a guess, which may be wrong. */
export const unknownText = (noun: string, name: string, known: readonly string[], guess: string | undefined): string =>
  `unknown ${noun} ${show(name)} (${guess === undefined ? '' : `${guess} `}${listOf(known)})`

const listOf = (known: readonly string[]): string => `known: ${known.join(', ') || 'none'}`

/** Throws one `StageflowError` with these problems; does nothing if the list is empty. */
export function refuseOptions(where: string, code: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new StageflowError(code, `${where}: ${asClause(problems.join('; '))}.`)
}
