import { RESULT } from '../base/check.ts'
import { errorRecord, textOf } from '../base/errors.ts'
import type { ErrorRecord } from '../base/errors.ts'
import { getter, printAs } from '../base/objects.ts'
import { asStageOutput } from '../contract/output.ts'
import type { StageOutput } from '../contract/output.ts'
import { PipelineFailedError } from '../contract/results.ts'
import type {
  ChildResult,
  FailedResult,
  PipelineReport,
  PipelineResult,
  PipelineStatus,
  RunOutcome,
} from '../contract/results.ts'
import { pipelineReport, stageOutput } from './record.ts'
import { CLOSED, ENDED } from './run-facts.ts'
import type { Failure, RunFacts } from './run-facts.ts'

/** Set by the class below, which alone can read its private fields. */
let factsOf: (outcome: Outcome) => RunFacts
/** The failure that an interceptor around the run has added. */
export let addedError: (outcome: Outcome) => Error | undefined
let failuresOf: (outcome: Outcome) => readonly Failure[]

/** How a run ended: the outcome for interceptors, the result for callers. It is computed when it is read, from facts that no longer change. */
export class Outcome implements RunOutcome, ChildResult {
  declare readonly '~outcome': true
  readonly #run: RunFacts
  readonly #added: Error | undefined
  declare readonly status: PipelineStatus
  declare readonly reason: string | undefined
  #data: Readonly<Record<string, unknown>> | undefined
  #outputs: Readonly<Record<string, StageOutput>> | undefined
  #report: PipelineReport | undefined
  #errors: readonly ErrorRecord[] | undefined
  #children: Readonly<Record<string, ChildResult>> | undefined

  constructor(run: RunFacts, status: PipelineStatus, reason?: string, added?: Error) {
    this.#run = run
    this.#added = added
    this.status = status
    this.reason = status === 'cancelled' ? reason : undefined
  }

  static {
    getter(this.prototype, RESULT, () => true)
    factsOf = (outcome) => outcome.#run
    addedError = (outcome) => outcome.#added
    failuresOf = (outcome) => {
      const { failures = [] } = outcome.#run
      return outcome.#added === undefined ? failures : [...failures, { error: outcome.#added, stage: undefined }]
    }
    printAs(this.prototype, (outcome) => {
      return { status: outcome.status, ...whyOf(outcome), data: { ...outcome.data } }
    })
  }

  /** The data of each stage that settled ok. */
  get data(): Readonly<Record<string, unknown>> {
    if (this.#data !== undefined) return this.#data
    const { data, graph } = this.#run
    const all = new graph.Data()
    for (let stage = 0; stage < data.length; stage++) {
      if (data[stage] !== undefined) all[graph.names[stage] as string] = data[stage]
    }
    // A run that still goes on has more to come.
    if (this.#isOver) this.#data = all
    return all
  }

  /** The output of each stage that settled. */
  get outputs(): Readonly<Record<string, StageOutput>> {
    if (this.#outputs !== undefined) return this.#outputs
    const all: Record<string, StageOutput> = Object.create(null) as Record<string, StageOutput>
    this.#run.graph.names.forEach((name, stage) => {
      const output = stageOutput(this.#run, stage)
      if (output !== undefined) all[name] = asStageOutput(output)
    })
    if (this.#isOver) this.#outputs = all
    return Object.freeze(all)
  }

  get report(): PipelineReport {
    if (this.#report !== undefined) return this.#report
    const report = pipelineReport(this.#run, this.status)
    // Until the last event is out, interceptors can still add notes.
    if (this.#run.phase === CLOSED) this.#report = report
    return report
  }

  /** How each child run ended, those of child runs included, by its path. A path that ran again, after a retry, ends with `@2`, `@3` and so on. */
  get children(): Readonly<Record<string, ChildResult>> {
    if (this.#children !== undefined) return this.#children
    const all: Record<string, ChildResult> = Object.create(null) as Record<string, ChildResult>
    const add = (path: string, result: ChildResult): void => {
      let key = path
      for (let again = 2; key in all; again++) key = `${path}@${again}`
      all[key] = result
    }
    for (const { path, result } of this.#run.children) {
      add(path, result)
      for (const [inner, innerResult] of Object.entries(result.children)) add(inner, innerResult)
    }
    if (this.#run.phase === CLOSED) this.#children = all
    return Object.freeze(all)
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
    const errors = this.status === 'failed' ? failuresOf(this).map(({ error, stage }) => errorRecord(error, stage)) : []
    if (this.#isOver) this.#errors = errors
    return errors
  }

  output(stage: string): StageOutput | undefined {
    const index = this.#run.graph.indexOf(stage)
    const output = index === undefined ? undefined : stageOutput(this.#run, index)
    return output === undefined ? undefined : asStageOutput(output)
  }

  toJSON(): object {
    const { status, data, outputs, report, children } = this
    return { status, ...whyOf(this), data, outputs, report, children }
  }

  get #isOver(): boolean {
    return this.#run.phase >= ENDED
  }
}

/** Why a run did not complete, as its events and results say it. */
export const whyOf = (outcome: Outcome): object =>
  outcome.status === 'failed'
    ? { errors: outcome.errors }
    : outcome.status === 'cancelled'
      ? { reason: outcome.reason }
      : {}

export const isOutcomeOf = (value: unknown, run: RunFacts): value is Outcome =>
  value instanceof Outcome && factsOf(value) === run

/** What a failed run rejects with. */
export function failureOf(outcome: Outcome): PipelineFailedError {
  const first = failuresOf(outcome)[0]
  const where = first?.stage === undefined ? '' : ` at stage "${first.stage}"`
  const code = errorRecord(first?.error).code
  return new PipelineFailedError(
    `Pipeline "${factsOf(outcome).graph.name}" failed${where}: [${code}] ${textOf(first?.error)}`,
    first?.error,
    asFailed(outcome),
  )
}

/** A result as callers see it. Only the type of a pipeline knows the data of its stages. */
export const asResult = (outcome: Outcome): PipelineResult<unknown> | FailedResult<unknown> =>
  outcome as unknown as PipelineResult<unknown>
const asFailed = (outcome: Outcome): FailedResult<unknown> => asResult(outcome) as FailedResult<unknown>
