import type { Clock, OnCall } from '@stageflow/core'
import type { ClockLimits } from './clock-limits.ts'
import { LimitedCall } from './limited-call.ts'
import type { Limits } from './options.ts'

/** Limits each call of a stage. */
export function limitCalls({ totalMs, idleMs }: Limits, limitsOn: (clock: Clock) => ClockLimits): OnCall {
  const [total, idle] = [totalMs === false ? Infinity : totalMs, idleMs === false ? Infinity : idleMs]
  return (context) => {
    const startedAt = context.now
    // An earlier deadline is kept by whoever set it, such as the run: a second error for it would say nothing new.
    const own = startedAt + total < (context.deadline ?? Infinity) ? total : Infinity
    if (own === Infinity && idle === Infinity) return undefined
    const call = new LimitedCall(context, limitsOn(context.clock), own, idle, startedAt)
    call.start(startedAt)
    return call
  }
}
