import { StageflowError } from '@stageflow/core'

import type { ResolvedCall } from './call-types.ts'
import { ownCopy } from './own-copy.ts'
import { cleanText, shownText } from './redact.ts'
import type { ExecutedCall } from './result-types.ts'
import { refusedApproval } from './tool-executor-approval.ts'
import type { Batch, CallKey } from './tool-executor-batch.ts'
import { CallContext } from './tool-executor-context.ts'
import type { Slot } from './tool-executor-gate.ts'
import { completed, emitEnded, failed, notStarted, stopped, type Facts } from './tool-executor-report.ts'
import { drain, isGenerator, settledOf, thrown, type HandlerFailure, type Settled } from './tool-executor-settled.ts'
import { Stop, Stops } from './tool-executor-stops.ts'

/** One call on its way from approval to its end. */
export class RunningCall {
  readonly #call: ResolvedCall
  readonly #batch: Batch
  readonly #resultKey: string | undefined
  readonly #stops = new Stops()
  readonly #context: CallContext
  #startedAt: number | undefined
  #endedAt: number | undefined
  #attempts = 0
  #undoable = false
  #hasEnded = false
  /** Settles when no code of its handler runs any more. */
  left: Promise<unknown> = Promise.resolve()

  constructor(call: ResolvedCall, batch: Batch, key?: CallKey) {
    this.#call = call
    this.#batch = batch
    this.#resultKey = key?.stored
    this.#context = new CallContext(call, batch, key?.given)
  }

  /** Never rejects. Emits the event that ends the call, as soon as its end is certain. */
  async run(): Promise<ExecutedCall> {
    const { caller, approve, slots, undo } = this.#batch
    const unlink = caller.stops.onStop(this.#stops.end)
    // From now on, not from its handler's start: what waits, or is made again, will still do something.
    const leaveRun = this.#call.tool.undo === undefined ? undefined : undo.begin(caller)
    try {
      // Nobody is asked about what has been stopped already.
      const refused = this.#stops.stop ?? (approve && (await refusedApproval(this.#call, approve, this.#stops)))
      if (refused instanceof Stop) return this.#end(stopped(this.#call, this.#facts(), refused))
      if (refused !== undefined) return this.#end(refused)
      const slot = await slots.enter(caller.clock, this.#stops)
      if (slot instanceof Stop) return this.#end(stopped(this.#call, this.#facts(), slot))
      try {
        return await this.#attemptAll()
      } finally {
        slot.leave()
      }
    } catch (error) {
      // Something that the executor was given, such as `random`, is broken.
      return this.#end(failed(this.#call, this.#facts(), thrown(error)))
    } finally {
      unlink()
      if (leaveRun !== undefined) void this.left.then(leaveRun)
    }
  }

  async #attemptAll(): Promise<ExecutedCall> {
    const { caller } = this.#batch
    const gate = this.#batch.gateOf(this.#call)
    for (;;) {
      let slot: Slot | Stop
      try {
        slot = await gate.enter(caller.clock, this.#stops, this.#attempts > 0)
      } catch (error) {
        return this.#end(failed(this.#call, this.#facts(), thrown(error)))
      }
      if (slot instanceof Stop) return this.#end(stopped(this.#call, this.#facts(), slot))
      if (this.#stops.stop !== undefined) {
        // It was stopped after it had got its slot.
        slot.leave()
        return this.#end(stopped(this.#call, this.#facts(), this.#stops.stop))
      }
      const result = await this.#attempt(slot)
      if ('status' in result) return result
      const stop = await this.#pause(result)
      if (stop !== undefined) return this.#end(stopped(this.#call, this.#facts(), stop))
    }
  }

  /** The result, or the failure after which the call is made again. */
  async #attempt(slot: Slot): Promise<ExecutedCall | HandlerFailure> {
    const { clock } = this.#batch.caller
    const { timeoutMs, name } = this.#call.tool
    const stops = new Stops()
    const unlink = this.#stops.onStop(stops.end)
    this.#startedAt ??= clock.now()
    if (++this.#attempts === 1) this.#batch.caller.emit?.('tool.started', { toolName: name, callId: this.#call.callId })
    const stopTimer =
      timeoutMs === false ? undefined : clock.setTimeout(() => stops.end(lateAfter(name, timeoutMs)), timeoutMs)
    const work = this.#handle(stops)
    this.left = work.then(() => slot.leave())
    const ended = await stops.race(work)
    stopTimer?.()
    unlink()
    if (ended instanceof Stop) return this.#giveUp(ended, work, slot)
    if (ended.ok) return this.#end(completed(this.#facts(), ended.output))
    return this.#isToBeRetried(ended) ? ended : this.#end(failed(this.#call, this.#facts(), ended))
  }

  /** Runs the handler to its real end, even where nobody waits any more. Never rejects. */
  async #handle(stops: Stops): Promise<Settled> {
    const settled = await this.#settle(stops)
    this.#context.over()
    // Recorded even when it has been given up: what it did is done, and `compensate` must know.
    if (settled.ok && this.#call.tool.undo !== undefined)
      this.#undoable = await this.#batch.undo.record(this.#call, this.#batch, {
        output: settled.output,
        kept: this.#context.kept,
        idempotencyKey: this.#context.idempotencyKey,
        resultKey: this.#resultKey,
      })
    return settled
  }

