import { StageflowError } from '@stageflow/core'

/** Whether a value is one, and what to pass instead. */
export type Rule = readonly [isLegal: (value: unknown) => boolean, what: string]
export type Rules = Readonly<Record<string, Rule>>

export const whole = (least: number): Rule => [
  (value) => Number.isSafeInteger(value) && (value as number) >= least,
  `a whole number, at least ${least}`,
]
export const duration: Rule = [
  (value) => typeof value === 'number' && value >= 0 && value < Infinity,
  'a number of milliseconds, at least 0',
]
export const limit: Rule = [
  (value) => typeof value === 'number' && value >= 0,
  'a number of milliseconds, at least 0; Infinity for no limit',
]
export const callable: Rule = [(value) => typeof value === 'function', 'a function']
export const abortSignal: Rule = [(value) => value instanceof AbortSignal, 'an AbortSignal']

/** Throws one `exporter-buffered/illegal-option` with all that is wrong with what `what` was given. An undefined value is not given. */
export function checkOptions(what: string, given: unknown, rules: Rules, more: readonly string[] = []): void {
  const problems = [...more, ...problemsOf(given, rules)]
  if (problems.length > 0)
    throw new StageflowError('exporter-buffered/illegal-option', `${what}: ${problems.join('; ')}.`)
}

function problemsOf(given: unknown, rules: Rules): readonly string[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return [`the options are ${printed(given)}; pass an object`]
  return Object.entries(given).flatMap(([key, value]) => {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
    if (rule === undefined) return [`there is no option ${printed(key)}; there are ${Object.keys(rules).join(', ')}`]
    const [isLegal, legal] = rule
    return value === undefined || isLegal(value) ? [] : [`${key} is ${printed(value)}; pass ${legal}`]
  })
}

/** A short form of any value for a message. */
export function printed(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
