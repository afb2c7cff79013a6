import type { Clock, WaitOptions } from '@stageflow/core'
import { CLOSE_TIMEOUT_MS, endWithin, plainOptions } from '@stageflow/core/kit'
import type { EndReport } from '@stageflow/core/kit'

/** A sink or an exporter, as something in front of it ends it. */
export interface Endable {
  flush?(wait?: WaitOptions): unknown
  close?(wait?: WaitOptions): unknown
}

/** Makes the errors of what is behind. `call`: such as `close() of sink "log"`. */
export interface DownstreamErrors {
  /** The call threw or rejected. */
  failed(call: string, cause: unknown): Error
  /** The call took too long. */
  late(call: string, timeoutMs: number): Error
}

export interface DownstreamPlan {
  /** What messages call it, such as `the sink behind` or `sink "log"`. */
  readonly name: string
  readonly clock: Clock
  readonly errors: DownstreamErrors
}

/** What is behind a buffer, a filter or a fan-out, and how it is flushed and closed. */
export class Downstream {
  readonly #target: Endable
  readonly #plan: DownstreamPlan

  constructor(target: Endable, plan: DownstreamPlan) {
    this.#target = target
    this.#plan = plan
  }

  /** If it isn't closable, `close()` flushes it. */
  get isClosable(): boolean {
    return this.#target.close !== undefined
  }

  /** Flushes it, and passes the limit on. The caller must keep the limit too. */
  async flush(wait: WaitOptions): Promise<unknown> {
    try {
      return await this.#target.flush?.(wait)
    } catch (cause) {
      throw this.#plan.errors.failed(this.#called('flush'), cause)
    }
  }

  /** Closes it, or flushes it if it isn't closable, and passes the limit on. Returns its report. */
  async close(wait: WaitOptions): Promise<unknown> {
    if (!this.isClosable) return this.flush(wait)
    try {
      return await this.#target.close?.(wait)
    } catch (cause) {
      throw this.#plan.errors.failed(this.#called('close'), cause)
    }
  }

  /** Flushes it within the limit. Doesn't reject: the report has the error. */
  flushWithin(wait: WaitOptions): Promise<EndReport> {
    const { clock, errors } = this.#plan
    const late = (timeoutMs: number): Error => errors.late(this.#called('flush'), timeoutMs)
    return endWithin((left) => this.flush(left), { ...plainOptions(wait), clock, late })
  }

  /** Closes it within the limit, 5,000 ms by default. Doesn't reject: the report has the error. */
  closeWithin(wait: WaitOptions): Promise<EndReport> {
    const { clock, errors } = this.#plan
    const { timeoutMs = CLOSE_TIMEOUT_MS } = wait
    const late = (): Error => errors.late(this.#called('close'), timeoutMs)
    return endWithin((left) => this.close(left), { ...plainOptions(wait), timeoutMs, clock, late })
  }

  #called(method: 'flush' | 'close'): string {
    return `${method}() of ${this.#plan.name}`
  }
}
