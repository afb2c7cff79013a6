import { errorRecord, textOf } from './errors.ts'
import type { ErrorRecord } from './errors.ts'
import { getter } from './getter.ts'
import { RESULT } from './output.ts'
import type { Output } from './output.ts'
import { printAs } from './print.ts'
import { pipelineReport, stageOutput } from './record.ts'
import type { PipelineReport, PipelineStatus } from './report-types.ts'
import { PipelineFailedError } from './result.ts'
import type { FailedResult } from './result.ts'
import type { RunState } from './run-state.ts'

/** Set by the class below, which alone can read its private fields. */
let runBehind: (outcome: Outcome) => RunState
/** The failure that an interceptor around the run added to it. */
export let addedError: (outcome: Outcome) => Error | undefined
let firstFailure: (outcome: Outcome) => { readonly error: unknown; readonly stage: string | undefined } | undefined

/** How a run ended: outcome for interceptors, result for callers. All of it is computed when it is read, from facts that no longer change. */
export class Outcome {
  readonly #run: RunState
  /** A failure that an interceptor around the run added. */
  readonly #added: Error | undefined
  declare readonly status: PipelineStatus
  declare readonly reason: string | undefined
  #data: object | undefined
  #outputs: object | undefined
  #report: PipelineReport | undefined
  #errors: readonly ErrorRecord[] | undefined

  constructor(run: RunState, status: PipelineStatus, reason?: string, added?: Error) {
    this.#run = run
    this.#added = added
    this.status = status
    this.reason = status === 'cancelled' ? reason : undefined
  }

  static {
    getter(this.prototype, RESULT, () => true)
    runBehind = (outcome) => outcome.#run
    firstFailure = (outcome) => outcome.#failures[0]
    addedError = (outcome) => outcome.#added
    printAs(this.prototype, (outcome) => {
      return { status: outcome.status, ...whyOf(outcome), data: { ...outcome.data } }
    })
  }

  /** The data of each stage that ended ok. */
  get data(): object {
    if (this.#data !== undefined) return this.#data
    const run = this.#run
    const { data } = run
    const all = new run.graph.Data()
    for (let stage = 0; stage < data.length; stage++) {
      if (data[stage] !== undefined) all[run.graph.names[stage] as string] = data[stage]
    }
    // Of a run that still goes on more is to come.
    if (run.over) this.#data = all
    return all
  }

  /** The output of each stage that settled. */
  get outputs(): object {
    if (this.#outputs !== undefined) return this.#outputs
    const all: Record<string, Output> = Object.create(null) as Record<string, Output>
    this.#run.graph.names.forEach((name, stage) => {
      const output = stageOutput(this.#run, stage)
      if (output !== undefined) all[name] = output
    })
    if (this.#run.over) this.#outputs = all
    return Object.freeze(all)
  }

  get report(): PipelineReport {
    if (this.#report !== undefined) return this.#report
    const report = pipelineReport(this.#run, this.status)
    // Until the last event is out, interceptors may still add notes.
    if (this.#run.closed) this.#report = report
    return report
  }

  get startedAt(): number {
    return this.#run.startedAt
  }
  get endedAt(): number {
    return this.#run.endedAt
  }
  get droppedEvents(): number {
    return this.#run.events?.dropped ?? 0
  }

  get errors(): readonly ErrorRecord[] {
    if (this.#errors !== undefined) return this.#errors
    const errors = this.status === 'failed' ? this.#failures.map(({ error, stage }) => errorRecord(error, stage)) : []
    if (this.#run.over) this.#errors = errors
    return errors
  }

  output(stage: string): Output | undefined {
    const index = this.#run.graph.indexOf(stage)
    return index === undefined ? undefined : stageOutput(this.#run, index)
  }

  toJSON(): object {
    const { status, data, outputs, report } = this
    return { status, ...whyOf(this), data, outputs, report }
  }

  get #failures(): readonly { readonly error: unknown; readonly stage: string | undefined }[] {
    const failures = this.#run.failures ?? []
    return this.#added === undefined ? failures : [...failures, { error: this.#added, stage: undefined }]
  }
}

/** Why a run did not complete, as its events and results say it. */
export const whyOf = (outcome: Outcome): object =>
  outcome.status === 'failed'
    ? { errors: outcome.errors }
    : outcome.status === 'cancelled'
      ? { reason: outcome.reason }
      : {}

export const isOutcomeOf = (value: unknown, run: RunState): value is Outcome =>
  value instanceof Outcome && runBehind(value) === run

/** What a failed run rejects with. */
export function failureOf(outcome: Outcome): PipelineFailedError {
  const first = firstFailure(outcome)
  const where = first?.stage === undefined ? '' : ` at stage "${first.stage}"`
  return new PipelineFailedError(
    `Pipeline "${runBehind(outcome).graph.name}" failed${where}: ${textOf(first?.error)}`,
    first?.error,
    outcome as unknown as FailedResult<unknown>,
  )
}
