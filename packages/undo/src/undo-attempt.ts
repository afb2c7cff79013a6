import type { UndoCaller, UndoResult } from '@stageflow/tool-executor'
import type { AnyTool, ToolContext } from '@stageflow/tools'

import { emitUndoFailed, emitUndone, type ToolUndoFailedEvent } from './events.ts'
import {
  expired,
  failureOf,
  inProgress,
  leaseLost,
  shownFailure,
  timedOut,
  toolMissing,
  unavailable,
  type Failure,
} from './failures.ts'
import type { RecordedCall } from './undo-call.ts'
import { UndoClaim, type ClaimSettings } from './undo-claim.ts'

/** How the handler ended. */
type Ended = { readonly ok: true } | (Failure & { readonly ok: false })

/** Undoes one call: claims its entry, runs its handler within the limits of its tool, and gives the claim back. */
export class UndoAttempt {
  readonly #call: RecordedCall
  readonly #tool: AnyTool | undefined
  readonly #caller: UndoCaller
  readonly #claim: UndoClaim
  readonly #leaseMs: number
  /** Resolves when no code of the handler runs any more, and the claim is given back. */
  left: Promise<unknown> = Promise.resolve()

  constructor(call: RecordedCall, tool: AnyTool | undefined, caller: UndoCaller, settings: ClaimSettings) {
    this.#call = call
    this.#tool = tool
    this.#caller = caller
    this.#claim = new UndoClaim(call.id, caller, settings)
    this.#leaseMs = settings.leaseMs
  }

  /** Never rejects. */
  async run(): Promise<UndoResult> {
    const { signal } = this.#caller
    try {
      return await this.#claimAndUndo()
    } catch (error) {
      return signal.aborted ? this.#stopped(signal) : this.#failed('failed', failureOf(unavailable(error)))
    }
  }

  async #claimAndUndo(): Promise<UndoResult> {
    this.#caller.signal.throwIfAborted()
    const startedAt = this.#caller.clock.now()
    const taken = await this.#claim.take(this.#waitMs())
    if (taken === 'missing') return this.#result('unknown')
    // It stays in the store, so that the next caller gets the same result.
    if (taken === 'expired') return this.#failed('expired', failureOf(expired(this.#call)))
    if (taken === 'taken') return this.#failed('failed', failureOf(inProgress(this.#call)))
    if (this.#tool?.undo === undefined) {
      await this.#claim.release()
      return this.#failed('failed', failureOf(toolMissing(this.#call, this.#tool)))
    }
    return this.#undo(this.#tool, this.#tool.undo, startedAt)
  }

  /** How long to wait for another process that undoes the call: until it is through, and if it dies, until its lease is over. */
  #waitMs(): number {
    const timeoutMs = this.#tool?.timeoutMs ?? 0
    return timeoutMs === false ? Infinity : this.#leaseMs + this.#caller.graceMs + timeoutMs
  }

  async #undo({ timeoutMs }: AnyTool, undo: NonNullable<AnyTool['undo']>, startedAt: number): Promise<UndoResult> {
    const { clock } = this.#caller
    const own = new AbortController()
    const signal = AbortSignal.any([this.#caller.signal, own.signal])
    this.#claim.hold(() => own.abort(leaseLost(this.#call)))
    const stopTimer =
      timeoutMs === false ? undefined : clock.setTimeout(() => own.abort(timedOut(this.#call, timeoutMs)), timeoutMs)
    const handled = this.#handle(undo, signal)
    const settled = handled.then((ended) => this.#settle(ended))
    this.left = settled
    const isInTime = await endsBefore(handled, signal)
    stopTimer?.()
    const ended = isInTime ? await handled : await this.#grace(handled)
    if (ended === undefined) return this.#stopped(signal)
    await settled
    if (!ended.ok) return this.#failed(signal.aborted ? stopReason(signal) : 'failed', ended)
    emitUndone(this.#caller, this.#call, clock.now() - startedAt)
    return this.#result('undone')
  }

  /** Runs the handler until it returns. Never rejects. */
  async #handle(undo: NonNullable<AnyTool['undo']>, signal: AbortSignal): Promise<Ended> {
    const { callId, input, output, kept, completedAt } = this.#call
    try {
      await undo(Object.freeze({ callId, input, output, kept, completedAt }), this.#context(signal))
      return { ok: true }
    } catch (error) {
      return { ok: false, ...failureOf(error) }
    }
  }

  /** The ids of the call, with the clock, ports and events of the caller that undoes it. */
  #context(signal: AbortSignal): ToolContext<never> {
    const { callId, toolName, idempotencyKey, executionMode, ids } = this.#call
    const { clock, ports, handlerEmit, heartbeat } = this.#caller
    return Object.freeze({
      callId,
      toolName,
      attempt: 1,
      signal,
      clock,
      ports: ports as never,
      idempotencyKey: `${idempotencyKey}/undo`,
      executionMode,
      pipelineRunId: ids.pipelineRunId,
      requestId: ids.requestId,
      sessionId: ids.sessionId,
      userId: ids.userId,
      orgId: ids.orgId,
      interactionId: ids.interactionId,
      decidedBy: undefined, // whoever approved the call has not approved this
      emit: handlerEmit,
      progress: () => heartbeat(),
      partial: () => heartbeat(),
      keepForUndo: () => {},
      runChild: undefined,
    })
  }

  /** Gives the claim back when the handler has returned. Never rejects. */
  async #settle({ ok }: Ended): Promise<void> {
    if (!ok) return this.#claim.release()
    if (this.#call.resultKey !== undefined) await this.#caller.forgetResult(this.#call.resultKey)
    // Last: if the process dies before, the call is undone again.
    await this.#claim.remove()
  }

  /** How a handler that was told to stop ended; undefined if it still runs after the grace time. */
  #grace(handled: Promise<Ended>): Promise<Ended | undefined> {
    const { clock, graceMs } = this.#caller
    return new Promise((resolve) => {
      const stopTimer = clock.setTimeout(() => resolve(undefined), graceMs)
      void handled.then((ended) => {
        stopTimer()
        resolve(ended)
      })
    })
  }

  #stopped(signal: AbortSignal): UndoResult {
    return this.#failed(stopReason(signal), failureOf(signal.reason))
  }

  /** Emits the failure. */
  #failed(reason: ToolUndoFailedEvent['reason'], failure: Failure): UndoResult {
    emitUndoFailed(this.#caller, this.#call, this.#tool, reason, failure)
    const status = reason === 'expired' ? 'expired' : 'failed'
    return this.#result(status, shownFailure(failure, this.#tool, this.#call.input))
  }

  #result(status: UndoResult['status'], error?: UndoResult['error']): UndoResult {
    return { status, callId: this.#call.callId, toolName: this.#call.toolName, error }
  }
}

/** Whether the work ends before the signal aborts. */
function endsBefore(work: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const onAbort = (): void => resolve(false)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    void work.then(() => {
      signal.removeEventListener('abort', onAbort)
      resolve(true)
    })
  })
}

/** What stopped the handler, for the event. */
function stopReason({ reason }: AbortSignal): 'timed_out' | 'cancelled' | 'failed' {
  const { code } = failureOf(reason)
  if (code.endsWith('/timed-out')) return 'timed_out'
  return code.endsWith('/cancelled') ? 'cancelled' : 'failed'
}
