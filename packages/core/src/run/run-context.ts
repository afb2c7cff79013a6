import type { RunAbort } from '../base/abort.ts'
import { checkArgumentCount } from '../base/argument-count.ts'
import { isNumber, isObject } from '../base/check.ts'
import type { Clock } from '../base/clock.ts'
import { StageflowError, textOf, toError } from '../base/errors.ts'
import { EMPTY, getter } from '../base/objects.ts'
import { ABORT_SIGNAL, checkOptions, plainOptions } from '../base/options.ts'
import type { OptionRules } from '../base/options.ts'
import { show } from '../base/show.ts'
import type { MapItem, PipelineInfo, RunParent } from '../contract/graph-info.ts'
import type { RunOptions } from '../contract/run-context.ts'
import type { EmitEvent, TryEmitEvent } from '../contract/events.ts'
import type { RunChanges, RunContext } from '../contract/run-context.ts'
import type { RunOutcome } from '../contract/results.ts'
import { IDS } from '../contract/snapshot-fields.ts'
import { ContextSnapshot } from '../contract/snapshot.ts'
import { Outcome } from '../report/outcome.ts'
import { outputNamed } from '../report/record.ts'
import type { RunFacts } from '../report/run-facts.ts'
import { RUNNING } from '../schedule/plan.ts'

/** Set by the class below, which alone can read its private fields. */
let runAndChangesIn: (context: unknown) => RunAndChanges | undefined

interface RunAndChanges {
  readonly run: LayeredRun
  readonly changes: RunChanges
}

/** A layer around the run that hasn't answered yet. */
export interface PendingLayer {
  readonly name: string
  /** Answers in its place. */
  readonly answer: (outcome: RunOutcome) => void
}

/** The members of a run that its layers use. */
export interface LayeredRun {
  readonly facts: RunFacts
  readonly stopping: { readonly abort: RunAbort; request(reason: string): void }
  readonly pending: PendingLayer[]
  /** The last promise of a layer that was checked. */
  checked: Promise<RunOutcome> | undefined
  begin(changes: RunChanges): Promise<Outcome>
}

/** An item of a map, as the context of its run uses it. */
export interface RunOfItem extends Pick<LayeredRun, 'facts' | 'stopping'> {
  readonly item: MapItem
}

const CHANGES: OptionRules<RunChanges> = {
  signal: ABORT_SIGNAL,
  deadline: [isNumber, 'a time in ms'],
  snapshot: [(value) => value instanceof ContextSnapshot, 'a ContextSnapshot'],
}

const CHANGED = Object.keys(CHANGES)

/** A run as interceptors see it. */
export class LiveRunContext implements RunContext {
  readonly #run: LayeredRun
  readonly #changes: RunChanges
  /** Whether code that has it can answer the run: it was given to a layer of `wrapRun`. */
  readonly #canAnswer: boolean
  readonly #item: RunOfItem | undefined
  #signal: AbortSignal | undefined

  constructor(run: LayeredRun, canAnswer: boolean, changes: RunChanges = EMPTY, item?: RunOfItem) {
    this.#run = run
    this.#canAnswer = canAnswer
    this.#changes = changes
    this.#item = item
  }

