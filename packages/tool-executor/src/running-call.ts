import { type RunAuthor, StageflowError } from '@stageflow/core'
import { backOffMs } from '@stageflow/core/kit'
import type { DeniedCall, ExecutedCall, ResolvedCall } from '@stageflow/tools'
import { cleanText, ownCopy, shownText } from '@stageflow/tools/kit'

import { askApproval } from './approval.ts'
import type { Approve } from './approval-types.ts'
import { CallContext } from './call-context.ts'
import type { Caller } from './caller.ts'
import { emitEnded } from './events.ts'
import type { Gate, Slot } from './gate.ts'
import type { ExecutorSettings } from './options.ts'
import { completed, failed, notStarted, stopped, type Facts } from './results.ts'
import { decideRetry } from './retry-decision.ts'
import { drain, failureFor, isGenerator, settledOf, type HandlerFailure, type Settled } from './settled.ts'
import { Stop, Stops } from './stops.ts'
import type { ResultKey } from './undo-types.ts'

/** What the calls of one `execute` share. */
export interface Batch {
  readonly settings: ExecutorSettings
  readonly caller: Caller
  readonly executionMode: string | undefined
  readonly approve: Approve | undefined
  /** For the calls of this batch. */
  readonly slots: Gate
  readonly gateOf: (call: ResolvedCall) => Gate
}

/** The idempotency key of a call: as the caller gave it, and the place of its result. */
export interface CallKey extends ResultKey {
  readonly callerKey: string
}

/** A call to make. */
export interface PreparedCall {
  /** Its input belongs to the executor alone. */
  readonly call: ResolvedCall
  /** What hooks get, and others may hold and change. */
  readonly given: ResolvedCall
}

/** One call, from its approval to its end. */
export class RunningCall {
  /** With the arguments of its approval, if that changed them. */
  #call: ResolvedCall
  readonly #given: ResolvedCall
  readonly #batch: Batch
  readonly #key: CallKey | undefined
  readonly #stops = new Stops()
  #context: CallContext
  #isEdited = false
  /** Who approved it. */
  #decidedBy: RunAuthor | undefined
  #startedAt: number | undefined
  /** The time of the first facts after its start: grace time doesn't count. */
  #endedAt: number | undefined
  #lastDelayMs: number | undefined
  /** The delay that `isRetryable` or the server asked for. */
  #retryAfterMs: number | undefined
  #attempts = 0
  #undoable = false
  #hasEnded = false
  /** Resolves when no code of its handler runs any more. */
  left: Promise<unknown> = Promise.resolve()

  constructor({ call, given }: PreparedCall, batch: Batch, key?: CallKey) {
    this.#call = call
    this.#given = given
    this.#batch = batch
    this.#key = key
    this.#context = new CallContext(call, batch, key?.callerKey)
  }

  readonly stop = (stop: Stop): void => this.#stops.end(stop)

