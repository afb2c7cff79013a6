import type { Clock, WaitOptions } from '@stageflow/core'
import {
  CLOCK,
  CLOSE_TIMEOUT_MS,
  checkNeededCore,
  TEXT,
  endWithin,
  objectWith,
  optionProblems,
  required,
  plainOptions,
} from '@stageflow/core/kit'
import type { EndReport, OptionRules } from '@stageflow/core/kit'
import { ENDABLE, checkLimits, refuseGiven, valueProblems } from './argument-rules.ts'
import { ExportsInProgress } from './exports-in-progress.ts'
import { waitLeft } from './wait-left.ts'

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

const RULES: OptionRules<DownstreamPlan> = {
  name: required(TEXT),
  clock: required(CLOCK),
  errors: required(objectWith('the makers of errors', 'failed', 'late')),
}

/** What is behind a buffer, a filter or a fan-out, and how it is flushed and closed. */
export class Downstream {
  readonly #target: Endable
  readonly #plan: DownstreamPlan
  readonly #exports = new ExportsInProgress()

  constructor(target: Endable, plan: DownstreamPlan) {
    refuseGiven('new Downstream()', [
      ...valueProblems('what is behind', target, ENDABLE),
      ...optionProblems(plan, RULES, 'plan.'),
    ])
    checkNeededCore(
      plan.name.replace(/^[a-z]/, (letter) => letter.toUpperCase()),
      target,
    )
    this.#target = target
    this.#plan = plan
  }

  /** If it isn't closable, `close()` flushes it. */
  get isClosable(): boolean {
    return this.#target.close !== undefined
  }

  /** Makes `flush` and `close` wait for an export, whose promise says that its events are written. That of an `emit` doesn't. */
  track(written: Promise<unknown>): void {
    this.#exports.add(written)
  }

  /** Waits for the exports in progress, flushes it, and passes what is left of the limit on. The caller must keep the limit too. */
  async flush(wait: WaitOptions): Promise<unknown> {
    checkLimits('flush()', wait)
    const left = waitLeft(this.#plan.clock, wait)
    await this.#exports.settled()
    try {
      return await this.#target.flush?.(left())
    } catch (cause) {
      throw this.#plan.errors.failed(this.#called('flush'), cause)
    }
  }

  /** Closes it, or flushes it if it isn't closable, and passes the limit on. Waits for the exports in progress. Returns its report. */
  async close(wait: WaitOptions): Promise<unknown> {
    checkLimits('close()', wait)
    if (!this.isClosable) return this.flush(wait)
    const report = await this.#closeTarget(wait)
    await this.#exports.settled()
    return report
  }

  async #closeTarget(wait: WaitOptions): Promise<unknown> {
    try {
      return await this.#target.close?.(wait)
    } catch (cause) {
      throw this.#plan.errors.failed(this.#called('close'), cause)
    }
  }

  /** Flushes it within the limit. Doesn't reject: the report has the error. */
  async flushWithin(wait: WaitOptions): Promise<EndReport> {
    checkLimits('flushWithin()', wait)
    const { clock, errors } = this.#plan
    const late = (timeoutMs: number): Error => errors.late(this.#called('flush'), timeoutMs)
    return endWithin((left) => this.flush(left), { ...plainOptions(wait), clock, late })
  }

  /** Closes it within the limit, 5,000 ms by default. Doesn't reject: the report has the error. */
  async closeWithin(wait: WaitOptions): Promise<EndReport> {
    checkLimits('closeWithin()', wait)
    const { clock, errors } = this.#plan
    const { timeoutMs = CLOSE_TIMEOUT_MS } = wait
    const late = (): Error => errors.late(this.#called('close'), timeoutMs)
    return endWithin((left) => this.close(left), { ...plainOptions(wait), timeoutMs, clock, late })
  }

  #called(method: 'flush' | 'close'): string {
    return `${method}() of ${this.#plan.name}`
  }
}
