import { StageflowError } from '@stageflow/core'

import type { CircuitBreakerOptions, StageCircuitBreakerOptions } from './options.ts'

/** A test, and how it goes on after "must be". */
type Rule = readonly [test: (value: unknown) => boolean, must: string]
type Rules = Readonly<Record<string, Rule>>
type Given = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0
const isFunction = (value: unknown): boolean => typeof value === 'function'
const isTime = (value: unknown): boolean => Number.isFinite(value) && (value as number) > 0

const COUNT: Rule = [isCount, 'a whole number from 1']
const MS: Rule = [isTime, 'a number of milliseconds above 0']
const RATE: Rule = [(value) => typeof value === 'number' && value > 0 && value < 1, 'a number between 0 and 1']

const BREAKERS: Readonly<Record<string, Rules>> = {
  consecutive: { failures: COUNT },
  count: { size: COUNT, failureRate: RATE, minimumCalls: COUNT },
  sampling: { windowMs: MS, failureRate: RATE, minimumCalls: COUNT },
}
const OF_STAGE: Rules = {
  breaker: [(value) => isObject(value) && Object.hasOwn(BREAKERS, String(value['type'])), TYPES()],
  halfOpenAfterMs: MS,
  isFailure: [isFunction, 'a function (error) => true or false'],
}
const OF_ALL: Rules = {
  ...OF_STAGE,
  key: [isFunction, "a function (context) => 'the name of a circuit'"],
  maxKeys: COUNT,
  restore: [isState, 'what export() gave, or what JSON.parse made of it'],
}

function TYPES(): string {
  const types = Object.keys(BREAKERS).map((type) => `'${type}'`)
  return `an object { type: ${types.join(' | ')}, … }`
}

/** Refuses options that cannot be, all of them in one error. */
export function checkOptions(options: CircuitBreakerOptions): void {
  refuse('circuitBreaker()', problemsOf(options, OF_ALL))
}

/** As `checkOptions`, for those of a stage; `keyed`: circuits are not those of stages. */
export function checkStageOptions(stage: string, options: StageCircuitBreakerOptions, keyed: boolean): void {
  const problems = problemsOf(options, OF_STAGE)
  if (keyed && problems.length === 0) {
    for (const name of ['breaker', 'halfOpenAfterMs'] as const)
      if (options[name] !== undefined)
        problems.push(`has ${name}, but with "key" stages share circuits; set it in circuitBreaker() for all of them`)
  }
  refuse(`The circuitBreaker of stage "${stage}"`, problems)
}

function problemsOf(options: unknown, rules: Rules): string[] {
  if (!isObject(options)) return [`is ${shown(options)}; it must be an object of options, or false for a stage`]
  const problems = broken(options, rules, '')
  const { breaker } = options
  const ofBreaker = isObject(breaker) ? BREAKERS[String(breaker['type'])] : undefined
  if (ofBreaker === undefined) return problems
  const { size = 20, minimumCalls } = breaker as { readonly size?: unknown; readonly minimumCalls?: unknown }
  problems.push(...broken(breaker as Given, { ...ofBreaker, type: [() => true, ''] }, 'breaker.'))
  if ('size' in ofBreaker && isCount(size) && isCount(minimumCalls) && minimumCalls > size)
    problems.push(`has breaker.minimumCalls ${minimumCalls}; it must be no more than breaker.size, which is ${size}`)
  return problems
}

function broken(given: Given, rules: Rules, path: string): string[] {
  return Object.keys(given).flatMap((name) => {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    const value = given[name]
    if (rule === undefined)
      return [`has ${path}${name}, which is no option; there are ${Object.keys(rules).join(', ')}`]
    if (value === undefined || rule[0](value)) return []
    return [`has ${path}${name} ${shown(value)}; it must be ${rule[1]}`]
  })
}

function isState(value: unknown): boolean {
  if (!isObject(value) || value['version'] !== 1 || !Array.isArray(value['circuits'])) return false
  return value['circuits'].every((circuit: unknown) => {
    if (!isObject(circuit) || !isObject(circuit['breaker'])) return false
    const { key, state, openedAt, breaker } = circuit
    if (typeof key !== 'string' || typeof breaker['type'] !== 'string') return false
    return state === 'closed' || ((state === 'open' || state === 'half-open') && Number.isFinite(openedAt))
  })
}

function refuse(what: string, problems: readonly string[]): void {
  if (problems.length === 0) return
  throw new StageflowError('circuit-breaker/illegal-option', `${what} ${problems.join('; it ')}.`)
}

/** A short form of a value from outside. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80))
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
