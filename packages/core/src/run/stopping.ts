import { RunAbort } from '../base/abort.ts'
import type { AbortScope } from '../base/abort.ts'
import { settlesWithin } from '../base/clock.ts'
import { StageflowError, textOf } from '../base/errors.ts'
import { read } from '../base/foreign.ts'
import type { Stopper } from '../call/host.ts'
import type { Cleanup } from '../contract/context.ts'
import { Output } from '../contract/output.ts'
import { nodeAt } from '../graph/graph.ts'
import type { StageNode } from '../graph/graph.ts'
import { whyOf } from '../report/outcome.ts'
import type { Outcome } from '../report/outcome.ts'
import { CLEANUPS, CLOSED, DECIDED, ENDED, LAST_EVENT, STAGES } from '../report/phases.ts'
import type { Outlet } from '../report/run-events.ts'
import type { Ending, RunFacts } from '../report/run-facts.ts'
import { INTERRUPT, LEFT, RUNNING, STOP } from '../schedule/plan.ts'
import type { PendingLayer } from './run-context.ts'
import type { StageLoop } from './stage-loop.ts'

/** The run, as `Stopping` sees it. */
export interface Stoppable {
  readonly facts: RunFacts
  readonly limitFrom: number
  readonly loop: StageLoop
  /** The layers around the run without an answer, the innermost last. */
  readonly pending: PendingLayer[]
  outcome(): Outcome
}

export const cancelledFor = (reason: string): StageflowError =>
  new StageflowError('core/cancelled', `The run was cancelled: ${reason}`)

/** The reason of the signals of what a person has interrupted. */
export const interruptedFor = (reason: string, data: unknown): StageflowError =>
  Object.assign(new StageflowError('core/interrupted', `The run was interrupted: ${reason}`), { data })

/** What gave a run its limit. */
export type LimitSource = 'timeoutMs' | 'run.with({ deadline })'

/** Stops a run: its limits, the signals that it listens to, and the grace time that it then waits. */
export class Stopping implements Stopper {
  readonly abort: RunAbort = new RunAbort()
  readonly #run: Stoppable
  #cancelTimeout: (() => void) | undefined
  protected limitedBy: LimitSource = 'timeoutMs'
  /** How much time the limit gave. A durable run moves the limit itself after a pause. */
  protected limitMs = 0
  /** Defined while the grace time runs. */
  #cancelGrace: (() => void) | undefined
  /** The grace time is over, but a child run or an item of a map is still ending within its own limits. */
  #waitsForChild = false
  /** The grace time counts for what a person has interrupted. */
  #isForInterrupted = false
  /** A layer around the run was abandoned: the layers around it get no time of their own. */
  #gaveUp = false

  constructor(run: Stoppable) {
    this.#run = run
  }

  scopeOf(node: StageNode): AbortScope {
    const { index, alone, uninterruptible } = node
    if (alone) return this.abort.scopeOf(index, this.#around(node))
    return uninterruptible ? this.abort.scope : this.abort.scopeNear(index, this.#run.facts.graph.names.length)
  }
  #around({ uninterruptible }: StageNode): AbortScope {
    return uninterruptible ? this.abort.scope : this.abort.interruptible
  }
  /** What aborted a stage. */
  abortOf(node: StageNode): { readonly reason: unknown } | undefined {
    return (node.alone ? this.scopeOf(node) : this.#around(node)).aborted
  }
  get isStopped(): boolean {
    return this.abort.scope.aborted !== undefined
  }
  /** Aborted stages are waited for, for no longer than the grace time. */
  get #isEnding(): boolean {
    return this.isStopped || this.#isForInterrupted
  }
  get isInGrace(): boolean {
    return this.#waitsForChild || this.#cancelGrace !== undefined
  }

  // What stops the run

  /** Sets a limit on the run's clock; a later limit than the one it has changes nothing. `by`: what set it, for the message. */
  limitTo(limit: number, by: LimitSource): void {
    const { facts } = this.#run
    if (limit >= facts.ownLimit) return
    facts.ownLimit = limit
    this.limitedBy = by
    this.limitMs = limit - this.#run.limitFrom
    this.#cancelTimeout?.()
    this.#cancelTimeout = facts.clock.setTimeout(() => this.expire(), Math.max(0, limit - facts.clock.now()))
  }

  listen(signal: AbortSignal): void {
    this.abort.listen(signal, (reason) => {
      const { interruption, ending } = this.#run.facts.parent?.facts ?? {}
      if (interruption === undefined || reason !== interruption) this.cancel(textOf(reason), reason)
      else this.interrupt(ending?.reason ?? '', interruption)
    })
  }

  cancel(reason: string, signalReason: unknown = cancelledFor(reason)): void {
    this.stop({ status: 'cancelled', reason }, signalReason)
  }

  /** A person interrupts the run: stages that aren't `uninterruptible` are skipped or aborted. The others go on. */
  interrupt(reason: string, error: StageflowError): void {
    const { facts, loop } = this.#run
    if (facts.phase >= CLEANUPS || !facts.schedule.feed(INTERRUPT, 0, 0)) return
    facts.interruption = error
    facts.ending ??= { status: 'cancelled', reason }
    this.abort.interruptible.abort(error)
    this.arm()
    this.#isForInterrupted = this.isInGrace
    loop.driveSoon(facts.clock.now())
  }

  /** An interceptor stops the run. */
  request(reason: string): void {
    this.cancel(reason)
  }

  /** The run's limit has passed. If it is the parent's limit, the parent is out of time. */
  outOfTime(): void {
    const { facts } = this.#run
    const now = facts.clock.now()
    if (now >= facts.ownLimit) this.expire()
    else if (now >= facts.deadline) facts.around?.outOfTime()
  }

  expire(): void {
    const { facts } = this.#run
    if (facts.phase >= DECIDED) return
    const when = `within ${Math.round(this.limitMs)} ms`
    const error = new StageflowError(
      'core/timed-out',
      `The run of "${facts.graph.name}" did not end ${when} (${this.limitedBy}).`,
    )
    // A run that was stopped already has its ending: the limit adds no error to it.
    if (!this.isStopped) facts.fail(error, undefined)
    this.stop({ status: 'failed', reason: `the run did not end ${when}` }, error)
  }

  stop(ending: Ending, reason: unknown): void {
    const { facts } = this.#run
    if (facts.phase === CLOSED) return
    if (facts.phase < DECIDED) facts.ending ??= ending
    if (facts.phase < ENDED) facts.schedule.feed(STOP, 0, 0)
    // A decided run may still wait for a sink that takes its last event.
    this.#halt(reason)
  }

  /** A stage has failed or cancelled the run: everything else is aborted. */
  haltFor(index: number): void {
    const { graph, stages } = this.#run.facts
    const output = stages?.[index]?.output
    this.#halt(
      output?.status === 'fail'
        ? new StageflowError('core/cancelled', `The run was stopped: stage "${graph.names[index]}" failed.`, {
            cause: output.error,
          })
        : new StageflowError('core/cancelled', `Stage "${graph.names[index]}" cancelled the run: ${output?.reason}`),
    )
  }

