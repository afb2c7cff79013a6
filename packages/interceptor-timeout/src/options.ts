import type { StageOptions } from '@stageflow/core'
import { MILLISECONDS, checkOptions, or } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'

export interface TimeoutOptions {
  /** Maximum time for each call of a stage, in ms; `false`: no limit. Default: 30,000. */
  readonly ms?: number | false
  /** Maximum time without progress, such as `context.heartbeat()`, in ms; `false`: no limit. Default: false. */
  readonly idleMs?: number | false
}

/** How long each call of a stage may take, and how long without progress, in ms; Infinity: no limit. */
export interface Limits {
  readonly totalMs: number
  readonly idleMs: number
}

const LIMIT: OptionRule = or(MILLISECONDS, false, 'false for no limit')
const RULES: OptionRules<TimeoutOptions> = { ms: LIMIT, idleMs: LIMIT }
const STAGE_RULES: OptionRules<Pick<StageOptions, 'timeoutMs' | 'idleTimeoutMs'>> = {
  timeoutMs: LIMIT,
  idleTimeoutMs: LIMIT,
}
const CODE = 'timeout/illegal-option'

/** The limits that `timeout(options)` sets for stages that set none. */
export function factoryLimits(options: TimeoutOptions): Limits {
  checkOptions('timeout()', CODE, options, RULES)
  const { ms = 30_000, idleMs = false } = options
  return { totalMs: limitOf(ms), idleMs: limitOf(idleMs) }
}

/** The limits of one stage: those it sets itself, and otherwise those of `timeout()`. */
export function stageLimits({ timeoutMs, idleTimeoutMs }: Readonly<StageOptions>, defaults: Limits): Limits {
  checkOptions('stage options', CODE, { timeoutMs, idleTimeoutMs }, STAGE_RULES)
  return {
    totalMs: timeoutMs === undefined ? defaults.totalMs : limitOf(timeoutMs),
    idleMs: idleTimeoutMs === undefined ? defaults.idleMs : limitOf(idleTimeoutMs),
  }
}

const limitOf = (limit: number | false): number => (limit === false ? Infinity : limit)
