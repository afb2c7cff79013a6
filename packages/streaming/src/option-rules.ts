import { StageflowError } from '@stageflow/core'

/** A test, and how it goes on after "must be". */
export type Rule = readonly [test: (value: unknown) => boolean, must: string]
export type Rules = Readonly<Record<string, Rule>>

const MOST_LENGTH = 80
const MOST_NAMES = 3

export const WHOLE: Rule = [(value) => Number.isSafeInteger(value) && (value as number) > 0, 'a whole number from 1']
export const wholeUpTo = (most: number): Rule => [
  (value) => Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= most,
  `a whole number from 1 to ${most}`,
]
export const MS: Rule = [(value) => Number.isFinite(value) && (value as number) > 0, 'a number of milliseconds above 0']
export const FUNCTION: Rule = [(value) => typeof value === 'function', 'a function']

/** Whether it has names. Audio in the place of options would have thousands of them. */
export const isOptions = (options: unknown): options is object =>
  typeof options === 'object' && options !== null && !Array.isArray(options) && !ArrayBuffer.isView(options)

/** What is wrong with `options`: unknown names, and values that break their rule. An explicit `undefined` is as if it was left out. */
export function problemsOf(options: unknown, rules: Rules): string[] {
  if (!isOptions(options)) return [`the options are ${shown(options)}; they must be an object`]
  const problems: string[] = []
  const unknown: string[] = []
  // Also what is inherited, such as the getters of a class: it would be read as well.
  for (const name of new Set([...Object.keys(options), ...Object.keys(rules)])) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined) {
      unknown.push(name)
      continue
    }
    const value: unknown = Reflect.get(options, name)
    if (value !== undefined && !rule[0](value)) problems.push(`${name} is ${shown(value)}; it must be ${rule[1]}`)
  }
  if (unknown.length > 0) {
    const more = unknown.length > MOST_NAMES ? ` and ${unknown.length - MOST_NAMES} more` : ''
    const names = unknown.slice(0, MOST_NAMES).map(shown).join(', ')
    problems.push(`there is no option ${names}${more}; there are ${Object.keys(rules).join(', ')}`)
  }
  return problems
}

/** Throws all problems in one error. */
export function refuseOptions(what: string, problems: readonly string[]): void {
  if (problems.length === 0) return
  throw new StageflowError('streaming/illegal-option', `${what} was given what it cannot use: ${problems.join('; ')}.`)
}

/** A short form of a value from outside. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value))
  if (ArrayBuffer.isView(value)) {
    const kind = Object.prototype.toString.call(value).slice('[object '.length, -1)
    return `${kind.startsWith('I') ? 'an' : 'a'} ${shortened(kind)}`
  }
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  if (typeof value === 'function') return 'a function'
  return typeof value === 'bigint' ? `${shortened(String(value))}n` : shortened(String(value))
}

const shortened = (text: string): string => (text.length > MOST_LENGTH ? `${text.slice(0, MOST_LENGTH)}…` : text)
