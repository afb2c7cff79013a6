import { StageflowError } from './errors.ts'
import type { OpenedChild } from './child.ts'
import type { InterceptorContext, RunContext } from './context.ts'
import { asPromise, thrownOutput } from './execute.ts'
import { NodeInputs } from './inputs.ts'
import { emitStageEnd, endsSoon, finalOutput, frozenOutput } from './stage-end.ts'
import { LiveContext } from './live-context.ts'
import type { StageNode } from './node.ts'
import { tellUnanswered } from './observed-call.ts'
import { tellObservers } from './observers.ts'
import { Output, isData, unreadable } from './output.ts'
import { stageRecord } from './record.ts'
import type { StageRecord } from './report-types.ts'
import { RunState } from './run-state.ts'
import {
  ABORT,
  CANCELLED,
  END,
  FAILED,
  LEFT,
  OK,
  RUNNING,
  SETTLED,
  SKIPPED,
  START,
  STAYS,
  operationOf,
  stageOf,
} from './schedule.ts'
import type { StageFacts } from './stage-facts.ts'
import { askWhen } from './when.ts'

export const UNREAD = -1

/** The stages of one run: starts what the schedule commands, and tells it how each stage ended. */
export abstract class RunLoop extends RunState {
  driving = false
  /** The stages may start: what surrounds the run has let it through. */
  begun = false

  /** Nothing runs and nothing can start: the run is to be finished. */
  protected abstract conclude(now: number): void
  /** Code of stages that have ended may be all that runs: it is waited for, for the grace time. */
  protected abstract waitForCode(): void
  abstract outOfTime(): void
  /** A child run is over with its last event. */
  abstract childClosed(): void
  /** The schedule stopped because of a stage: the rest is aborted. */
  protected abstract halt(reason: unknown): void
  abstract readonly context: RunContext
  abstract openChild(
    context: LiveContext,
    child: unknown,
    input: object,
    options: object | undefined,
    suffix: string,
  ): OpenedChild

  record(stage: number): StageRecord {
    return stageRecord(this, stage)
  }

  /** Carries out what the schedule commands until it has no more; never recurses. `now`: a clock reading that is still right, or UNREAD. */
  drive(now: number): void {
    if (this.driving || this.over || !this.begun) return
    this.driving = true
    const { schedule } = this
    let time = now
    for (let command = schedule.take(); command !== 0; command = schedule.take()) {
      const operation = operationOf(command)
      if (operation === END) {
        this.conclude(time)
        break
      }
      if (time === UNREAD) time = this.clock.now()
      const stage = stageOf(command)
      if (operation === START) {
        time = this.#start(stage, time)
        if (time > this.limit) this.outOfTime()
      } else if (operation !== ABORT) this.#skipped(stage, time)
      else if (!schedule.stopped) this.#endLate(stage, time)
    }
    this.driving = false
    if (schedule.staying > 0 || this.cancelGrace !== undefined) this.waitForCode()
  }

  /** Starts a stage; the time it ended if it has already, else UNREAD. */
  #start(stage: number, now: number): number {
    const node = this.graph.nodes[stage] as StageNode
    if (node.when !== undefined && !this.#allows(node, now)) return now
    this.times[2 * stage] = now
    const context = new LiveContext(this, node)
    if (node.eager) void context.inputs
    if (this.events !== undefined) this.stageEvent(node, 'started', { kind: node.info.kind }, now)
    return node.wrapped === undefined ? this.#startBare(node, context) : this.#startWrapped(node, node.wrapped, context)
  }

