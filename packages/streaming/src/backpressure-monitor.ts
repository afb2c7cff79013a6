import { optionProblems, refuseOptions, whole } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'

import { ILLEGAL_OPTION } from './argument-errors.ts'

export interface BackpressureMonitorOptions {
  /** The capacity of what it watches, in items. Default: 100. */
  readonly maxSize?: number
  /** The percentage of `maxSize` at which it counts as throttled. Default: 80. */
  readonly highWaterMark?: number
  /** The percentage of `maxSize` at which it no longer counts as throttled. Default: 20. */
  readonly lowWaterMark?: number
}

const HIGH: OptionRule = [
  (value) => typeof value === 'number' && value > 1 && value <= 100,
  'a percentage above 1, at most 100, such as 80',
]
const LOW: OptionRule = [
  (value) => typeof value === 'number' && value >= 0 && value <= 100,
  'a percentage from 0 to 100',
]
export const WATER_MARK_RULES: OptionRules<Omit<BackpressureMonitorOptions, 'maxSize'>> = {
  highWaterMark: HIGH,
  lowWaterMark: LOW,
}
const RULES: OptionRules<BackpressureMonitorOptions> = { maxSize: whole(1), ...WATER_MARK_RULES }

/** The problem of two marks that don't go together, as part of a sentence. */
export function waterMarkProblems({ highWaterMark = 80, lowWaterMark = 20 }: BackpressureMonitorOptions): string[] {
  return lowWaterMark < highWaterMark
    ? []
    : [`lowWaterMark must be below highWaterMark (${highWaterMark}), not ${lowWaterMark}`]
}

/** Tells when something fills up and when it has drained. It has two marks, so that it doesn't flutter at one. Errors: `streaming/illegal-option`. */
export class BackpressureMonitor {
  readonly #maxSize: number
  readonly #high: number
  readonly #low: number
  #isThrottled = false

  constructor(options: BackpressureMonitorOptions = {}) {
    const problems = optionProblems(options, RULES)
    const { maxSize = 100, highWaterMark = 80, lowWaterMark = 20 } = options ?? {}
    const all = problems.length > 0 ? problems : waterMarkProblems(options)
    refuseOptions('new BackpressureMonitor()', ILLEGAL_OPTION, all)
    this.#maxSize = maxSize
    // In whole items, because each size is compared with them.
    this.#high = Math.ceil((maxSize * highWaterMark) / 100)
    this.#low = Math.floor((maxSize * lowWaterMark) / 100)
  }

  /** Whether it has reached the high mark, and not fallen to the low mark since. */
  get isThrottled(): boolean {
    return this.#isThrottled
  }

  /** Takes the current size. Returns what changed by it. */
  observe(size: number): 'throttle_started' | 'throttle_ended' | undefined {
    const isChange = this.#isThrottled ? size <= this.#low : size >= this.#high
    if (!isChange) return undefined
    this.#isThrottled = !this.#isThrottled
    return this.#isThrottled ? 'throttle_started' : 'throttle_ended'
  }

  /** The fill level of `size` as a percentage, to one decimal. */
  fillPercentage(size: number): number {
    return Math.round((size / this.#maxSize) * 1_000) / 10
  }
}
