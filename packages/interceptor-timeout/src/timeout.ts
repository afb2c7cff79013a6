import type { Clock, Interceptor } from '@stageflow/core'
import { ClockLimits } from './clock-limits.ts'
import { limitCalls } from './limit-calls.ts'
import { factoryLimits, legalLimits, stageLimits } from './options.ts'
import type { Limits } from './options.ts'

export interface TimeoutOptions {
  /** How many milliseconds each call of a stage may take; `false`: any time. Default: 30,000. */
  readonly ms?: number | false
  /** How many milliseconds a stage may go without progress, such as `context.heartbeat()`; `false`: any time. Default: false. */
  readonly idleMs?: number | false
}

/** In the record of a stage of which a call was given up: which limit it passed. */
export interface TimeoutNote {
  readonly kind: 'total' | 'idle'
  readonly limitMs: number
  readonly expired: true
}

declare module '@stageflow/core' {
  interface StageOptions {
    /** How many milliseconds each call of this stage may take; `false`: any time. Default: the `ms` of `timeout()`. */
    readonly timeoutMs?: number | false
    /** How many milliseconds this stage may go without progress; `false`: any time. Default: the `idleMs` of `timeout()`. */
    readonly idleTimeoutMs?: number | false
  }
  interface StageNotes {
    readonly timeout?: TimeoutNote
  }
}

/**
 * Fails a stage that takes too long, at once and with `timeout/exceeded`, and aborts its signal. Options that are no
 * limits are refused with `timeout/illegal-option`, those of stages when the graph is built.
 */
export function timeout(options: TimeoutOptions = {}): Interceptor {
  const defaults = factoryLimits(options)
  const clocks = new WeakMap<Clock, ClockLimits>()
  /** The clock that was asked for last: mostly it is the same. */
  let lastClock: Clock | undefined
  let last: ClockLimits | undefined
  const limitsOn = (clock: Clock): ClockLimits => {
    if (clock === lastClock && last !== undefined) return last
    last = clocks.get(clock) ?? new ClockLimits(clock)
    clocks.set(clock, last)
    lastClock = clock
    return last
  }

  return {
    name: 'timeout',
    stageOptions: ['timeoutMs', 'idleTimeoutMs'],

    onCall(stage) {
      const limits = legalLimits(stageLimits(stage.options, defaults))
      return isUnlimited(limits) ? undefined : limitCalls(limits, limitsOn)
    },

    onRun: (run) => limitsOn(run.clock).openRun(run),
  }
}

const isUnlimited = ({ totalMs, idleMs }: Limits): boolean => totalMs === false && idleMs === false
