import type { RunAuthor } from '@stageflow/core'
import type { ResolvedCall, ToolContext, ToolProgress } from '@stageflow/tools'
import { cleanText, payloadSummary } from '@stageflow/tools/kit'

import type { Caller } from './caller.ts'
import { frozenCopy, type Budget } from './frozen-copy.ts'
import type { ExecutorSettings } from './options.ts'
import type { Stops } from './stops.ts'

interface Surroundings {
  readonly settings: ExecutorSettings
  readonly caller: Caller
  readonly executionMode: string | undefined
}

/** Makes the contexts of a call's attempts, and keeps what the handler passes to them. */
export class CallContext {
  readonly #call: ResolvedCall
  readonly #surroundings: Surroundings
  readonly #decidedBy: RunAuthor | undefined
  readonly idempotencyKey: string
  readonly #partials: unknown[] = []
  /** For all partial results together. */
  readonly #budget: Budget
  #dropped = 0
  /** The last value that was passed to `keepForUndo`. */
  kept: unknown
  /** The attempt whose context is in use. */
  #current = 0

  constructor(call: ResolvedCall, surroundings: Surroundings, key: string | undefined, decidedBy?: RunAuthor) {
    this.#call = call
    this.#surroundings = surroundings
    this.#decidedBy = decidedBy
    // Without a run, calls of two messages may have the same id.
    this.idempotencyKey = key ?? `${surroundings.caller.ids.pipelineRunId ?? crypto.randomUUID()}/${call.callId}`
    this.#budget = { left: surroundings.settings.maxOutputLength }
  }

  /** The context of an attempt. It ignores what comes after the attempt has ended. */
  of(attempt: number, stops: Stops): ToolContext<never> {
    const { caller, executionMode } = this.#surroundings
    const { pipelineRunId, requestId, sessionId, userId, orgId, interactionId } = caller.ids
    this.#current = attempt
    this.kept = undefined
    const isOver = (): boolean => this.#current !== attempt || stops.stop !== undefined
    return Object.freeze({
      callId: this.#call.callId,
      toolName: this.#call.name,
      attempt,
      signal: stops.signal,
      clock: caller.clock,
      ports: caller.ports as never,
      idempotencyKey: this.idempotencyKey,
      executionMode,
      pipelineRunId,
      requestId,
      sessionId,
      userId,
      orgId,
      interactionId,
      decidedBy: this.#decidedBy,
      emit: caller.handlerEmit,
      progress: (update: ToolProgress) => {
        if (!isOver()) this.#reportProgress(update)
      },
      partial: (value: unknown) => {
        if (!isOver()) this.#addPartial(value)
      },
      // Also after a timeout: if the handler completes all the same, its call can be undone.
      keepForUndo: (value: unknown) => {
        if (this.#current === attempt) this.#keepForUndo(value)
      },
      runChild: caller.runChild,
    })
  }

  /** From now on, no attempt is in progress. */
  over(): void {
    this.#current = 0
  }

  partials(): { readonly partials: readonly unknown[]; readonly partialsDropped: number } {
    return { partials: Object.freeze([...this.#partials]), partialsDropped: this.#dropped }
  }

  #reportProgress(update: ToolProgress): void {
    const { heartbeat, emit } = this.#surroundings.caller
    const { callId, name: toolName, tool, input } = this.#call
    const shown = (text: string): string => String(payloadSummary(tool, cleanText(tool, text, input)))
    heartbeat()
    emit?.('tool.updated', { toolName, callId, kind: 'progress', ...progressOf(update, shown) })
  }

  #addPartial(value: unknown): void {
    const { heartbeat, emit } = this.#surroundings.caller
    const { callId, name: toolName, tool, input } = this.#call
    heartbeat()
    this.#keepPartial(value)
    emit?.('tool.updated', { toolName, callId, kind: 'partial', partialSummary: payloadSummary(tool, value, input) })
  }

  #keepPartial(value: unknown): void {
    if (this.#partials.length >= this.#surroundings.settings.maxPartials) {
      this.#dropped++
      return
    }
    const trial = { ...this.#budget }
    try {
      this.#partials.push(frozenCopy(value, trial))
      this.#budget.left = trial.left
    } catch {
      this.#dropped++ // too large, or unreadable
    }
  }

  #keepForUndo(value: unknown): void {
    this.kept = frozenCopy(value, { left: this.#surroundings.settings.maxOutputLength })
  }
}

function progressOf({ message, done, total }: ToolProgress, shown: (text: string) => string): ToolProgress {
  return {
    ...(message !== undefined && { message: shown(String(message)) }),
    ...(isFiniteNumber(done) && { done }),
    ...(isFiniteNumber(total) && { total }),
  }
}

const isFiniteNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