  /** The run as an item of one of its maps sees it. */
  ofItem(item: RunOfItem): LiveRunContext {
    return new LiveRunContext(this.#run, false, this.#changes, item)
  }

  declare readonly pipelineRunId: string
  declare readonly requestId: string | undefined
  declare readonly sessionId: string | undefined
  declare readonly userId: string | undefined
  declare readonly orgId: string | undefined
  declare readonly interactionId: string | undefined

  static {
    for (const id of IDS) getter(this.prototype, id, (run) => run.snapshot[id])
    runAndChangesIn = (context) =>
      isObject(context) && #run in context ? { run: context.#run, changes: context.#changes } : undefined
  }

  get pipeline(): PipelineInfo {
    return this.#run.facts.graph.info
  }
  get parent(): RunParent | undefined {
    return this.#run.facts.parent?.shown
  }
  get item(): MapItem | undefined {
    return this.#item?.item
  }
  get snapshot(): ContextSnapshot {
    return this.#changes.snapshot ?? this.#run.facts.snapshot
  }
  get given(): ContextSnapshot {
    let { facts } = this.#run
    while (facts.parent !== undefined) ({ facts } = facts.parent)
    return facts.given
  }
  get options(): Readonly<RunOptions> {
    return this.#run.facts.options
  }
  get signal(): AbortSignal {
    const { signal } = this.#inner.stopping.abort.scope
    const narrower = this.#changes.signal
    return narrower === undefined ? signal : (this.#signal ??= AbortSignal.any([signal, narrower]))
  }
  get deadline(): number | undefined {
    const least = Math.min(this.#changes.deadline ?? Infinity, this.#inner.facts.deadline)
    return least === Infinity ? undefined : least
  }
  get clock(): Clock {
    return this.#run.facts.clock
  }
  get startedAt(): number {
    return this.#run.facts.startedAt
  }

  // Getters that return functions, so that interceptors can destructure them.
  get tryEmitEvent(): TryEmitEvent {
    return (type: string, data: object) => this.#run.facts.tryEmit(undefined, type, data)
  }
  get emitEvent(): EmitEvent {
    return (type: string, data: object) => this.#run.facts.emit(undefined, type, data, this.signal)
  }

  get kept(): RunContext['kept'] {
    return this.#run.facts.kept
  }
  get keep(): RunContext['keep'] {
    return (name, value) => this.#run.facts.keep(name, value)
  }
  get get(): RunContext['get'] {
    return (slot, ...more: readonly unknown[]) => {
      if (more.length > 0) checkArgumentCount(1 + more.length, 1, 'get(slot) ?? fallback')
      return this.#inner.facts.slotValue(slot)
    }
  }
  get set(): RunContext['set'] {
    return (slot, value) => this.#inner.facts.setSlot(slot, value)
  }
  get running(): readonly string[] {
    return this.#run.facts.graph.names.filter((_, stage) => this.#run.facts.schedule.state(stage) === RUNNING)
  }
  get output(): RunContext['output'] {
    return (stage) => outputNamed(this.#inner.facts, stage) ?? outputNamed(this.#run.facts, stage)
  }
  get note(): RunContext['note'] {
    return (key, value) => this.#run.facts.noteRun(key, value)
  }
  get problem(): RunContext['problem'] {
    return (error) =>
      this.#run.facts.problem(
        StageflowError.is(error) ? error : new StageflowError('core/problem', textOf(error), { cause: error }),
      )
  }
  get with(): RunContext['with'] {
    return (changes) => {
      checkOptions('run.with()', 'core/illegal-option', changes, CHANGES)
      return new LiveRunContext(this.#run, this.#canAnswer, { ...this.#changes, ...plainOptions(changes, CHANGED) })
    }
  }
  get stop(): RunContext['stop'] {
    return (reason) => this.#run.stopping.request(textOf(reason))
  }
  get fail(): RunContext['fail'] {
    return (error) => this.#answer('fail(error)', new Outcome(this.#run.facts, 'failed', undefined, toError(error)))
  }
  get cancel(): RunContext['cancel'] {
    return (reason) => this.#answer('cancel(reason)', new Outcome(this.#run.facts, 'cancelled', textOf(reason)))
  }
  get #inner(): Pick<LayeredRun, 'facts' | 'stopping'> {
    return this.#item ?? this.#run
  }
  #answer(made: string, answer: Outcome): Outcome {
    if (this.#canAnswer) return answer
    throw new StageflowError('core/interceptor-answer', `Only wrapRun can return run.${made}. Call run.stop(reason).`)
  }
}

/** The run behind the argument that an interceptor passed to `next`, and its changes. Refuses any other value. */
export function runBehind(given: unknown): RunAndChanges {
  const found = runAndChangesIn(given)
  if (found !== undefined) return found
  throw new StageflowError(
    'core/interceptor-context',
    `An interceptor called next(${show(given)}) around a run. Pass the run that it was given, or that of run.with().`,
  )
}
