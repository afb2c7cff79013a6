import { StageOutput, StageflowError } from '@stageflow/core'
import type { Fork, ForkChanges, InterceptorContext } from '@stageflow/core'
import type { RunLimits } from './clock-limits.ts'
import { Limit } from './limit.ts'

/**
 * One call of a stage: while its code waits, limits run, until the code answers or one of them has passed. Each
 * asynchronous call makes one, so it is what its fork tells, and its own total limit, at once.
 */
export class LimitedCall extends Limit implements ForkChanges {
  readonly #context: InterceptorContext
  #fork: Fork | undefined
  #idle: IdleLimit | undefined
  /** How many readers block what is inside: child runs go on side by side, so there may be several. */
  #parked = 0
  #parkedAt = 0
  #isOver = false

  constructor(context: InterceptorContext, totalMs: number, idleMs: number, startedAt: number) {
    super(totalMs, startedAt)
    this.#context = context
    if (idleMs !== Infinity) this.#idle = new IdleLimit(this, idleMs, startedAt)
  }

  get deadline(): number {
    return this.dueAt
  }

  /** The code waits: from now on it is limited. */
  limit(fork: Fork, run: RunLimits): void {
    this.#fork = fork
    if (this.#isOver) return
    if (this.ms !== Infinity) this.start(run)
    this.#idle?.start(run)
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
      this.end()
      this.#idle?.end()
    } else if (this.#parked === 0) {
      this.resume(now - this.#parkedAt)
      this.#idle?.resume(now - this.#parkedAt)
    }
  }

  /** The call has its answer: its limits are over. */
  onAnswer(): void {
    this.#isOver = true
    this.stop()
    this.#idle?.stop()
  }

  expired(): void {
    this.giveUp('total', this.ms)
  }

  /** A limit has passed: ends what is inside, and answers in its place. */
  giveUp(kind: 'total' | 'idle', ms: number): void {
    this.onAnswer()
    const { stage, signal, record } = this.#context
    // Something outside has ended the stage or the run, and only the code is late: that it is has been said.
    if (signal.aborted || record.status !== undefined) return
    const about = `Stage "${stage.name}" of pipeline "${stage.pipeline.name}"`
    const error = new StageflowError(
      'timeout/exceeded',
      kind === 'total'
        ? `${about} took longer than ${ms} ms. Make it faster, or set its timeoutMs to more, or to false for no limit.`
        : `${about} showed no progress for ${ms} ms. Let it call context.heartbeat() as it goes on, or set its idleTimeoutMs to more, or to false for no limit.`,
    )
    this.#context.note('timeout', { kind, limitMs: ms, expired: true })
    this.#fork?.end(StageOutput.fail(error, { retryable: true }))
  }
}

class IdleLimit extends Limit {
  readonly #call: LimitedCall

  constructor(call: LimitedCall, ms: number, since: number) {
    super(ms, since)
    this.#call = call
  }

  expired(): void {
    this.#call.giveUp('idle', this.ms)
  }
}
