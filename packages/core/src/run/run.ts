import { StageflowError, textOf } from '../base/errors.ts'
import { read } from '../base/foreign.ts'
import type { Cleanup } from '../contract/context.ts'
import type { RunChanges } from '../contract/run-context.ts'
import type { ChildResult, RunOutcome, Usage } from '../contract/results.ts'
import type { Fields } from '../contract/snapshot-fields.ts'
import { Outcome, addedError } from '../report/outcome.ts'
import type { AllRunOptions, BuiltGraph } from '../graph/graph.ts'
import { nodeAt } from '../graph/graph.ts'
import { CLEANUPS, CLOSED, DECIDED, ENDED, STAGES } from '../report/phases.ts'
// This order decides that of the modules in a bundle. In this one gzip finds more of what they share.
import { LiveRunContext } from './run-context.ts'
import type { LayeredRun, PendingLayer } from './run-context.ts'
import type { RunEdges } from '../report/run-edges.ts'
import { RunFacts } from '../report/run-facts.ts'
import type { ParentLink } from '../report/run-facts.ts'
import type { ChildRun } from '../report/child-runs.ts'
import { RunParts } from './run-interceptors.ts'
import type { Stoppable } from './stopping.ts'
import { UNREAD, StageLoop } from './stage-loop.ts'
import { Stopping, emitLastEvent, runCleanup, runCleanups } from './stopping.ts'
import type { LoopOwner } from './stage-loop.ts'

/** One run from its first event to its last. It has the stage loop, its limits and signals, the parts of interceptors, and its facts. */
export class PipelineRun implements LoopOwner, Stoppable, LayeredRun, ChildRun {
  declare readonly facts: RunFacts
  declare readonly loop: StageLoop
  readonly pending: PendingLayer[] = []
  checked: Promise<RunOutcome> | undefined
  parts: RunParts | undefined
  stoppingIfAny: Stopping | undefined
  #context: LiveRunContext | undefined
  #cleanups: (() => Promise<void>)[] | undefined
  /** How the stages ended; undefined if they weren't started. */
  #begun: Promise<Outcome> | undefined
  #stagesDone: ((outcome: Outcome) => void) | undefined
  /** How the run ended, including its layers. */
  #final: Outcome | undefined

  constructor(facts: RunFacts) {
    this.facts = facts
    this.loop = new StageLoop(this)
    facts.edges = facts.graph.edges?.open(this) as RunEdges | undefined
  }

  /** When `timeoutMs` begins to count. */
  get limitFrom(): number {
    return this.facts.startedAt
  }

  // From the first event to the stages

  /** Starts the run. Calls back once, with its outcome. */
  open(done: (outcome: Outcome) => void): void {
    const { facts } = this
    const { options, parent, graph } = facts
    facts.events?.emit(
      `pipeline.${facts.resume === undefined ? 'started' : 'resumed'}`,
      { pipeline: graph.name, stages: graph.names.length },
      undefined,
      facts.startedAt,
    )
    if (options.timeoutMs !== undefined) this.stopping.limitTo(this.limitFrom + options.timeoutMs, 'timeoutMs')
    if (options.signal !== undefined) this.stopping.listen(options.signal)
    if (parent !== undefined) this.stopping.listen(parent.signal)
    if (graph.watching.length === 0 && read(facts.events?.sink, 'onRun') === undefined) return this.#proceed(done)
    this.parts = new RunParts(facts, this.context)
    this.parts.enter(
      () => this.#proceed(done),
      (error) => {
        facts.fail(error, undefined)
        this.stopping.stop({ status: 'failed', reason: error.message }, error)
        this.#proceed(done, false)
      },
    )
  }