  async #settle(stops: Stops): Promise<Settled> {
    const { tool, input } = this.#call
    // Who was told that it starts may have stopped it.
    if (stops.stop !== undefined) return thrown(stops.stop.error)
    const context = this.#context.of(this.#attempts, stops)
    let answer: unknown
    try {
      // A copy: the next attempt, `undo`, and the search for secrets want the input as it was checked.
      answer = await tool.execute(ownCopy(input), context)
      if (isGenerator(answer)) answer = await drain(answer, stops.signal, context.partial)
    } catch (error) {
      return thrown(error)
    }
    return settledOf(tool, answer, this.#batch.settings.maxOutputLength)
  }

  /** A stop is final at once, but for a time-out that may be tried again; its handler is waited for, and reported where it stays. */
  async #giveUp(stop: Stop, work: Promise<Settled>, slot: Slot): Promise<ExecutedCall | HandlerFailure> {
    const failure: HandlerFailure = { ok: false, code: stop.error.code, message: stop.error.message, cause: stop.error }
    const mayRetry = stop.kind === 'timed-out' && this.#isToBeRetried(failure)
    if (!mayRetry) this.#end(stopped(this.#call, this.#facts(), stop))
    const settled = await this.#grace(work)
    if (mayRetry && settled?.ok === false)
      return this.#stops.stop === undefined ? failure : this.#end(stopped(this.#call, this.#facts(), this.#stops.stop))
    const facts: Facts = { ...this.#facts(), ...(settled === undefined && { abandoned: true as const }) }
    const result = stopped(this.#call, facts, stop)
    if (mayRetry) this.#end(result)
    if (settled === undefined) {
      slot.abandon()
      const { name: toolName, callId } = this.#call
      this.#batch.caller.emit?.('tool.abandoned', { toolName, callId, graceMs: this.#batch.settings.graceMs })
    }
    return result
  }

  /** What the handler came to in the grace time; undefined where it still runs. */
  #grace(work: Promise<Settled>): Promise<Settled | undefined> {
    return new Promise((resolve) => {
      const stopTimer = this.#batch.caller.clock.setTimeout(() => resolve(undefined), this.#batch.settings.graceMs)
      void work.then((settled) => {
        stopTimer()
        resolve(settled)
      })
    })
  }

  #isToBeRetried({ code, message, cause }: HandlerFailure): boolean {
    const { retry } = this.#call.tool
    if (retry === undefined || this.#attempts >= retry.attempts || this.#stops.stop !== undefined) return false
    try {
      // Of a caller without types it may be a promise, which says nothing.
      const verdict: unknown = retry.when(cause instanceof Error ? cause : new StageflowError(code, message, { cause }))
      return verdict === true
    } catch {
      return false
    }
  }

  /** Waits until the next attempt is due; answers why it is not to be. */
  async #pause(failure: HandlerFailure): Promise<Stop | undefined> {
    const { caller, settings } = this.#batch
    const { tool, input, callId, name: toolName } = this.#call
    const { baseMs = 0, capMs = 0 } = tool.retry ?? {}
    const delayMs = settings.random() * Math.min(capMs, baseMs * 2 ** (this.#attempts - 1))
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
    if (this.#startedAt === undefined) return notStarted(this.#call)
    return {
      ...notStarted(this.#call),
      durationMs: (this.#endedAt ??= this.#batch.caller.clock.now()) - this.#startedAt,
      attempts: this.#attempts,
      ...this.#context.partials(),
      undoable: this.#undoable,
    }
  }

  #end(result: ExecutedCall): ExecutedCall {
    const { emit } = this.#batch.caller
    if (emit !== undefined && !this.#hasEnded) emitEnded(emit, this.#call, result, this.#batch.behavior)
    this.#hasEnded = true
    return result
  }
}

function lateAfter(name: string, timeoutMs: number): Stop {
  const message = `Tool "${name}" took longer than ${timeoutMs} ms.`
  return new Stop('timed-out', new StageflowError('tools/timed-out', message))
}
