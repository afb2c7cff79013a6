import type { RunStage } from '@stageflow/core'
import type { LimitsOfRun } from './clock-limits.ts'
import { LimitedCall } from './limited-call.ts'
import type { Limits } from './options.ts'

/** `next`, of which each call is limited. */
export function limitStage(next: RunStage, { totalMs, idleMs }: Limits, limitsOf: LimitsOfRun): RunStage {
  const [total, idle] = [totalMs === false ? Infinity : totalMs, idleMs === false ? Infinity : idleMs]
  return (context) => {
    const startedAt = context.now
    // An earlier deadline is kept by whoever set it, such as the run: a second error for it would say nothing new.
    const own = startedAt + total < (context.deadline ?? Infinity) ? total : Infinity
    if (own === Infinity && idle === Infinity) return next(context)
    const call = new LimitedCall(context, own, idle, startedAt)
    const fork = context.fork(call)
    const answer = fork.run(next)
    // Most stages end at once: these need no limit.
    if (answer instanceof Promise) call.limit(fork, limitsOf(context.run))
    return answer
  }
}