  #halt(reason: unknown): void {
    // A grace time in progress was for code of settled stages. Running stages get theirs from now on.
    if (!this.isStopped && this.#run.facts.schedule.running > 0) this.#disarm()
    // The signal first: a child run arms its own grace time on the abort, so its grace time ends before the parent's.
    this.abort.scope.abort(reason)
    this.#run.facts.edges?.stopped()
    this.arm()
  }

  /** A listener can be kept from being called. The signal is read once more, so that an aborted run is never a success. */
  recheck(signal: AbortSignal | undefined): void {
    if (read(signal, 'aborted') === true)
      this.#run.facts.ending ??= { status: 'cancelled', reason: textOf(read(signal, 'reason')) }
  }

  // The grace time

  /**
   * Starts the grace time if only code that outlives its stage still runs. Ends it if any stage runs or no such code is left.
   * Changes nothing once the run is stopped, or while interrupted stages have their grace time, because that counts for stages too.
   */
  updateCodeGrace(): void {
    if (this.#isEnding) return
    const { running, staying } = this.#run.facts.schedule
    const onlyCodeIsLeft = running === 0 && staying > 0
    if (onlyCodeIsLeft) this.arm()
    else this.#disarm()
  }

  /** Starts the grace time, unless it runs already or the run waits for nothing. */
  arm(): void {
    const { facts, pending } = this.#run
    const { running, staying } = facts.schedule
    if (this.isInGrace || running + staying + pending.length === 0) return
    this.#startGrace(facts.graceMs)
  }

  #disarm(): void {
    this.#cancelGrace?.()
    this.#cancelGrace = undefined
  }

