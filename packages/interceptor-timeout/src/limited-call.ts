import { StageOutput, StageflowError } from '@stageflow/core'
import type { InterceptorContext, CallPart } from '@stageflow/core'
import type { ClockLimits } from './clock-limits.ts'
import { Limit } from './limit.ts'

/**
 * One call of a stage: limits run until it has its answer, or one of them has passed. Each call makes one, so it is what the
 * engine tells, and its own total limit, at once.
 */
export class LimitedCall extends Limit implements CallPart {
  readonly #context: InterceptorContext
  readonly #idle: IdleLimit | undefined
  /** How many readers block what is inside: child runs go on side by side, so there may be several. */
  #parked = 0
  #parkedAt = 0

  constructor(context: InterceptorContext, limits: ClockLimits, totalMs: number, idleMs: number, startedAt: number) {
    super(limits, totalMs, startedAt)
    this.#context = context
    this.#idle = idleMs === Infinity ? undefined : new IdleLimit(this, limits, idleMs, startedAt)
  }

  get deadline(): number {
    return this.dueAt
  }

  start(now: number): void {
    this.resume(now, 0)
    this.#idle?.resume(now, 0)
  }

  /** There was progress: the idle limit starts anew. */
  onHeartbeat(): void {
    if (this.#parked === 0) this.#idle?.restart(this.#context.clock.now())
  }

  /** The engine blocks what is inside, or does so no more; meanwhile its time stands still. */
  onParked(parked: boolean): void {
    const now = this.#context.clock.now()
    this.#parked += parked ? 1 : -1
    if (parked && this.#parked === 1) {
      this.#parkedAt = now
      this.pause()
      this.#idle?.pause()
    } else if (this.#parked === 0) {
      this.resume(now, now - this.#parkedAt)
      this.#idle?.resume(now, now - this.#parkedAt)
    }
  }

  /** The call has its answer: its limits are over. */
  ended(): void {
    this.stop()
    this.#idle?.stop()
  }

  expire(): void {
    this.giveUp('total', this.ms)
  }

  /** A limit has passed: ends what is inside, and answers in its place. */
  giveUp(kind: 'total' | 'idle', ms: number): void {
    this.ended()
    const { stage, aborted, record, run } = this.#context
    // Something outside has ended the stage or the run, and only the code is late: that it is has been said.
    if (aborted !== undefined || record.status !== undefined) return
    const about = `Stage "${stage.name}" of pipeline "${stage.pipeline.name}"`
    const error = new StageflowError(
      'timeout/exceeded',
      kind === 'total'
        ? `${about} took longer than ${ms} ms. Make it faster, or set its timeoutMs to more, or to false for no limit.`
        : `${about} showed no progress for ${ms} ms. Let it call context.heartbeat() as it goes on, or set its idleTimeoutMs to more, or to false for no limit.`,
    )
    this.#context.note('timeout', { kind, limitMs: ms, expired: true })
    const output = StageOutput.fail(error, { retryable: true })
    this.limits.inContextOf(run, () => this.#context.endCall(this, output))
  }
}

class IdleLimit extends Limit {
  readonly #call: LimitedCall

  constructor(call: LimitedCall, limits: ClockLimits, ms: number, since: number) {
    super(limits, ms, since)
    this.#call = call
  }

  expire(): void {
    this.#call.giveUp('idle', this.ms)
  }
}
