import { StageflowError } from '@stageflow/core'

/** A test, and how it goes on after "must be". */
export type Rule = readonly [test: (value: unknown) => boolean, must: string]

const isMs = (value: unknown, least: number): boolean => typeof value === 'number' && value >= least

export const PLACES: Rule = [(value) => Number.isSafeInteger(value) && (value as number) > 0, 'a whole number from 1']
export const DELAY: Rule = [
  (value) => isMs(value, 0) && value !== Infinity,
  'a finite number of milliseconds, 0 or above',
]
export const LIMIT: Rule = [(value) => isMs(value, 0), 'a number of milliseconds, 0 or above, or Infinity for no limit']
export const FUNCTION: Rule = [(value) => typeof value === 'function', 'a function']
export const FLAG: Rule = [(value) => typeof value === 'boolean', 'true or false']
export const CLOCK: Rule = [
  (value) => hasFunctions(value, ['now', 'sleep', 'setTimeout']),
  'a clock, with now, sleep and setTimeout',
]
export const SIGNAL: Rule = [
  (value) => hasFunctions(value, ['addEventListener', 'removeEventListener']),
  'an AbortSignal',
]
export const SINK: Rule = [
  (value) => hasFunctions(value, ['emit', 'tryEmit']),
  'an event sink, with emit(event) and tryEmit(event)',
]

export function oneOf(values: readonly string[]): Rule {
  return [(value) => values.includes(value as string), `one of ${values.join(', ')}`]
}

/** What is wrong with one value; nothing where it keeps its rule. */
export function problem(name: string, value: unknown, [test, must]: Rule): readonly string[] {
  return test(value) ? [] : [`${name} is ${shown(value)}; it must be ${must}`]
}

/** What is wrong with options: names that there are not, and values against their rule. An explicit `undefined` counts as left out. */
export function optionProblems(options: unknown, rules: Readonly<Record<string, Rule>>): readonly string[] {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    return [`the options are ${shown(options)}; they must be an object`]
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined) return [`there is no option ${shown(name)}; there are ${Object.keys(rules).join(', ')}`]
    return value === undefined ? [] : problem(name, value, rule)
  })
}

/** Throws all problems of a call in one error. */
export function refuse(call: string, problems: readonly string[]): void {
  if (problems.length === 0) return
  throw new StageflowError(
    'sink-buffered/illegal-option',
    `${call} was given what it cannot use: ${problems.join('; ')}.`,
  )
}

function hasFunctions(value: unknown, names: readonly string[]): boolean {
  return (
    typeof value === 'object' && value !== null && names.every((name) => typeof Reflect.get(value, name) === 'function')
  )
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'function') return 'a function'
  return typeof value === 'bigint' ? `${value}n` : String(value)
}