  /** Emits the event that ends the call, once. */
  readonly end = (result: ExecutedCall): ExecutedCall => {
    const { caller, executionMode } = this.#batch
    if (!this.#hasEnded && caller.emit !== undefined) emitEnded(caller.emit, this.#call, result, executionMode)
    this.#hasEnded = true
    return result
  }

  /**
   * Never rejects. Emits the event that ends the call as soon as its end is certain. A completed call with a key has not ended: its
   * result must be stored before.
   */
  async run(): Promise<ExecutedCall> {
    const unlink = this.#batch.caller.stops.onStop(this.#stops.end)
    // From now on, not from its handler's start: a call that waits or retries will still do something.
    const leaveRun = this.#beginForUndo()
    try {
      return await this.#approveAndAttempt()
    } catch (error) {
      // An option of the executor, such as its clock, is broken.
      return this.#endFailed(failureFor(error))
    } finally {
      unlink()
      if (leaveRun !== undefined) void this.left.then(leaveRun)
    }
  }

  /** Counts a call that can be undone. Returns what to call when its handler has returned for good. */
  #beginForUndo(): (() => void) | undefined {
    const { settings, caller } = this.#batch
    const { pipelineRunId } = caller.ids
    if (this.#call.tool.undo === undefined || pipelineRunId === undefined) return undefined
    return settings.undo?.begin(pipelineRunId)
  }

  async #approveAndAttempt(): Promise<ExecutedCall> {
    const { caller, approve, slots } = this.#batch
    // No approval for a call that has already been stopped.
    const refused = this.#stops.stop ?? (approve && (await this.#askApproval(approve)))
    if (refused instanceof Stop) return this.#endStopped(refused)
    if (refused !== undefined) return this.end(refused)
    const slot = await slots.enter(caller.clock, this.#stops)
    if (slot instanceof Stop) return this.#endStopped(slot)
    try {
      return await this.#attemptAll()
    } finally {
      slot.leave()
    }
  }

  /** Why the call may not be made; undefined if it may. */
  async #askApproval(approve: Approve): Promise<DeniedCall | Stop | undefined> {
    const asked = await askApproval(this.#given, approve, this.#batch.caller, this.#stops)
    if ('refused' in asked) return asked.refused
    const { edited, decidedBy } = asked
    if (edited === undefined && decidedBy === undefined) return undefined
    this.#isEdited = edited !== undefined
    this.#call = edited ?? this.#call
    this.#decidedBy = decidedBy
    this.#context = new CallContext(this.#call, this.#batch, this.#key?.callerKey, decidedBy)
    return undefined
  }

  async #attemptAll(): Promise<ExecutedCall> {
    const gate = this.#batch.gateOf(this.#call)
    for (;;) {
      const slot = await gate.enter(this.#batch.caller.clock, this.#stops, this.#attempts > 0)
      if (slot instanceof Stop) return this.#endStopped(slot)
      if (this.#stops.stop !== undefined) {
        // It was stopped after it got its slot.
        slot.leave()
        return this.#endStopped(this.#stops.stop)
      }
      const result = await this.#attempt(slot)
      if ('status' in result) return result
      const stop = await this.#pause(result)
      if (stop !== undefined) return this.#endStopped(stop)
    }
  }

  /** The result, or the failure after which the call is made again. */
  async #attempt(slot: Slot): Promise<ExecutedCall | HandlerFailure> {
    const { clock, emit } = this.#batch.caller
    const { timeoutMs, name: toolName } = this.#call.tool
    const stops = new Stops()
    const unlink = this.#stops.onStop(stops.end)
    this.#startedAt ??= clock.now()
    if (++this.#attempts === 1) emit?.('tool.started', { toolName, callId: this.#call.callId })
    const stopTimer =
      timeoutMs === false ? undefined : clock.setTimeout(() => stops.end(lateAfter(toolName, timeoutMs)), timeoutMs)
    const work = this.#handle(stops)
    this.left = work.then(() => slot.leave())
    const settled = await stops.race(work)
    stopTimer?.()
    unlink()
    if (settled instanceof Stop) return this.#giveUp(settled, work, slot)
    if (settled.ok) {
      const result = completed(this.#facts(), settled.output)
      return this.#key === undefined ? this.end(result) : result
    }
    const final = this.#finalFailure(settled)
    return final === undefined ? settled : this.#endFailed(final)
  }

  /** Runs the handler until it returns, even if its call has ended. Never rejects. */
  async #handle(stops: Stops): Promise<Settled> {
    const settled = await this.#settle(stops)
    this.#context.over()
    // Recorded even if the call has ended: what the handler did is done, and `compensate` must know.
    if (settled.ok) await this.#recordForUndo(settled.output)
    return settled
  }

  async #recordForUndo(output: unknown): Promise<void> {
    const { settings, caller, executionMode } = this.#batch
    if (settings.undo === undefined || this.#call.tool.undo === undefined) return
    const { kept, idempotencyKey } = this.#context
    const resultKey = this.#key && { key: this.#key.key, token: this.#key.token }
    const done = { call: this.#call, output, kept, idempotencyKey, executionMode, resultKey }
    this.#undoable = await settings.undo.record(done, caller)
  }

  async #settle(stops: Stops): Promise<Settled> {
    const { tool, input } = this.#call
    // A listener of `tool.started` may have stopped it.
    if (stops.stop !== undefined) return failureFor(stops.stop.error)
    const context = this.#context.of(this.#attempts, stops)
    let answer: unknown
    try {
      // A copy: the next attempt, `undo` and the redaction need the input as it was made.
      answer = await tool.execute(ownCopy(input), context)
      if (isGenerator(answer)) answer = await drain(answer, stops.signal, context.partial)
    } catch (error) {
      return failureFor(error)
    }
    return settledOf(tool, answer, this.#batch.settings.maxOutputLength)
  }

  /**
   * Ends a stopped attempt. Its call ends with it at once, unless it was a timeout that may be retried. Waits for the handler, and
   * reports one that stays. Returns the failure if the call is made again.
   */
  async #giveUp(stop: Stop, work: Promise<Settled>, slot: Slot): Promise<ExecutedCall | HandlerFailure> {
    const { code, message } = stop.error
    const failure: HandlerFailure = { ok: false, code, message, cause: stop.error }
    const final = stop.kind === 'timed-out' ? this.#finalFailure(failure) : failure
    const isRetried = final === undefined
    const endWith = (facts: Facts): ExecutedCall =>
      isRetried || final === failure ? stopped(this.#call, facts, stop) : failed(this.#call, facts, final)
    if (!isRetried) this.end(endWith(this.#facts()))

    const settled = await this.#grace(work)
    // Both results below have what the handler has done in its grace time.
    if (settled === undefined) {
      const result = this.end(endWith({ ...this.#facts(), abandoned: true }))
      this.#abandon(slot)
      return result
    }
    if (settled.ok || !isRetried) return this.end(endWith(this.#facts()))
    return this.#stops.stop === undefined ? failure : this.#endStopped(this.#stops.stop)
  }

  /** How the handler ended within the grace time; undefined if it still runs. */
  #grace(work: Promise<Settled>): Promise<Settled | undefined> {
    const { clock, graceMs } = this.#batch.caller
    return new Promise((resolve) => {
      const stopTimer = clock.setTimeout(() => resolve(undefined), graceMs)
      void work.then((settled) => {
        stopTimer()
        resolve(settled)
      })
    })
  }

  /** The handler keeps its slot until it returns. */
  #abandon(slot: Slot): void {
    const { emit, graceMs } = this.#batch.caller
    slot.abandon()
    emit?.('tool.abandoned', { toolName: this.#call.name, callId: this.#call.callId, graceMs })
  }

  /** The failure that ends the call; undefined if it is made again. */
  #finalFailure(failure: HandlerFailure): HandlerFailure | undefined {
    const { callId, tool } = this.#call
    const { retry, name: toolName } = tool
    if (retry === undefined || this.#attempts >= retry.attempts || this.#stops.stop !== undefined) return failure
    const context = { toolName, callId, attempt: this.#attempts }
    const decision = decideRetry(failure, retry, context, this.#batch.caller.clock)
    if (!decision.isRetried) return decision.failure
    this.#retryAfterMs = decision.afterMs
    return undefined
  }

  /** Waits until the next attempt; returns the reason that ended the wait, if one did. */
  async #pause(failure: HandlerFailure): Promise<Stop | undefined> {
    const { caller, settings } = this.#batch
    const { tool, input, callId, name: toolName } = this.#call
    const plan = { baseMs: 0, capMs: 0, ...tool.retry, random: settings.random }
    const delayMs = this.#retryAfterMs ?? backOffMs(plan, this.#attempts - 1, this.#lastDelayMs)
    this.#lastDelayMs = delayMs
    caller.emit?.('tool.updated', {
      toolName,
      callId,
      kind: 'retrying',
      attempt: this.#attempts + 1,
      delayMs,
      errorCode: failure.code,
      errorMessage: shownText(tool, cleanText(tool, failure.message, input)),
    })
    return (await this.#stops.race(caller.clock.sleep(delayMs, this.#stops.signal))) ?? undefined
  }

  #facts(): Facts {
    const facts = {
      ...notStarted(this.#call),
      ...(this.#isEdited && { editedArguments: this.#call.arguments }),
      ...(this.#decidedBy !== undefined && { decidedBy: this.#decidedBy }),
    }
    if (this.#startedAt === undefined) return facts
    return {
      ...facts,
      durationMs: (this.#endedAt ??= this.#batch.caller.clock.now()) - this.#startedAt,
      attempts: this.#attempts,
      ...this.#context.partials(),
      undoable: this.#undoable,
    }
  }

  #endStopped(stop: Stop): ExecutedCall {
    return this.end(stopped(this.#call, this.#facts(), stop))
  }

  #endFailed(failure: HandlerFailure): ExecutedCall {
    return this.end(failed(this.#call, this.#facts(), failure))
  }
}

function lateAfter(name: string, timeoutMs: number): Stop {
  const message = `Tool "${name}" took longer than ${timeoutMs} ms. Ask it for less, or raise its timeoutMs.`
  return new Stop('timed-out', new StageflowError('tool-executor/timed-out', message))
}
