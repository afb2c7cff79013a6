import type { ResolvedCall } from '../parsed-call.ts'
import { frozenCopy, type Budget } from '../plain-copy.ts'
import { cleanText, payloadSummary } from '../redact.ts'
import { type Caller, handlerEmit, type Stops } from './caller.ts'
import type { ExecutorSettings } from './options.ts'
import type { ToolContext, ToolProgress } from '../tool-types.ts'

interface Surroundings {
  readonly settings: ExecutorSettings
  readonly caller: Caller
  readonly executionMode: string | undefined
}

/** Makes the contexts of a call's attempts, and keeps what the handler passes to them. */
export class CallContext {
  readonly #call: ResolvedCall
  readonly #batch: Surroundings
  readonly idempotencyKey: string
  readonly #partials: unknown[] = []
  readonly #budget: Budget
  #dropped = 0
  /** The last value that was passed to `keepForUndo`. */
  kept: unknown
  /** The attempt whose context is in use. */
  #current = 0

  constructor(call: ResolvedCall, batch: Surroundings, key: string | undefined) {
    this.#call = call
    this.#batch = batch
    // Without a run, calls of two messages may have the same id.
    this.idempotencyKey = key ?? `${batch.caller.ids.pipelineRunId ?? crypto.randomUUID()}/${call.callId}`
    this.#budget = { left: batch.settings.maxOutputLength, used: 0 }
  }

  /** The context of an attempt. It ignores what comes after the attempt has ended. */
  of(attempt: number, stops: Stops): ToolContext<never> {
    const { caller, executionMode, settings } = this.#batch
    const { ids, emit } = caller
    const { callId, name: toolName, tool, input } = this.#call
    this.#current = attempt
    this.kept = undefined
    const isOver = (): boolean => this.#current !== attempt || stops.stop !== undefined
    return Object.freeze({
      callId,
      toolName,
      attempt,
      signal: stops.signal,
      clock: caller.clock,
      ports: (caller.ports ?? {}) as never,
      idempotencyKey: this.idempotencyKey,
      executionMode,
      pipelineRunId: ids.pipelineRunId,
      requestId: ids.requestId,
      sessionId: ids.sessionId,
      userId: ids.userId,
      orgId: ids.orgId,
      interactionId: ids.interactionId,
      emit: handlerEmit(emit),
      progress: (update: ToolProgress) => {
        if (isOver()) return
        caller.heartbeat()
        emit?.('tool.updated', {
          toolName,
          callId,
          kind: 'progress',
          ...progressOf(update, (text) => String(payloadSummary(tool, cleanText(tool, text, input)))),
        })
      },
      partial: (value: unknown) => {
        if (isOver()) return
        caller.heartbeat()
        this.#keep(value)
        emit?.('tool.updated', {
          toolName,
          callId,
          kind: 'partial',
          partialSummary: payloadSummary(tool, value, input),
        })
      },
      keepForUndo: (value: unknown) => {
        if (this.#current === attempt) this.kept = frozenCopy(value, { left: settings.maxOutputLength, used: 0 })
      },
    })
  }

  over(): void {
    this.#current = 0
  }

  partials(): { readonly partials: readonly unknown[]; readonly partialsDropped: number } {
    return { partials: Object.freeze([...this.#partials]), partialsDropped: this.#dropped }
  }

  #keep(value: unknown): void {
    const trial = { ...this.#budget }
    try {
      if (this.#partials.length >= this.#batch.settings.maxPartials) throw new RangeError('enough')
      this.#partials.push(frozenCopy(value, trial))
      this.#budget.left = trial.left
    } catch {
      this.#dropped++ // too many, too large, or unreadable
    }
  }
}

function progressOf({ message, done, total }: ToolProgress, shown: (text: string) => string): ToolProgress {
  const number = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
  return {
    ...(message !== undefined && { message: shown(String(message)) }),
    ...(number(done) && { done }),
    ...(number(total) && { total }),
  }
}
