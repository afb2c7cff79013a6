import { StageflowError } from './errors.ts'
import type { OpenedChild } from './child.ts'
import type { InterceptorContext, RunContext } from './context.ts'
import { asPromise, attemptEnded, thrownOutput } from './execute.ts'
import { NodeInputs } from './inputs.ts'
import { GIVEN_UP, cancelChildren, emitStageEnd, endsSoon, finalOutput, frozenOutput, giveUp } from './stage-end.ts'
import type { CallPart } from './interceptor.ts'
import { UNREAD } from './limits.ts'
import { LiveContext } from './live-context.ts'
import type { StageNode } from './node.ts'
import { tellOfStage } from './observers.ts'
import { Output, isData, unreadable } from './output.ts'
import { soleAttempt, stageRecord } from './record.ts'
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
} from './schedule-codes.ts'
import { answerQuickCall, endCall, endQuickCall, leaveCode, quickCall } from './quick-call.ts'
import { askWhen } from './when.ts'

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

  endCall(node: StageNode, part: CallPart, output: unknown): void {
    endCall(this, node, part, output)
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
      } else if (operation !== ABORT) this.#settled(stage, time)
      else if (!schedule.stopped && schedule.state(stage) === RUNNING) this.#endLate(stage, time)
    }
    this.driving = false
    if (schedule.running + schedule.staying > 0 && this.graph.info.interceptors.length > 0) this.keepContext()
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
      value =
        node.layers.length === 0 ? node.body(context as unknown as InterceptorContext) : quickCall(this, node, context)
      promise = value instanceof Promise ? value : isData(value) ? undefined : asPromise(value, context)
    } catch (thrown) {
      return this.#bareEndedNow(stage, this.#threw(stage, thrown))
    }
    if (promise === undefined) return this.#bareEndedNow(stage, value)
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
    // Not where the code ended: what a layer sets around it, such as an async context, is not around what follows.
    void (answer as Promise<Output>).then((output) => this.resume(stage, output, this.clock.now()))
    return UNREAD
  }

  #endNow(stage: number, value: unknown): number {
    const now = this.clock.now()
    this.#end(stage, value, now)
    return now
  }

  /** A stage that runs ends, later than it was started. */
  resume(stage: number, value: unknown, now: number, isElsewhere = false): void {
    if (this.schedule.state(stage) !== RUNNING) return
    const { driving } = this
    this.driving = true // who hears of the answer may end other calls: what follows from that comes after it
    this.#end(stage, value, now)
    this.driving = driving
    if (isElsewhere) this.driveSoon(now)
    else this.drive(now)
  }

  #bareEndedNow(stage: number, value: unknown): number {
    if (this.schedule.state(stage) === RUNNING) return this.#endNow(stage, value)
    this.#bareEnded(stage, value)
    return UNREAD
  }

  #bareEnded(stage: number, value: unknown): void {
    if (this.schedule.state(stage) === RUNNING) return this.resume(stage, value, this.clock.now())
    const facts = this.factsIfAny(stage)
    if (facts === undefined) return
    facts.leave()
    const attempt = facts.attempts?.[0]
    if (attempt !== undefined && !this.isClosed(stage)) attemptEnded(this, attempt, this.#frozen(stage, value))
    this.codeLeft(stage)
  }

  #frozen(stage: number, value: unknown): Output {
    return frozenOutput(value, this.graph.names[stage] as string, this.graph.freeze)
  }

  /** A throw is a failure, but no verdict of a guard. */
  #threw(stage: number, thrown: unknown): Output {
    this.facts(stage).threw = true
    return thrownOutput(this, stage, thrown)
  }

  /** Some code of a stage ended; where the stage has ended too and that was the last of it, its slot is free. */
  codeLeft(stage: number): void {
    if (!this.over && this.factsIfAny(stage)?.code === 0 && this.schedule.feed(LEFT, stage, 0)) this.driveSoon(UNREAD)
  }

  #allows(node: StageNode, now: number): boolean {
    const answer = askWhen(node, new NodeInputs(this, node), this.snapshot)
    if (answer !== undefined) this.#end(node.index, answer, now)
    // A condition may itself have stopped the run: the stage has not started, and will not.
    else if (this.schedule.stopped) this.schedule.feed(SETTLED, node.index, CANCELLED)
    else return true
    return false
  }

  #end(stage: number, value: unknown, now: number, isGivenUp = false): void {
    this.times[2 * stage + 1] = now
    if (this.contexts?.[stage] !== undefined && !isGivenUp) {
      const output = this.#frozen(stage, value)
      answerQuickCall(this, stage, output)
      this.#endWithOutput(stage, output)
    } else {
      const facts = this.factsIfAny(stage)
      // What its own code answered has been read already.
      if (facts?.answered !== undefined && facts.answered === value) this.#endWithOutput(stage, facts.answered)
      else if (facts !== undefined || !this.#endWithData(stage, value))
        this.#endWithOutput(stage, this.#frozen(stage, value))
    }
    this.#settled(stage, now)
    this.parent?.tell('alive')
  }

  /** The common ending: plain data of a stage about which nothing else is known. */
  #endWithData(stage: number, value: unknown): boolean {
    try {
      if (!isData(value)) return false
      this.data[stage] = this.graph.freeze(value)
    } catch (cause) {
      this.#endWithOutput(stage, unreadable(this.graph.names[stage] as string, cause))
      return true
    }
    this.schedule.feed(SETTLED, stage, OK)
    return true
  }

  #endWithOutput(stage: number, given: Output): void {
    const node = this.graph.nodes[stage] as StageNode
    const output = finalOutput(given, node.name)
    const { status, reason } = output
    if (output !== given && node.wrapped === undefined) this.facts(stage).attempts ??= [soleAttempt(this, stage, given)]
    if (status === 'ok') {
      if (output.hasMore) this.facts(stage).output = output
      this.data[stage] = output.data as object
      return this.#settle(stage, OK)
    }
    if (status === 'fail' && node.onFailure !== undefined) return this.#tolerate(stage, node.onFailure, output)
    this.facts(stage).output = output
    if (status === 'skip') return this.#settle(stage, SKIPPED)
    if (status === 'cancel') {
      this.ending ??= { status: 'cancelled', reason: reason ?? '' }
      this.#settle(stage, CANCELLED)
      return this.#stopBecause(`Stage "${node.name}" cancelled the run: ${reason}`)
    }
    ;(this.failures ??= []).push({ error: output.error, stage: node.name })
    this.ending ??= { status: 'failed', reason: `stage "${node.name}" failed` }
    this.#settle(stage, FAILED)
    if (this.schedule.stopped) this.#stopBecause(`The run was stopped: stage "${node.name}" failed.`, output.error)
  }

  #tolerate(stage: number, onFailure: NonNullable<StageNode['onFailure']>, output: Output): void {
    const facts = this.facts(stage)
    facts.tolerated = output
    if (onFailure === 'skip') {
      facts.output = new Output('skip', 'its failure is tolerated (onFailure)')
      return this.#settle(stage, SKIPPED)
    }
    this.data[stage] = onFailure.fallback
    this.#settle(stage, OK)
  }

  #settle(stage: number, state: number): void {
    const facts = this.factsIfAny(stage)
    const stays = facts !== undefined && facts.code > 0
    if (stays) cancelChildren(this, facts, stage)
    this.schedule.feed(SETTLED, stage, stays ? state | STAYS : state)
    giveUp(facts)
    endQuickCall(this, stage, GIVEN_UP)
  }

  #stopBecause(message: string, cause?: unknown): void {
    this.halt(new StageflowError('core/cancelled', message, cause === undefined ? undefined : { cause }))
  }

  /** Nobody can read a stage any more: it is aborted, and its status does not wait for its code. */
  #endLate(stage: number, now: number): void {
    leaveCode(this, stage)
    const reason = new StageflowError(
      'core/late',
      `No stage can read stage "${this.graph.names[stage]}" any more (late: 'abort').`,
    )
    this.abort.scopeOf(stage).abort(reason)
    this.#end(stage, new Output('skip', 'late'), now, true)
  }

  /** Gives up on a stage that ignored its signal; true: not yet, for its child run will end by itself. */
  protected abandon(stage: number, now: number): boolean {
    const runs = this.schedule.state(stage) === RUNNING
    if (!runs && !this.schedule.stays(stage)) return false
    const facts = this.facts(stage)
    if (facts.children?.some((child) => endsSoon(child)) === true) return true
    if (runs) leaveCode(this, stage)
    facts.abandon()
    if (runs) {
      const reason = `abandoned: its code still ran ${this.graceMs} ms after its signal had aborted`
      this.#end(stage, new Output('cancel', reason), now, true)
    } else this.schedule.feed(LEFT, stage, 0)
    return false
  }

  /** Observers and listeners hear of a stage that settled. */
  #settled(stage: number, now: number): void {
    this.times[2 * stage + 1] = now
    if (!this.watched) return
    const record = stageRecord(this, stage)
    tellOfStage(this, this.context, record)
    if (this.events !== undefined) emitStageEnd(this, this.graph.nodes[stage] as StageNode, record, now)
  }
}