  /** `isWrapped`: whether to call the interceptors around the run. */
  #proceed(done: (outcome: Outcome) => void, isWrapped: boolean = this.facts.graph.aroundRun !== undefined): void {
    if (isWrapped || this.facts.events !== undefined) return void this.#runAround(done, isWrapped)
    this.startStages((outcome) => {
      this.#decide(outcome)
      this.close()
      done(outcome)
    })
  }

  /** For a run with layers or a sink: the last event comes after the outermost layer has answered. */
  async #runAround(done: (outcome: Outcome) => void, isWrapped: boolean): Promise<void> {
    const { facts } = this
    let outcome = await (isWrapped ? this.#askLayers() : this.begin())
    if (this.#begun !== undefined && facts.phase < ENDED) {
      const { status, reason = 'an interceptor failed the run' } = outcome
      this.stopping.stop(
        { status: status === 'failed' ? 'failed' : 'cancelled', reason },
        new StageflowError('core/cancelled', `The run was stopped: ${reason}`),
      )
      await this.#begun
    }
    facts.phase = ENDED
    this.stoppingIfAny?.recheck(facts.options.signal)
    outcome = this.#worse(outcome)
    facts.endedAt = facts.clock.now()
    this.#decide(outcome)
    await emitLastEvent(facts, outcome)
    this.close()
    done(outcome)
  }

  #decide(outcome: Outcome): void {
    this.facts.phase = DECIDED
    this.#final = outcome
    this.parts?.tellOfEnd(outcome)
  }

  #askLayers(): Promise<Outcome> {
    // A checked layer returns an outcome of this run.
    const answered = this.facts.graph.aroundRun?.(new LiveRunContext(this, true)) as Promise<Outcome>
    // If the run was stopped before its layers were called, they get the grace time too. Only now, because the call has made them wait.
    if (this.stoppingIfAny?.isStopped) this.stoppingIfAny.arm()
    return answered
  }

  /** The first ending counts: an interceptor can fail a run that completed, but can't improve or change one that didn't. */
  #worse(outcome: Outcome): Outcome {
    const { facts } = this
    if (facts.ending === undefined || outcome.status === facts.ending.status) return outcome
    const added = addedError(outcome)
    if (added !== undefined)
      facts.problem(
        new StageflowError(
          'core/interceptor-late',
          `An interceptor failed the run after it had ended as ${facts.ending.status}: ${textOf(added)}`,
          { cause: added },
        ),
      )
    return this.outcome()
  }

  /** The innermost `next` of `wrapRun`: runs the stages once, however often it is called. */
  begin({ snapshot, deadline, signal }: RunChanges = {}): Promise<Outcome> {
    if (this.#begun === undefined && this.facts.phase >= ENDED) return Promise.resolve(this.outcome())
    return (this.#begun ??= new Promise((resolve) => {
      if (snapshot !== undefined) this.facts.snapshot = snapshot
      if (deadline !== undefined) this.stopping.limitTo(deadline, 'run.with({ deadline })')
      if (signal !== undefined) this.stopping.listen(signal)
      this.startStages(resolve)
    }))
  }

  protected startStages(done: (outcome: Outcome) => void): void {
    this.#stagesDone = done
    this.facts.phase = STAGES
    this.loop.drive(this.facts.startedAt)
  }

  // From the stages to the end

  stagesEnded(now: number): void {
    this.facts.phase = CLEANUPS
    this.facts.edges?.close()
    if (this.#cleanups === undefined) this.#end(now)
    else void runCleanups(this.#cleanups, this.facts).then(() => this.#end(UNREAD))
  }

  #end(now: number): void {
    const { facts } = this
    this.stoppingIfAny?.stagesEnded()
    this.stoppingIfAny?.recheck(facts.options.signal)
    if (facts.schedule.left > 0 && facts.schedule.suspended === 0 && !facts.schedule.stopped) {
      const error = new StageflowError(
        'core/deadlock',
        `The run of "${facts.graph.name}" cannot go on. Report this bug in Stageflow.`,
      )
      facts.fail(error, undefined)
      facts.ending ??= { status: 'failed', reason: error.message }
    }
    facts.phase = ENDED
    facts.endedAt = now === UNREAD ? facts.clock.now() : now
    this.#stagesDone?.(this.outcome())
  }

  protected close(): void {
    this.facts.phase = CLOSED
    this.stoppingIfAny?.close()
    this.facts.graph.dues.rest()
  }

  /** How the run ended, before the layers around it have answered. */
  outcome(): Outcome {
    const { ending, schedule } = this.facts
    const { status = schedule.suspended > 0 ? 'suspended' : 'completed', reason } = ending ?? {}
    return new Outcome(this.facts, status, reason)
  }

  // Called by its stages, its interceptors and its parent

  get context(): LiveRunContext {
    return (this.#context ??= new LiveRunContext(this, false))
  }
  get stopping(): Stopping {
    return (this.stoppingIfAny ??= new Stopping(this))
  }
  abortOf(stage: number): { readonly reason: unknown } | undefined {
    return this.stoppingIfAny?.abortOf(nodeAt(this.facts.graph, stage))
  }
  cancel(reason: string, signalReason?: unknown): void {
    this.stopping.cancel(reason, signalReason)
  }
  /** Makes a run inside one of its stages. */
  childRun(graph: BuiltGraph, input: Fields, options: AllRunOptions, parent: ParentLink): PipelineRun {
    return new PipelineRun(new RunFacts(graph, input, options, parent, this.facts.events?.listener))
  }
  onCleanup(stage: number, cleanup: Cleanup): void {
    const { facts } = this
    const checked = (): Promise<void> => runCleanup(cleanup, facts, facts.outletOf(facts.graph.names[stage]))
    if (facts.ignores(stage)) void checked()
    else (this.#cleanups ??= []).push(checked)
  }

  get path(): string {
    return this.facts.parent?.shown.path ?? ''
  }
  get isOver(): boolean {
    return this.facts.phase >= ENDED
  }
  get endsSoon(): boolean {
    const { phase, interruption } = this.facts
    return phase < CLOSED && (phase >= CLEANUPS || interruption !== undefined || this.stoppingIfAny?.isInGrace === true)
  }
  get used(): Usage | undefined {
    return this.facts.used
  }
  get result(): ChildResult {
    return this.#final ?? this.outcome()
  }
}