  #startBare(node: StageNode, context: LiveContext): number {
    const stage = node.index
    let value: unknown
    let promise: Promise<unknown> | undefined
    try {
      value = node.body(context as unknown as InterceptorContext)
      promise = value instanceof Promise ? value : isData(value) ? undefined : asPromise(value, context)
    } catch (thrown) {
      return this.#endNow(stage, this.#threw(stage, thrown))
    }
    if (promise === undefined) return this.#endNow(stage, value)
    promise.then(
      (last: unknown) => this.#bareEnded(stage, last),
      (thrown: unknown) => this.#bareEnded(stage, this.#threw(stage, thrown)),
    )
    return UNREAD
  }

  #startWrapped(node: StageNode, wrapped: (context: InterceptorContext) => unknown, context: LiveContext): number {
    const stage = node.index
    this.starting = stage
    const answer = wrapped(context as unknown as InterceptorContext)
    this.starting = -1
    if (!(answer instanceof Promise)) return this.#endNow(stage, answer)
    const facts = this.factsIfAny(stage)
    if (facts !== undefined && facts.body === answer) facts.direct = true
    else void (answer as Promise<Output>).then((output) => this.resume(stage, output, this.clock.now()))
    return UNREAD
  }

  #endNow(stage: number, value: unknown): number {
    const now = this.clock.now()
    this.#end(stage, value, now)
    return now
  }

  /** A stage that runs ends, later than it was started. */
  resume(stage: number, value: unknown, now: number): void {
    if (this.schedule.state(stage) !== RUNNING) return
    this.#end(stage, value, now)
    this.drive(now)
  }

  #bareEnded(stage: number, value: unknown): void {
    if (this.schedule.state(stage) === RUNNING) return this.resume(stage, value, this.clock.now())
    const facts = this.factsIfAny(stage)
    if (facts === undefined) return
    facts.leave()
    this.codeLeft(stage)
  }

  /** A throw is a failure, but no verdict of a guard. */
  #threw(stage: number, thrown: unknown): Output {
    this.facts(stage).threw = true
    return thrownOutput(this, stage, thrown)
  }

  /** Some code of a stage ended; where the stage has ended too and that was the last of it, its slot is free. */
  codeLeft(stage: number): void {
    if (!this.over && this.factsIfAny(stage)?.code === 0 && this.schedule.feed(LEFT, stage, 0)) this.drive(UNREAD)
  }

  #allows(node: StageNode, now: number): boolean {
    const answer = askWhen(node, new NodeInputs(this, node), this.snapshot)
    if (answer !== undefined) this.#end(node.index, answer, now)
    // A condition may itself have stopped the run: the stage has not started, and will not.
    else if (this.schedule.stopped) this.schedule.feed(SETTLED, node.index, CANCELLED)
    else return true
    return false
  }

  // ---------- how a stage ends

  #end(stage: number, value: unknown, now: number): void {
    this.times[2 * stage + 1] = now
    const facts = this.factsIfAny(stage)
    if (facts !== undefined || !this.#endWithData(stage, value)) this.#endWithOutput(stage, value, facts)
    if (this.watched) this.#tell(stage, now)
    this.parent?.tell('alive')
  }

  /** The common ending: plain data of a stage about which nothing else is known. */
  #endWithData(stage: number, value: unknown): boolean {
    try {
      if (!isData(value)) return false
      this.data[stage] = this.graph.freeze(value)
    } catch (cause) {
      this.#endWithOutput(stage, unreadable(this.graph.names[stage] as string, cause), undefined)
      return true
    }
    this.schedule.feed(SETTLED, stage, OK)
    return true
  }

  #endWithOutput(stage: number, value: unknown, facts: StageFacts | undefined): void {
    const node = this.graph.nodes[stage] as StageNode
    // What its own code answered has been read already.
    const answered = facts?.answered
    const given =
      answered !== undefined && answered === value ? answered : frozenOutput(value, node.name, this.graph.freeze)
    const output = finalOutput(given, node.name)
    const stays = this.#codeStays(stage)
    switch (output.status) {
      case 'ok':
        if (output.hasMore) this.facts(stage).output = output
        this.data[stage] = output.data as object
        this.schedule.feed(SETTLED, stage, OK | stays)
        return tellUnanswered(this, facts)
      case 'skip':
        this.facts(stage).output = output
        this.schedule.feed(SETTLED, stage, SKIPPED | stays)
        return tellUnanswered(this, facts)
      case 'cancel':
        this.facts(stage).output = output
        this.ending ??= { status: 'cancelled', reason: output.reason ?? '' }
        this.schedule.feed(SETTLED, stage, CANCELLED | stays)
        tellUnanswered(this, facts)
        return this.halt(
          new StageflowError('core/cancelled', `Stage "${node.name}" cancelled the run: ${output.reason}`),
        )
      case 'fail':
      case 'retry': // which finalOutput made a failure
        this.#endWithFailure(node, output, stays)
    }
  }

  #endWithFailure(node: StageNode, output: Output, stays: number): void {
    const stage = node.index
    const facts = this.facts(stage)
    const { onFailure } = node
    if (onFailure !== undefined) {
      facts.tolerated = output
      if (onFailure === 'skip') facts.output = new Output('skip', 'its failure is tolerated (onFailure)')
      else this.data[stage] = onFailure.fallback
      this.schedule.feed(SETTLED, stage, (onFailure === 'skip' ? SKIPPED : OK) | stays)
      return tellUnanswered(this, facts)
    }
    facts.output = output
    ;(this.failures ??= []).push({ error: output.error, stage: node.name })
    this.ending ??= { status: 'failed', reason: `stage "${node.name}" failed` }
    this.schedule.feed(SETTLED, stage, FAILED | stays)
    tellUnanswered(this, facts)
    if (this.schedule.stopped)
      this.halt(
        new StageflowError('core/cancelled', `The run was stopped: stage "${node.name}" failed.`, {
          cause: output.error,
        }),
      )
  }

  #codeStays(stage: number): number {
    const facts = this.factsIfAny(stage)
    if (facts === undefined || facts.code === 0) return 0
    this.cancelChildren(stage)
    return STAYS
  }

  /** Child runs do not outlive the code that started them. */
  cancelChildren(stage: number): void {
    const facts = this.factsIfAny(stage)
    if (facts === undefined || facts.code === 0) return
    for (const child of facts.children ?? [])
      child.cancel(`the code of stage "${this.graph.names[stage]}" that started it ended`)
  }

  #skipped(stage: number, now: number): void {
    this.times[2 * stage + 1] = now
    if (this.watched) this.#tell(stage, now)
  }

  /** Nobody can read a stage any more: it is aborted, and its status does not wait for its code. */
  #endLate(stage: number, now: number): void {
    if (this.graph.nodes[stage]?.wrapped === undefined) this.facts(stage).code++
    const reason = new StageflowError(
      'core/late',
      `No stage can read stage "${this.graph.names[stage]}" any more (late: 'abort').`,
    )
    this.abort.scopeOf(stage).abort(reason)
    this.#end(stage, new Output('skip', 'late'), now)
  }

  /** Gives up on a stage that ignored its signal; true: not yet, for its child run will end by itself. */
  protected abandon(stage: number, now: number): boolean {
    const runs = this.schedule.state(stage) === RUNNING
    if (!runs && !this.schedule.stays(stage)) return false
    const facts = this.facts(stage)
    if (facts.children?.some((child) => endsSoon(child)) === true) return true
    facts.abandon()
    if (runs) {
      const reason = `abandoned: its code still ran ${this.graceMs} ms after its signal had aborted`
      this.#end(stage, new Output('cancel', reason), now)
    } else this.schedule.feed(LEFT, stage, 0)
    return false
  }

  /** Observers and listeners hear of a stage that settled. */
  #tell(stage: number, now: number): void {
    const record = stageRecord(this, stage)
    tellObservers(this, this.context, record)
    if (this.events !== undefined) emitStageEnd(this, this.graph.nodes[stage] as StageNode, record, now)
  }
}
