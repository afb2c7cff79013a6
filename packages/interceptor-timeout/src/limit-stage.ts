import type { RunStage, Slot } from '@stageflow/core'
import type { RunLimits } from './clock-limits.ts'
import { LimitedCall } from './limited-call.ts'
import type { Limits } from './options.ts'

/** `next`, of which each call is limited. */
export function limitStage(next: RunStage, { totalMs, idleMs }: Limits, slot: Slot<RunLimits>): RunStage {
  return (context) => {
    const startedAt = context.now
    const dueAt = totalMs === false ? Infinity : startedAt + totalMs
    // An earlier deadline is kept by whoever set it, such as the run: a second error for it would say nothing new.
    const ownTotal = dueAt < (context.deadline ?? Infinity)
    if (!ownTotal && idleMs === false) return next(context)
    const call = new LimitedCall(context, startedAt, dueAt)
    const fork = context.fork(call)
    const answer = fork.run(next)
    // Most stages end at once: these need no limit.
    if (!(answer instanceof Promise)) return answer
    call.limit(fork, context.get(slot) as RunLimits, ownTotal && totalMs, idleMs)
    return context.observe(answer, () => call.end())
  }
}
