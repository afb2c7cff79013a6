import { StageOutput, StageflowError } from '@stageflow/core'
import type { Fork, ForkChanges, InterceptorContext } from '@stageflow/core'
import type { RunLimits } from './clock-limits.ts'
import { Limit } from './limit.ts'

/** One call of a stage: while its code waits, limits run, until the code answers or one of them has passed. It is itself what its fork tells. */
export class LimitedCall implements ForkChanges {
  readonly deadline: number
  readonly #context: InterceptorContext
  readonly #startedAt: number
  #progressAt: number
  #total: Limit | undefined
  #idle: Limit | undefined
  /** How many readers block what is inside: child runs go on side by side, so there may be several. */
  #parked = 0
  #fork: Fork | undefined

  constructor(context: InterceptorContext, startedAt: number, deadline: number) {
    this.#context = context
    this.#startedAt = startedAt
    this.#progressAt = startedAt
    this.deadline = deadline
  }

  /** The code waits: from now on it is limited. */
  limit(fork: Fork, run: RunLimits, totalMs: number | false, idleMs: number | false): void {
    this.#fork = fork
    if (totalMs !== false) this.#total = new Limit(this, run, totalMs, this.#startedAt)
    if (idleMs !== false) this.#idle = new Limit(this, run, idleMs, this.#progressAt)
  }

  /** There was progress: the idle limit starts anew. */
  onHeartbeat(): void {
    this.#progressAt = this.#context.clock.now()
    if (this.#parked === 0) this.#idle?.restart(this.#progressAt)
  }

  /** The engine blocks what is inside, or does so no more; meanwhile its time stands still. */
  onParked(parked: boolean): void {
    const now = this.#context.clock.now()
    this.#parked += parked ? 1 : -1
    if (parked && this.#parked === 1) {
      this.#total?.pause(now)
      this.#idle?.pause(now)
    } else if (this.#parked === 0) {
      this.#total?.resume(now)
      this.#idle?.resume(now)
    }
  }

  /** The call has its answer: its limits end. */
  end(): void {
    this.#total?.end()
    this.#idle?.end()
    this.#total = undefined
    this.#idle = undefined
  }

  /** A limit has passed: ends what is inside, and answers in its place. */
  expired(limit: Limit): void {
    const kind = limit === this.#total ? 'total' : 'idle'
    const { ms } = limit
    this.end()
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
