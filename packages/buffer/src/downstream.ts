import type { Clock, WaitOptions } from '@stageflow/core'
import { CLOSE_TIMEOUT_MS, endWithin } from '@stageflow/core/kit'
import type { EndReport } from '@stageflow/core/kit'
import { errorFacts } from './error-facts.ts'

/** A sink or an exporter, as something in front of it ends it. */
export interface Endable {
  flush?(wait?: WaitOptions): unknown
  close?(wait?: WaitOptions): unknown
}

export interface DownstreamPlan {
  /** What messages call it, such as `the sink behind` or `sink "log"`. */
  readonly name: string
  readonly clock: Clock
  /** Makes the error of a call that failed or took too long. `problem`: which call, and what happened. */
  readonly failed: (problem: string, cause?: unknown) => Error
}

/** What is behind a buffer, a filter or a fan-out, and how it is flushed and closed. */
export class Downstream {
  readonly name: string
  readonly #target: Endable
  readonly #plan: DownstreamPlan

  constructor(target: Endable, plan: DownstreamPlan) {
    this.name = plan.name
    this.#target = target
    this.#plan = plan
  }

  /** Otherwise `close()` flushes it. */
  get isClosable(): boolean {
    return this.#target.close !== undefined
  }

  /** Flushes it, and passes the limit on. The caller must keep the limit too. */
  async flush(wait: WaitOptions): Promise<unknown> {
    return this.#call('flush', () => this.#target.flush?.(wait))
  }

  /** Closes it, or flushes it if it isn't closable, and passes the limit on. Returns its report. */
  async close(wait: WaitOptions): Promise<unknown> {
    if (!this.isClosable) return this.flush(wait)
    return this.#call('close', () => this.#target.close?.(wait))
  }

  /** Flushes it within the limit. Doesn't reject: the report has the error. */
  flushWithin(wait: WaitOptions): Promise<EndReport> {
    return this.#within(wait, 'flush', (left) => this.flush(left))
  }

  /** Closes it within the limit, 5,000 ms by default. Doesn't reject: the report has the error. */
  closeWithin(wait: WaitOptions): Promise<EndReport> {
    const { timeoutMs = CLOSE_TIMEOUT_MS } = wait
    return this.#within({ ...wait, timeoutMs }, 'close', (left) => this.close(left))
  }

  async #call(method: string, end: () => unknown): Promise<unknown> {
    try {
      return await end()
    } catch (cause) {
      throw this.#plan.failed(`${method}() of ${this.name} failed: ${errorFacts(cause).message}`, cause)
    }
  }

  #within(wait: WaitOptions, method: string, end: (left: WaitOptions) => Promise<unknown>): Promise<EndReport> {
    const { clock, failed } = this.#plan
    const late = (timeoutMs: number): Error =>
      failed(
        `${method}() of ${this.name} took longer than ${timeoutMs} ms. Raise timeoutMs, or find out why it is slow.`,
      )
    return endWithin(end, { ...wait, clock, late })
  }
}
