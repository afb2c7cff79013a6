import { createSlot } from '@stageflow/core'
import type { Clock, Interceptor } from '@stageflow/core'
import { ClockLimits } from './clock-limits.ts'
import type { LimitsOfRun, RunLimits } from './clock-limits.ts'
import { limitStage } from './limit-stage.ts'
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
  const slot = createSlot<RunLimits>('timeout/run')
  /** The run that was asked for last: stage after stage it is mostly the same. */
  let last: RunLimits | undefined
  const limitsOf: LimitsOfRun = (run) => (last?.run === run ? last : (last = run.get(slot) as RunLimits))
  const limitsOn = (clock: Clock): ClockLimits => {
    const limits = clocks.get(clock) ?? new ClockLimits(clock)
    clocks.set(clock, limits)
    return limits
  }

  return {
    name: 'timeout',
    stageOptions: ['timeoutMs', 'idleTimeoutMs'],

    wrap(next, stage) {
      const limits = legalLimits(stageLimits(stage.options, defaults))
      return isUnlimited(limits) ? next : limitStage(next, limits, limitsOf)
    },

    runStarted(run) {
      if (run.pipeline.stages.every(({ options }) => isUnlimited(stageLimits(options, defaults)))) return
      last = limitsOn(run.clock).openRun(run)
      run.set(slot, last)
    },

    runSettled(_, run) {
      const own = run.get(slot)
      // A run without limits reads the slot of its parent.
      if (own?.run === run) own.clockLimits.closeRun(own)
      last = undefined // kept, it would keep the whole run
    },
  }
}

const isUnlimited = ({ totalMs, idleMs }: Limits): boolean => totalMs === false && idleMs === false
