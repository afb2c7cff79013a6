import { StageflowError } from '@stageflow/core'
import type { StageOptions } from '@stageflow/core'

/** How long each call of a stage may take, and how long without progress; `false`: no such limit. */
export interface Limits {
  readonly totalMs: number | false
  readonly idleMs: number | false
}

const DEFAULT_MS = 30_000

/** The limits that `timeout(options)` sets for stages that set none. */
export function factoryLimits(options: unknown): Limits {
  if (typeof options !== 'object' || options === null)
    throw illegal(`timeout() was given ${show(options)}; it takes an object such as { ms: 5000 }.`)
  const given = options as Readonly<Record<string, unknown>>
  const { ms = DEFAULT_MS, idleMs = false, ...unknown } = given
  const problems = [
    ...limitProblems('ms', ms),
    ...limitProblems('idleMs', idleMs),
    ...Object.keys(unknown).map((key) => `it has no option "${key}" (its options are ms and idleMs)`),
  ]
  if (problems.length > 0) throw illegal(`timeout() was given what it cannot use: ${problems.join('; ')}.`)
  return { totalMs: ms as number | false, idleMs: idleMs as number | false }
}

/** The limits of one stage: its own where it sets any, else those of `timeout()`. */
export function stageLimits(options: Readonly<StageOptions>, { totalMs, idleMs }: Limits): Limits {
  const { timeoutMs = totalMs, idleTimeoutMs = idleMs } = options
  return { totalMs: timeoutMs, idleMs: idleTimeoutMs }
}

/** `limits`, which come from a stage, if they can be kept. */
export function legalLimits(limits: Limits): Limits {
  const problems = [...limitProblems('timeoutMs', limits.totalMs), ...limitProblems('idleTimeoutMs', limits.idleMs)]
  if (problems.length > 0) throw illegal(`${problems.join('; ')}.`)
  return limits
}

function limitProblems(name: string, value: unknown): readonly string[] {
  if (value === false || (typeof value === 'number' && value > 0 && value < Infinity)) return []
  return [`${name} is ${show(value)}, and must be a number of milliseconds above 0, or false for no limit`]
}

const show = (value: unknown): string =>
  typeof value === 'string'
    ? JSON.stringify(value)
    : typeof value === 'object' && value !== null
      ? 'an object'
      : String(value)

const illegal = (message: string): StageflowError => new StageflowError('timeout/illegal-option', message)
