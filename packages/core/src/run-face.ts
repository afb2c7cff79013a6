import type { Clock } from './clock.ts'
import type { PipelineInfo, RunChanges, RunContext, RunOptions, RunParent } from './context.ts'
import { StageflowError, quote, textOf, toError } from './errors.ts'
import type { EmitEvent, TryEmitEvent } from './events.ts'
import { getter } from './getter.ts'
import { Outcome } from './outcome.ts'
import type { StageOutput } from './output.ts'
import { stageOutput } from './record.ts'
import type { RunOutcome } from './report-types.ts'
import { checkRules, isObject } from './rules.ts'
import type { Rules } from './rules.ts'
import { SIGNAL } from './run-options.ts'
import type { RunState } from './run-state.ts'
import { RUNNING } from './schedule-codes.ts'
import { IDS } from './snapshot-fields.ts'
import { ContextSnapshot } from './snapshot.ts'

/** Set by the class below, which alone can read its private fields. */
export let changesOf: (face: unknown) => RunChanges
export let runBehind: (face: unknown) => RunState

const CHANGES: Rules = {
  signal: SIGNAL,
  deadline: [(value) => typeof value === 'number' && !Number.isNaN(value), 'a time on the clock, in milliseconds'],
  snapshot: [(value) => value instanceof ContextSnapshot, 'a ContextSnapshot'],
}

const NO_CHANGES: RunChanges = {}

/** A run as interceptors see it. */
export class RunFace implements RunContext {
  readonly #run: RunState
  readonly #changes: RunChanges
  #signal: AbortSignal | undefined

  constructor(run: RunState, changes: RunChanges = NO_CHANGES) {
    this.#run = run
    this.#changes = changes
  }

  declare readonly pipelineRunId: string
  declare readonly requestId: string | undefined
  declare readonly sessionId: string | undefined
  declare readonly userId: string | undefined
  declare readonly orgId: string | undefined
  declare readonly interactionId: string | undefined

  static {
    for (const id of IDS) getter(this.prototype, id, (run) => run.snapshot[id])
    changesOf = (face) => (isObject(face) && #changes in face ? face.#changes : NO_CHANGES)
    runBehind = (face) => {
      if (isObject(face) && #run in face) return face.#run
      throw new StageflowError(
        'core/interceptor-context',
        `An interceptor called next(${quote(face)}); around a run it takes the run it was given, or that of run.with().`,
      )
    }
  }

  get pipeline(): PipelineInfo {
    return this.#run.graph.info
  }
  get parent(): RunParent | undefined {
    return this.#run.parent?.shown
  }
  get snapshot(): ContextSnapshot {
    return this.#changes.snapshot ?? this.#run.snapshot
  }
  get options(): Readonly<RunOptions> {
    return this.#run.options
  }
  get signal(): AbortSignal {
    const { signal } = this.#run.abort.scope
    const narrower = this.#changes.signal
    return narrower === undefined ? signal : (this.#signal ??= AbortSignal.any([signal, narrower]))
  }
  get deadline(): number | undefined {
    const least = Math.min(this.#changes.deadline ?? Infinity, this.#run.limit)
    return least === Infinity ? undefined : least
  }
  get clock(): Clock {
    return this.#run.clock
  }
  get startedAt(): number {
    return this.#run.startedAt
  }
  get tryEmitEvent(): TryEmitEvent {
    return (type: string, data: object) => this.#run.tryEmit(undefined, type, data)
  }
  get emitEvent(): EmitEvent {
    return (type: string, data: object) => this.#run.emit(undefined, type, data, this.signal)
  }

  // Bound, as those of a stage's context are.
  get get(): RunContext['get'] {
    return (slot) => this.#run.slotValue(slot)
  }
  get set(): RunContext['set'] {
    return (slot, value) => this.#run.setSlot(slot, value)
  }
  get running(): readonly string[] {
    return this.#run.graph.names.filter((_, stage) => this.#run.state(stage) === RUNNING)
  }
  get output(): RunContext['output'] {
    return (stage) => {
      const index = this.#run.graph.indexOf(stage)
      return index === undefined ? undefined : (stageOutput(this.#run, index) as StageOutput | undefined)
    }
  }
  get note(): RunContext['note'] {
    return (key, value) => this.#run.noteRun(key, value)
  }
  get problem(): RunContext['problem'] {
    return (error) =>
      this.#run.problem(
        StageflowError.is(error) ? error : new StageflowError('core/problem', textOf(error), { cause: error }),
      )
  }
  get with(): RunContext['with'] {
    return (changes) => {
      checkRules(changes as Readonly<Record<string, unknown>>, CHANGES, (key, why) => {
        throw new StageflowError('core/run-option', `run.with() was given ${key} ${why}.`)
      })
      return new RunFace(this.#run, { ...this.#changes, ...changes })
    }
  }
  get fail(): RunContext['fail'] {
    return (error) => new Outcome(this.#run, 'failed', undefined, toError(error)) as unknown as RunOutcome
  }
  get cancel(): RunContext['cancel'] {
    return (reason) => new Outcome(this.#run, 'cancelled', textOf(reason)) as unknown as RunOutcome
  }
}
