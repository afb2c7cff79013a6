import { quote } from './errors.ts'

/** What a value from outside must be: a test, how it goes on after "must be", and whether it may not be left out. */
type Rule = readonly [test: (value: unknown) => boolean, must: string, isRequired?: boolean]
/** By the name of the option or field. */
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

/** One of two words. */
export const oneOf = (one: string, other: string): Rule => [
  (value) => value === one || value === other,
  `'${one}' or '${other}'`,
]

/** Tells of each value that breaks its rule: `refuse('timeoutMs', '-5; it must be …')`. What is undefined was not given, and may be unless it is required. */
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
