import { numberedPath } from '../contract/keys.ts'
import { RESULT } from '../base/check.ts'
import { errorRecord, textOf } from '../base/errors.ts'
import type { ErrorRecord } from '../base/errors.ts'
import { bareRecord, getter, printAs } from '../base/objects.ts'
import type { Kept } from '../contract/snapshot-fields.ts'
import type { Output, StageOutput } from '../contract/output.ts'
import { PipelineFailedError } from '../contract/results.ts'
import type {
  ChildResult,
  FailedResult,
  PipelineReport,
  PipelineResult,
  PipelineStatus,
  RunOutcome,
} from '../contract/results.ts'
import type { ContextSnapshot } from '../contract/snapshot.ts'
import { outputNamed, pipelineReport, requestsOf } from './record.ts'
import { CLOSED, ENDED } from './phases.ts'
import type { Failure, RunFacts } from './run-facts.ts'

/** Set by the class below, which alone can read its private fields. */
let factsOf: (outcome: Outcome) => RunFacts
/** The error of an interceptor's `run.fail`. */
export let addedError: (outcome: Outcome) => Error | undefined

/**
 * How a run ended: the outcome for interceptors, the result for callers. It is computed when it is read, from facts that no
 * longer change.
 */
export class Outcome implements RunOutcome, ChildResult {
  declare readonly '~outcome': true
  readonly #run: RunFacts
  readonly #added: Error | undefined
  declare readonly status: PipelineStatus
  declare readonly reason: string | undefined
  /** Computed values that can no longer change, by name. */
  #kept: Map<string, unknown> | undefined

  /** `added`: the error of an interceptor's `run.fail`, which comes after the failures of the run itself. */
  constructor(run: RunFacts, status: PipelineStatus, reason?: string, added?: Error) {
    this.#run = run
    this.#added = added
    this.status = status
    // A failed run has `errors` instead, which say more than the reason for which it was stopped.
    this.reason = status === 'cancelled' ? reason : undefined
  }

  static {
    getter(this.prototype, RESULT, () => true)
    factsOf = (outcome) => outcome.#run
    addedError = (outcome) => outcome.#added
    printAs(this.prototype, (outcome) => {
      return { status: outcome.status, ...whyOf(outcome), data: { ...outcome.data } }
    })
  }

  /** The data of each stage that settled ok. */
  get data(): Readonly<Record<string, unknown>> {
    // More stages may settle while the run is in progress.
    return this.#keptFrom(ENDED, 'data', () => {
      const { data, graph } = this.#run
      const all = new graph.Data()
      for (let stage = 0; stage < data.length; stage++) {
        if (data[stage] !== undefined) all[graph.names[stage] as string] = data[stage]
      }
      return all
    })
  }

  /** The output of each stage that settled. */
  get outputs(): Readonly<Record<string, StageOutput>> {
    return this.#keptFrom(ENDED, 'outputs', () => {
      const all = bareRecord<StageOutput>()
      for (const name of this.#run.graph.names) {
        const output = outputNamed(this.#run, name)
        if (output !== undefined) all[name] = output
      }
      return Object.freeze(all)
    })
  }

  /** The request of each suspended stage. */
  get requests(): Readonly<Record<string, unknown>> | undefined {
    return this.status === 'suspended' ? requestsOf(this.outputs) : undefined
  }
  /** The input that a suspended run continues with. */
  get snapshot(): ContextSnapshot | undefined {
    return this.requests && this.#run.given
  }
  /** What interceptors keep with a suspended run. */
  get kept(): Kept | undefined {
    return this.requests && this.#run.keptForNextLeg
  }

  get report(): PipelineReport {
    // Until the last event is published, interceptors can still add notes.
    return this.#keptFrom(CLOSED, 'report', () => pipelineReport(this.#run, this.status))
  }

  /**
   * How each child run ended, including children of child runs, by its path. A path that ran again, after a retry, ends with
   * `@2`, `@3` and so on.
   */
  get children(): Readonly<Record<string, ChildResult>> {
    return this.#keptFrom(CLOSED, 'children', () => {
      const all = bareRecord<ChildResult>()
      const add = (path: string, result: ChildResult): void => {
        let key = path
        for (let count = 2; key in all; count++) key = numberedPath(path, count)
        all[key] = result
      }
      for (const { path, result } of this.#run.children) {
        add(path, result)
        for (const [inner, innerResult] of Object.entries(result.children)) add(inner, innerResult)
      }
      return Object.freeze({ ...this.#run.resume?.children, ...all })
    })
  }

  get errors(): readonly ErrorRecord[] {
    return this.#keptFrom(ENDED, 'errors', () =>
      this.status === 'failed' ? failuresOf(this).map(({ error, stage }) => errorRecord(error, stage)) : [],
    )
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

  output(stage: string): StageOutput | undefined {
    return outputNamed(this.#run, stage)
  }

  toJSON(): object {
    const { status, snapshot, kept, data, outputs, report, children } = this
    return { status, ...whyOf(this), snapshot, kept, data, outputs, report, children }
  }

  /** Returns the result of `make`. From `phase` on, it is computed only once. */
  #keptFrom<T>(phase: number, key: string, make: () => T): T {
    const made = (this.#kept?.get(key) as T | undefined) ?? make()
    if (this.#run.phase >= phase) (this.#kept ??= new Map()).set(key, made)
    return made
  }
}

/** What failed in a run, with the error of an interceptor last. */
function failuresOf(outcome: Outcome): readonly Failure[] {
  const { failures = [] } = factsOf(outcome)
  const error = addedError(outcome)
  return error === undefined ? failures : [...failures, { error, stage: undefined }]
}

/** Why a run did not complete, for its results and events. The requests of stages may be user data, so events only name them. */
export const whyOf = (outcome: Outcome, isEvent?: true): object =>
  outcome.status === 'failed'
    ? { errors: outcome.errors }
    : outcome.status === 'cancelled'
      ? { reason: outcome.reason }
      : outcome.requests === undefined
        ? {}
        : isEvent
          ? { stages: Object.keys(outcome.requests) }
          : { requests: outcome.requests }

export const isOutcomeOf = (value: unknown, run: RunFacts): value is Outcome =>
  value instanceof Outcome && factsOf(value) === run

/** What ended a failed run: its error, the output of the stage that failed, and whether the code of that stage returned it. */
export function firstFailure(outcome: Outcome): {
  readonly error: unknown
  readonly output: Output | undefined
  readonly isOwn: boolean
} {
  const run = factsOf(outcome)
  const first = failuresOf(outcome)[0]
  const facts = first?.stage === undefined ? undefined : run.stages?.[run.graph.indexOf(first.stage) as number]
  const output = facts?.output
  return { error: first?.error, output, isOwn: facts?.settledItself === true && output?.isByEngine !== true }
}

/** The error that a failed run rejects with. */
export function failureOf(outcome: Outcome): PipelineFailedError {
  const first = failuresOf(outcome)[0]
  const where = first?.stage === undefined ? '' : ` at stage "${first.stage}"`
  const code = errorRecord(first?.error).code
  return new PipelineFailedError(
    `Pipeline "${factsOf(outcome).graph.name}" failed${where}: [${code}] ${textOf(first?.error)}`,
    first?.error,
    asResult(outcome) as FailedResult<unknown>,
  )
}

/** A result as callers see it. Only the type of a pipeline has the types of its stages' data. */
export function asResult(outcome: Outcome): PipelineResult<unknown> | FailedResult<unknown> {
  return outcome as unknown as PipelineResult<unknown>
}
