import { problemsOf, refuseOptions, type Rule, type Rules, WHOLE } from './option-rules.ts'

export interface BackpressureMonitorOptions {
  /** How many fit into what is watched. Default: 100. */
  readonly maxSize?: number
  /** Per cent of `maxSize` from which it is throttled. Default: 80. */
  readonly highWaterMark?: number
  /** Per cent of `maxSize` to which it must fall before it is no longer throttled. Default: 20. */
  readonly lowWaterMark?: number
}

const PERCENT: Rule = [(value) => typeof value === 'number' && value >= 0 && value <= 100, 'a percentage from 0 to 100']
const RULES: Rules = {
  maxSize: WHOLE,
  highWaterMark: [
    (value) => typeof value === 'number' && value > 1 && value <= 100,
    'a percentage above 1, at most 100, such as 80',
  ],
  lowWaterMark: PERCENT,
}
export const WATER_MARK_RULES: Rules = {
  highWaterMark: RULES['highWaterMark'] as Rule,
  lowWaterMark: PERCENT,
}

/** What is wrong between the two marks. */
export function waterMarkProblems({ highWaterMark = 80, lowWaterMark = 20 }: BackpressureMonitorOptions): string[] {
  return lowWaterMark < highWaterMark
    ? []
    : [`lowWaterMark is ${lowWaterMark}, and must be below highWaterMark, which is ${highWaterMark}`]
}

/** Tells when something fills up, and when it has drained: two marks, so that it does not flutter between them. Errors: `streaming/illegal-option`. */
export class BackpressureMonitor {
  readonly #maxSize: number
  readonly #high: number
  readonly #low: number
  #isThrottled = false

  constructor(options: BackpressureMonitorOptions = {}) {
    const problems = problemsOf(options, RULES)
    const { maxSize = 100, highWaterMark = 80, lowWaterMark = 20 } = options ?? {}
    refuseOptions('new BackpressureMonitor()', problems.length > 0 ? problems : waterMarkProblems(options))
    this.#maxSize = maxSize
    // In whole items: at each of them, the size is compared.
    this.#high = Math.ceil((maxSize * highWaterMark) / 100)
    this.#low = Math.floor((maxSize * lowWaterMark) / 100)
  }

  /** Whether it has reached the high mark, and not fallen to the low one since. */
  get isThrottled(): boolean {
    return this.#isThrottled
  }

  /** Takes note of how full it is now; answers what has changed by it. */
  observe(size: number): 'throttle_started' | 'throttle_ended' | undefined {
    const isChange = this.#isThrottled ? size <= this.#low : size >= this.#high
    if (!isChange) return undefined
    this.#isThrottled = !this.#isThrottled
    return this.#isThrottled ? 'throttle_started' : 'throttle_ended'
  }

  /** How full `size` is, in per cent, to one decimal. */
  fillPercentage(size: number): number {
    return Math.round((size / this.#maxSize) * 1_000) / 10
  }
}
