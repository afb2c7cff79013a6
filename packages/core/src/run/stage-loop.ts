import { asLayer, stoppedOutput, thrownOutput } from '../call/answers.ts'
import { StageCall, giveUpCalls, soleCode } from '../call/call.ts'
import { askWhen, runBody } from '../call/code.ts'
import type { Host, Loop, OpenCall, Overdue } from '../call/host.ts'
import { LiveStageContext } from '../call/stage-context.ts'
import type { RunStage } from '../contract/interceptor.ts'
import { Output, readAnswer } from '../contract/output.ts'
import { nodeAt } from '../graph/graph.ts'
import type { StageNode } from '../graph/graph.ts'
import { ENDED, STAGES } from '../report/phases.ts'
import { startOf } from '../report/record.ts'
import type { RunFacts } from '../report/run-facts.ts'
import type { StageFacts } from '../report/stage-facts.ts'
import {
  ABORT,
  CANCELLED,
  END,
  FAILED,
  LEFT,
  OPERATION,
  OPERATION_BITS,
  PARK,
  RESUME,
  RUNNING,
  SETTLED,
  SKIP,
  START,
  STAYS,
  UNPARK,
} from '../schedule/plan.ts'
import { tellSettled } from './run-interceptors.ts'
import type { RunParts } from './run-interceptors.ts'

/** Instead of a time: the clock has not been read. */
export const UNREAD = -1

/** The run, as its loop sees it. */
export interface LoopOwner extends Host {
  readonly parts: RunParts | undefined
  /** No stage runs and none can start. */
  stagesEnded(now: number): void
}

/** The stages of one run: starts those that the schedule names, and tells it how each settled. */
export class StageLoop implements Loop {
  calls: (OpenCall | undefined)[] | undefined
  checked: Promise<Output> | undefined
  readonly #run: LoopOwner
  readonly #facts: RunFacts
  /** The stage that is being started and whose code has not been called: its start time is the current time. -1: none. */
  #starting: number = -1
  #isDriving = false
  /** Lets the run continue in its own async context. */
  #wake: (() => void) | undefined
  #overdue: Overdue[] | undefined

  constructor(run: LoopOwner) {
    this.#run = run
    this.#facts = run.facts
  }

  // The commands of the schedule

  /**
   * Carries out the commands of the schedule until there are none; never recurses. `now`: a clock reading that is still
   * right, or UNREAD.
   */
  drive(now: number): void {
    const facts = this.#facts
    if (this.#isDriving || facts.phase !== STAGES) return
    this.#isDriving = true
    const { schedule, graph } = facts
    let time = now
    for (let command = schedule.take(); command !== 0; command = schedule.take()) {
      const operation = command & OPERATION
      if (operation === END) {
        this.#wake = undefined // releases the async context of the code that started the run
        this.#run.stagesEnded(time)
        break
      }
      if (time === UNREAD) time = facts.clock.now()
      const stage = command >> OPERATION_BITS
      if (operation !== START) this.#carryOut(operation, stage, time)
      else if (!this.#restore(stage)) {
        time = this.#start(stage, time)
        if (time > facts.deadline) this.#run.stopping.outOfTime()
      }
    }
    this.#isDriving = false
    if (schedule.running + schedule.staying > 0 && graph.info.interceptors.length > 0) this.#keepContext()
    // Perhaps only code of settled stages still runs.
    if (schedule.staying > 0 || this.#run.stoppingIfAny !== undefined) this.#run.stopping.updateCodeGrace()
  }

  /** Carries out a command that starts no stage. */
  #carryOut(operation: number, stage: number, now: number): void {
    const { schedule, stages } = this.#facts
    if (operation === SKIP) {
      if (!this.#restore(stage)) this.#skip(stage, now)
    } else if (operation === RESUME) stages?.[stage]?.unpark()
    else if (operation === ABORT) {
      const isStillRunning = !schedule.stopped && schedule.state(stage) === RUNNING
      if (isStillRunning) this.#run.stopping.abortUnwanted(stage, now)
    } else this.#facts.edges?.carryOut(operation, stage, now)
  }

  /** Settles a stage as in an earlier leg of the run, without telling of it again. Returns false if it hadn't settled, or runs again. */
  #restore(stage: number): boolean {
    const state = this.#facts.resume?.restore(this.#facts, stage) ?? 0
    if (state === 0) return false
    // Refused if the schedule has skipped the stage itself: then only its earlier record is restored.
    this.#facts.schedule.feed(SETTLED, stage, state)
    return true
  }

  #skip(stage: number, now: number): void {
    const { times, stages } = this.#facts
    const known = stages?.[stage]
    // A suspended stage that nothing can read any more is skipped too. Its request no longer counts.
    if (known !== undefined) known.output = undefined
    times[2 * stage + 1] = now
    this.#tellSettled(stage, now)
  }

