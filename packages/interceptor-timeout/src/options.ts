import { MILLISECONDS, checkOptions, or } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'

export interface TimeoutOptions {
  /** Maximum time for each call of a stage, in ms; `false`: no limit. Default: 30,000. */
  readonly timeoutMs?: number | false
  /** Maximum time without progress, such as `context.heartbeat()`, in ms; `false`: no limit. Default: false. */
  readonly idleTimeoutMs?: number | false
}

/** How long each call of a stage may take, and how long without progress, in ms; Infinity: no limit. */
export interface Limits {
  readonly timeoutMs: number
  readonly idleTimeoutMs: number
}

const LIMIT: OptionRule = or(MILLISECONDS, false, 'false for no limit')
const RULES: OptionRules<TimeoutOptions> = { timeoutMs: LIMIT, idleTimeoutMs: LIMIT }
const CODE = 'timeout/illegal-option'

/** The limits that `timeout(options)` sets for stages that set none. */
export function factoryLimits(options: TimeoutOptions): Limits {
  checkOptions('timeout()', CODE, options, RULES)
  return limitsOf(options, { timeoutMs: 30_000, idleTimeoutMs: Infinity })
}

/** The limits of one stage: those it sets itself, and otherwise those of `timeout()`. */
export function stageLimits(options: Readonly<TimeoutOptions>, defaults: Limits): Limits {
  const { timeoutMs, idleTimeoutMs } = options
  checkOptions('stage options', CODE, { timeoutMs, idleTimeoutMs }, RULES)
  return limitsOf(options, defaults)
}

const limitsOf = ({ timeoutMs, idleTimeoutMs }: TimeoutOptions, defaults: Limits): Limits => ({
  timeoutMs: timeoutMs === undefined ? defaults.timeoutMs : limitOf(timeoutMs),
  idleTimeoutMs: idleTimeoutMs === undefined ? defaults.idleTimeoutMs : limitOf(idleTimeoutMs),
})

const limitOf = (limit: number | false): number => (limit === false ? Infinity : limit)