  #startGrace(ms: number): void {
    this.#cancelGrace = this.#run.facts.clock.setTimeout(() => this.#graceOver(), ms)
  }

  #graceOver(): void {
    const { facts, pending } = this.#run
    const hadEnded = facts.phase >= ENDED
    if (!hadEnded) this.abandonStages() // while the grace time is armed, so that it isn't armed again
    this.#cancelGrace = undefined
    this.#isForInterrupted &&= this.#waitsForChild
    if (!this.isStopped) return this.updateCodeGrace()
    // Layers that wait for stages and cleanups aren't late, because these have their own limits.
    if (pending.length === 0 || facts.phase === STAGES || facts.phase === CLEANUPS) return
    const endedJustNow = !hadEnded && facts.phase >= ENDED
    // The layers wait for the stages, which were abandoned only now: they get a turn to answer before they count as stuck.
    if (endedJustNow) this.#startGrace(0)
    else this.#giveUpLayers()
  }

  abandonStages(): void {
    const { facts, loop } = this.#run
    const now = facts.clock.now()
    for (const { index } of facts.graph.nodes) this.#abandon(index, now)
    loop.driveSoon(now)
  }

  /** Stops waiting for a stage that ignores its signal, but not while a child run or an item of it is ending. */
  #abandon(index: number, now: number): void {
    const { facts, loop } = this.#run
    const { schedule, graceMs } = facts
    const isRunning = schedule.state(index) === RUNNING
    // A stage whose answer a gate keeps back has no code to wait for.
    const isAwaited = isRunning
      ? this.abortOf(nodeAt(facts.graph, index)) !== undefined && !facts.isAnswered(index)
      : schedule.stays(index)
    if (!isAwaited) return
    const stage = facts.stage(index)
    if (stage.children?.some((child) => child.endsSoon) || stage.items?.endsSoon) {
      this.#waitsForChild = true
      return
    }
    // First, so that nothing that its code does while the stage settles counts. Then the stage settles as one whose code still runs:
    // its attempt stays open. Only then the run stops waiting for the code.
    stage.abandoned = true
    const reason = `abandoned: its code still ran ${graceMs} ms after its signal had aborted`
    if (isRunning) loop.settleBeforeCode(index, new Output('cancel', reason), now)
    stage.abandon()
    schedule.feed(LEFT, index, 0)
  }

  /** A stage is no longer wanted: no dependent can read it anymore, or a gate refused it. It is aborted, and settles before its code returns. */
  abortUnwanted(index: number, now: number): void {
    const { facts, loop } = this.#run
    const node = nodeAt(facts.graph, index)
    const refusal = facts.edges?.refusal(index)
    const reason = refusal ?? "no stage can read it any more (late: 'abort')"
    const error = new StageflowError(refusal ? 'core/gate-refused' : 'core/late', `Stage "${node.name}": ${reason}.`)
    facts.edges?.discard(index) // first, because code that reacts to the abort may end the run
    this.scopeOf(node).abort(error)
    loop.settleBeforeCode(index, new Output('skip', refusal ?? 'late'), now)
  }

  childClosed(): void {
    if (!this.#waitsForChild) return
    // The stage that waited for the child gets the grace time again for the rest of its code.
    this.#waitsForChild = false
    if (this.#isEnding) this.arm()
    else this.updateCodeGrace()
  }

  /** Answers instead of the innermost layer that hangs, so that the layers around it can end. They must end at once. */
  #giveUpLayers(): void {
    const { facts, pending } = this.#run
    const stuck = pending.splice(this.#gaveUp ? 0 : -1).reverse()
    this.#gaveUp = true
    for (const { name, answer } of stuck) {
      facts.problem(
        new StageflowError(
          'core/interceptor-stuck',
          `Interceptor "${name}" did not answer within ${facts.graceMs} ms (graceMs) after the run was stopped.`,
        ),
      )
      answer(this.#run.outcome())
    }
    if (pending.length > 0) this.#startGrace(0)
  }

  /** The stages and cleanups have ended. Layers around a stopped run still get no more than the grace time. */
  stagesEnded(): void {
    if (!this.isStopped || this.#run.pending.length === 0) this.#disarm()
    else if (this.#cancelGrace === undefined) this.#startGrace(0)
  }

  close(): void {
    this.#disarm()
    this.#cancelTimeout?.()
    this.abort.unlisten()
  }
}

/** Runs the cleanups last in first out, under one limit for all. One that takes too long is reported and changes nothing. None rejects. */
export async function runCleanups(cleanups: (() => Promise<void>)[], facts: RunFacts): Promise<void> {
  const { clock, cleanupMs } = facts
  const inTurn = async (): Promise<void> => {
    while (cleanups.length > 0) await cleanups.pop()?.()
  }
  if (await settlesWithin(clock, cleanupMs, inTurn())) return
  // The rest are still started: never closing a resource is worse than not awaiting its close.
  while (cleanups.length > 0) void cleanups.pop()?.()
  facts.problem(
    new StageflowError('core/cleanup-timed-out', `The cleanups did not end within ${cleanupMs} ms (cleanupMs).`),
  )
}

/** Runs one cleanup. If it throws, that is reported and changes nothing. `outlet`: that of its stage, which may be held by gates. */
export async function runCleanup(cleanup: Cleanup, facts: RunFacts, outlet: Outlet): Promise<void> {
  try {
    await cleanup()
  } catch (cause) {
    const problem = new StageflowError('core/cleanup-threw', `A cleanup threw: ${textOf(cause)}`, { cause })
    outlet.tell(() => facts.problem(problem), undefined)
  }
}

/** Publishes the last event of a run: the only one that is awaited, for at most `cleanupMs`. No event follows it. */
export async function emitLastEvent(facts: RunFacts, outcome: Outcome): Promise<void> {
  const { events, endedAt, clock, cleanupMs } = facts
  if (events === undefined) return
  facts.phase = LAST_EVENT
  const data = { pipeline: facts.graph.name, durationMs: endedAt - facts.startedAt, ...whyOf(outcome, true) }
  const emitted = events.emitAndWait(`pipeline.${outcome.status}`, data, undefined, endedAt)
  if (await settlesWithin(clock, cleanupMs, emitted)) return
  facts.problem(
    new StageflowError(
      'core/sink-timed-out',
      `The sink did not take the last event within ${cleanupMs} ms (cleanupMs).`,
    ),
  )
}