  /** Drives from code that may be in the async context of a stage or of another run, such as a timer that runs share. */
  driveSoon(now: number): void {
    if (this.#wake !== undefined) return this.#wake()
    this.#expireOverdue()
    this.drive(now)
  }

  /** Remembers the current async context as the run's own: what `then` is given continues in the context in which `then` was called. */
  #keepContext(): void {
    if (this.#wake !== undefined) return
    void new Promise<void>((resolve) => (this.#wake = resolve)).then(() => {
      this.#wake = undefined
      this.driveSoon(UNREAD)
    })
  }

  overdue(limit: Overdue): void {
    ;(this.#overdue ??= []).push(limit)
    this.driveSoon(UNREAD)
  }

  /**
   * Limits that pass at one instant all take effect before their consequences, the outermost first. The caller drives afterwards. It
   * may be called while the loop drives, so the flag is restored.
   */
  #expireOverdue(): void {
    const overdue = this.#overdue
    if (overdue === undefined) return
    this.#overdue = undefined
    const isDriving = this.#isDriving
    this.#isDriving = true
    overdue.sort((one, other) => one.dueAt - other.dueAt || one.order - other.order)
    for (const limit of overdue) limit.call.expire(limit)
    this.#isDriving = isDriving
  }

  now(stage: number): number {
    const { times, clock } = this.#facts
    return stage === this.#starting ? (times[2 * stage] as number) : clock.now()
  }
  codeBegins(stage: number): number {
    const now = this.now(stage)
    this.#starting = -1
    return now
  }

  // A stage starts

  /** Starts a stage. Returns the time at which it settled if it has already, otherwise UNREAD. */
  #start(stage: number, now: number): number {
    const facts = this.#facts
    const node = nodeAt(facts.graph, stage)
    if (node.when !== undefined && !this.#allows(node, now)) return now
    facts.times[2 * stage] = now
    if (facts.events !== undefined) facts.stageEvent(node.name, 'started', startOf(facts, stage), now)
    return node.wrapped === undefined ? this.#startSole(node) : this.#startWrapped(node, node.wrapped)
  }

  /** Calls a stage's `when`. Returns false if the stage settles without starting. */
  #allows(node: StageNode, now: number): boolean {
    const facts = this.#facts
    const { schedule } = facts
    const refusal = askWhen(facts, node)
    // The condition itself may have interrupted the run, or stopped it. Then the stage ends as one that was never started.
    const isInterrupted = facts.interruption !== undefined && !node.uninterruptible
    if (refusal !== undefined || isInterrupted) {
      this.#settle(node.index, refusal ?? stoppedOutput(this.#run), now)
      return false
    }
    if (schedule.stopped) schedule.feed(SETTLED, node.index, CANCELLED)
    return !schedule.stopped
  }

  #startWrapped(node: StageNode, wrapped: RunStage): number {
    const stage = node.index
    const context = new LiveStageContext(this.#run, node)
    this.#starting = stage
    const answer = asLayer(wrapped)(context)
    this.#starting = -1
    if (answer instanceof Output) return this.#settleNow(stage, answer)
    // Settled here, not where the code returned, so that the async context of a layer doesn't reach the next stages.
    void answer.then((output) => this.settle(stage, output))
    return UNREAD
  }

