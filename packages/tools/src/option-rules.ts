import { StageflowError } from '@stageflow/core'

/** What an option must be. One that is not given is right, unless it is required. */
export interface Rule {
  readonly isMet: (value: unknown) => boolean
  readonly must: string
  readonly isRequired?: true
}
export type Rules<Options> = Readonly<Record<keyof Options, Rule>>
type Given = Readonly<Record<string, unknown>>

export const rule = (isMet: (value: unknown) => boolean, must: string): Rule => ({ isMet, must })
export const required = (isMet: (value: unknown) => boolean, must: string): Rule => ({ isMet, must, isRequired: true })

export const aFunction = (must: string): Rule => rule((value) => typeof value === 'function', must)

export const anObject = (must: string, ...methods: readonly string[]): Rule =>
  rule((value) => isRecord(value) && methods.every((method) => typeof value[method] === 'function'), must)

const isCount = (least: number) => (value: unknown) => value === Infinity || isWhole(value, least)
export const FROM_0: Rule = rule(isCount(0), 'a whole number, 0 or more')
export const FROM_1: Rule = rule(isCount(1), 'a whole number above 0')
export const WHOLE: Rule = rule((value) => isWhole(value), 'a whole number from 1')
export const MILLISECONDS: Rule = rule(
  (value) => value === 0 || isMilliseconds(value),
  'a number of milliseconds, 0 or more',
)
export const CLOCK: Rule = anObject('a clock, with now, sleep and setTimeout', 'now', 'sleep', 'setTimeout')
export const SIGNAL: Rule = rule((value) => value instanceof AbortSignal, 'an AbortSignal')
export const EMITTER: Rule = aFunction('a function of type and data, such as context.tryEmitEvent')
export const BEHAVIOR: Rule = rule((value) => typeof value === 'string', 'the name of an execution mode')

/** Throws `tools/illegal-option` with all that is wrong with the options of one call. */
export function checkOptions(
  call: string,
  options: unknown,
  rules: Readonly<Record<string, Rule>>,
  example: string,
): void {
  const given = optionsOf(call, options, `an object of options such as ${example}`)
  if (typeof given['tryEmitEvent'] === 'function')
    refuse(call, ['it is the context of a stage itself, which has to be in an object: pass { context }'])
  if (options instanceof AbortSignal)
    refuse(call, ['it is a signal itself, which has to be in an object: pass { signal }'])
  refuse(call, problemsOf(given, rules))
}

/** What is wrong with options, unknown names included; `inside` is the option that they are the value of. */
export function problemsOf(given: Given, rules: Readonly<Record<string, Rule>>, inside?: string): readonly string[] {
  const place = inside === undefined ? '' : `${inside}.`
  const illegal = Object.entries(rules)
    .filter(([name, { isMet, isRequired }]) => (given[name] !== undefined || isRequired) && !isMet(given[name]))
    .map(([name, { must }]) => `${place}${name} is ${show(given[name])}, and must be ${must}`)
  const known = Object.keys(rules)
  const unknown = Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => `there is no option ${show(name)} (the options are ${known.join(', ')})`)
  return [...illegal, ...unknown.map((problem) => (inside === undefined ? problem : `in ${inside} ${problem}`))]
}

/** Throws what is wrong with the options of one call, all of it at once. */
export function refuse(call: string, problems: readonly string[]): void {
  if (problems.length === 0) return
  throw new StageflowError('tools/illegal-option', `${call} was given what it cannot use: ${problems.join('; ')}.`)
}

/** The options as a record; throws where they are no object. */
export function optionsOf(call: string, options: unknown, example: string): Given {
  if (isRecord(options)) return options
  throw new StageflowError('tools/illegal-option', `${call} was given ${show(options)}; it takes ${example}.`)
}

/** A value as a message shows it: short, and without what may be inside. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

export const isRecord = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isWhole = (value: unknown, least = 1): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least

export const isMilliseconds = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value < Infinity