  /** Starts a stage that no layer wraps. */
  #startSole(node: StageNode): number {
    const stage = node.index
    const call = node.hooks.length === 0 ? undefined : new StageCall(this.#run, node, undefined, node.hooks)
    const context = new LiveStageContext(this.#run, node, call)
    let value: unknown
    try {
      if (call === undefined) value = runBody(node, context)
      else {
        call.live = context
        this.#starting = stage
        value = call.begin(soleCode)
      }
    } catch (thrown) {
      value = thrownOutput(this.#run, stage, thrown)
    }
    this.#starting = -1
    const isPromise = value instanceof Promise
    if (!isPromise && !this.#facts.isAnswered(stage)) return this.#settleNow(stage, value)
    ;(isPromise ? (value as Promise<unknown>) : Promise.resolve(value)).then(
      (last: unknown) => this.#soleCodeReturned(stage, last),
      (thrown: unknown) => this.#soleCodeReturned(stage, thrownOutput(this.#run, stage, thrown)),
    )
    return UNREAD
  }

  // A stage settles

  settle(stage: number, returned: unknown): void {
    if (this.#facts.isAnswered(stage)) return
    const isDriving = this.#isDriving
    this.#isDriving = true // a part may end other calls while it is told the answer: drive only after that
    const now = this.#settleNow(stage, returned)
    this.#isDriving = isDriving
    this.drive(now)
  }

  #settleNow(stage: number, returned: unknown): number {
    const now = this.#facts.clock.now()
    this.#settle(stage, returned, now)
    return now
  }

  /** Settles a stage with the return value of its code or its layers. */
  #settle(stage: number, returned: unknown, now: number): void {
    const { edges } = this.#facts
    const answer = this.#answer(stage, returned, now)
    // Between the two, the stage still runs for all other code: a gate keeps the answer back here.
    const shown = edges === undefined ? answer : edges.answered(stage, answer)
    if (shown !== undefined) this.publish(stage, shown, now)
  }

  /** Settles a running stage while its code still runs. */
  settleBeforeCode(stage: number, output: Output, now: number): void {
    const facts = this.#facts
    facts.edges?.discard(stage)
    // It may have an answer that was kept back.
    if (facts.isAnswered(stage)) return this.publish(stage, output, now)
    if (!this.#isWrapped(stage)) facts.keepAttemptOpen(stage)
    facts.times[2 * stage + 1] = now
    this.#endCode(stage, output)
    this.publish(stage, facts.answer(stage, output), now)
  }

  /** Answers the call of a stage. Returns what the stage settles with: an output, or plain data. */
  #answer(stage: number, returned: unknown, now: number): Output | object {
    const facts = this.#facts
    facts.times[2 * stage + 1] = now
    const call = this.calls?.[stage] as StageCall | undefined
    const known = facts.stages?.[stage]
    const isPlain = call === undefined && known === undefined
    const answer = isPlain ? this.#readAnswer(stage, returned) : this.#endCall(stage, returned, call, known)
    return answer instanceof Output ? facts.answer(stage, answer) : answer
  }

  #readAnswer(stage: number, returned: unknown): Output | object {
    return readAnswer(returned, this.#facts.nameOf(stage), this.#facts.graph.freeze)
  }

  /** Tells the parts of an unwrapped stage its answer, and ends what is still open inside the call. Returns the answer. */
  #endCall(stage: number, returned: unknown, call?: StageCall, known?: StageFacts): Output | object {
    if (call?.isSole === true) {
      call.decide(this.#facts.read(stage, returned)) // a limit that has passed has decided already
      call.tellParts()
      this.#endCode(stage, call.output as Output)
      return call.output as Output
    }
    const wasRead = returned !== undefined && returned === known?.returned
    const answer = wasRead ? returned : this.#readAnswer(stage, returned)
    this.#endCode(stage, answer)
    return answer
  }

  /** Ends the child runs of a stage that is answered, and the calls of its layers and forks. */
  #endCode(stage: number, answer: Output | object): void {
    const { graph, stages } = this.#facts
    const known = stages?.[stage]
    if (known !== undefined && known.runningCode > 0) known.cancelChildren(nodeAt(graph, stage).name)
    if (this.calls?.[stage] === undefined) return
    if (known !== undefined && answer instanceof Output) known.answer = answer
    giveUpCalls(this.#run, stage)
    if (known !== undefined) known.answer = undefined
  }

  /** Publishes the answer of a stage: in the facts of the run, to the schedule, and to everyone who watches. */
  publish(stage: number, answer: Output | object, now: number): void {
    const facts = this.#facts
    facts.times[2 * stage + 1] = now // until now it was the time of the answer
    const state = facts.publish(stage, answer)
    const known = facts.stages?.[stage]
    if (known === undefined) facts.schedule.feed(SETTLED, stage, state)
    else this.#tellSchedule(stage, state, known)
    this.#tellSettled(stage, now)
    facts.around?.stageSettled(facts)
  }

  /** Tells the schedule that a stage with facts of its own has settled, and stops the run if the stage says so. */
  #tellSchedule(stage: number, state: number, known: StageFacts): void {
    const { schedule } = this.#facts
    schedule.feed(SETTLED, stage, known.runningCode > 0 ? state | STAYS : state)
    if (!this.#isWrapped(stage)) known.settled()
    if (state === CANCELLED || (state === FAILED && schedule.stopped)) this.#run.stopping.haltFor(stage)
  }

  /** Tells its readers, the interceptors and the sink that a stage has settled. */
  #tellSettled(stage: number, now: number): void {
    const run = this.#run
    this.#facts.edges?.settled(stage)
    if (this.#facts.events !== undefined || run.parts?.listeners !== undefined) tellSettled(run, stage, now)
  }

  // Code returns

  /** The code of an unwrapped stage has returned `value`; the stage may have settled before it. */
  #soleCodeReturned(stage: number, value: unknown): void {
    if (!this.#facts.isAnswered(stage)) return this.settle(stage, value)
    const { clock, stages } = this.#facts
    const known = stages?.[stage]
    const attempt = known?.attempts?.[0]
    if (known === undefined || attempt === undefined) return
    known.endAttempt(attempt, this.#facts.read(stage, value), clock.now())
    this.codeReturned(stage)
  }

  codeReturned(stage: number): void {
    const { phase, schedule, stages } = this.#facts
    if (stages?.[stage]?.runningCode !== 0 || phase >= ENDED) return
    const slotIsFree = schedule.feed(LEFT, stage, 0)
    if (slotIsFree) this.driveSoon(UNREAD)
    else if (this.#facts.isAnswered(stage)) this.park(stage) // a gate keeps its answer back
  }

  #isWrapped(stage: number): boolean {
    return nodeAt(this.#facts.graph, stage).wrapped !== undefined
  }

  // A stage waits

  park(stage: number): void {
    const { map, schedule } = this.#facts
    const known = this.#facts.stage(stage)
    const beginsToWait =
      map === undefined ? schedule.feed(PARK, stage, 0) : !known.isParked && schedule.state(stage) === RUNNING
    if (!beginsToWait) return
    known.isParked = true
    map?.parked()
    this.driveSoon(UNREAD)
  }
  async unpark(stage: number): Promise<void> {
    const { map, schedule } = this.#facts
    const known = this.#facts.stage(stage)
    if (!known.isParked) return
    if (map !== undefined) {
      known.isParked = false
      return map.unparked()
    }
    // The promise first, because the stage may get its slot in this very call.
    const unparked = known.unparked()
    if (schedule.feed(UNPARK, stage, 0)) this.driveSoon(UNREAD)
    return unparked
  }
}
