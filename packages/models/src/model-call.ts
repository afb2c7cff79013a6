import { StageflowError } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import { asClause, classifyError, textOf } from '@stageflow/core/kit'
import { LLMAccumulator } from '@stageflow/provider-types'
import type { LLMDelta, LLMResponse } from '@stageflow/provider-types'
import type { CallSpending } from './budget/call-spending.ts'
import { endingOf } from './finish-reason.ts'
import type { AnswerEnding } from './finish-reason.ts'
import type { Model } from './model.ts'

/** How a call ended. `cancel`: its answer isn't wanted any more. */
export interface CallEnding {
  readonly status: 'ok' | 'fail' | 'cancel'
  /** Why, unless it is ok. */
  readonly error?: unknown
  /** On the clock of the run. */
  readonly at: number
}

/** Why a call failed before its answer began. An object, because a client may throw undefined. */
export interface CallFailure {
  readonly error: unknown
}

/** One request to one model, from its first delta to its end. */
export class ModelCall<Request> {
  readonly model: Model<Request>
  readonly request: Request
  /** On the clock of the run. */
  readonly startedAt: number
  /** What it takes from budgets; undefined without one. */
  readonly spending: CallSpending<Request> | undefined
  /** Resolves with the failure of a call that has failed before the first text or tool call, otherwise with undefined. Never rejects. */
  readonly begun: Promise<CallFailure | undefined>
  /** Undefined while it goes on. */
  ending: CallEnding | undefined
  /** Whether the request was made: not if a budget has refused it. */
  wasSent = false
  /** Whether the model has sent any delta, perhaps one without a part of the answer. */
  hasResponded = false
  /** The answer in the shape of its client, if that gives it. */
  messages: LLMDelta['messages']
  readonly #clock: Clock
  readonly #accumulator: LLMAccumulator
  readonly #controller = new AbortController()
  readonly #deltas: AsyncIterator<LLMDelta>
  /** The delta that is on its way. It is kept if the wait for it is interrupted. */
  #pending: Promise<IteratorResult<LLMDelta>> | undefined
  /** The wait for what the answer uses beyond its reservation. The next delta is read behind it. */
  #reserving: Promise<void> | undefined
  #interrupt: ((reason: unknown) => void) | undefined
  #isInterrupted = false
  /** Why the model has stopped: the first reason that says that its answer isn't whole, otherwise the newest one. */
  #finishReason: string | undefined
  /** The text of the delta that began the answer. */
  #firstText = ''
  /** Starts the limit of `firstChunkMs`. A budget may wait for its store before the request is made. */
  #onSent: (() => void) | undefined

  /** `firstChunkMs`: how long the model may send neither text nor reasoning nor a tool call at first. */
  constructor(
    model: Model<Request>,
    request: Request,
    clock: Clock,
    { firstChunkMs, spending }: { readonly firstChunkMs: number; readonly spending: CallSpending<Request> | undefined },
  ) {
    this.model = model
    this.request = request
    this.#clock = clock
    this.spending = spending
    this.startedAt = clock.now()
    const { id, provider } = model
    this.#accumulator = new LLMAccumulator({ model: id, provider, startedAt: this.startedAt })
    this.#deltas = this.#deltasOf(this.#controller.signal)
    // Reads the fields above at once: keep it last.
    this.begun = this.#begin(firstChunkMs)
  }

  /** What has come so far. */
  get response(): LLMResponse {
    return this.#accumulator.toResponse()
  }

  /** A generator, because a client may throw at once, as one that builds its request before it returns. */
  async *#deltasOf(signal: AbortSignal): AsyncGenerator<LLMDelta, void> {
    if (this.spending !== undefined) {
      await this.spending.reserve()
      signal.throwIfAborted()
    }
    this.wasSent = true
    this.#onSent?.()
    yield* this.model.stream(this.request, signal)
  }

  async #begin(firstChunkMs: number): Promise<CallFailure | undefined> {
    const isLate = (): void => this.stop('fail', stalled(this.model, firstChunkMs))
    let cancelTimer: (() => void) | undefined
    if (firstChunkMs !== Infinity)
      this.#onSent = () => {
        cancelTimer = this.#clock.setTimeout(isLate, firstChunkMs)
      }
    try {
      for (let delta = await this.#next(); delta !== undefined; delta = await this.#next()) {
        const { text, reasoning, toolCalls = [] } = delta
        const isAnswer = isGiven(text) || toolCalls.length > 0
        if (isAnswer || isGiven(reasoning)) cancelTimer?.()
        if (!isAnswer) continue
        this.#firstText = text ?? ''
        break
      }
      return undefined
    } catch (error) {
      return { error }
    } finally {
      this.#onSent = undefined
      cancelTimer?.()
    }
  }

  /** The texts of the answer, once it has begun. */
  async *texts(): AsyncGenerator<string, void> {
    if (this.#firstText !== '') yield this.#firstText
    for (let delta = await this.#next(); delta !== undefined; delta = await this.#next())
      if (isGiven(delta.text)) yield delta.text
  }

  /** Reads on until the model has ended, after an interruption. The answer counts as stopped: it wasn't read. */
  async drain(): Promise<void> {
    this.#isInterrupted = false
    while ((await this.#next()) !== undefined);
    this.#end('cancel')
  }

  /** The next delta; undefined after the last one. Rejects if the call fails, is stopped or is interrupted. */
  async #next(): Promise<LLMDelta | undefined> {
    if (this.ending?.status === 'ok') return undefined
    if (this.ending !== undefined) throw this.ending.error
    try {
      if (this.#reserving !== undefined) await this.#unlessInterrupted(this.#reserving)
      this.#reserving = undefined
      const { done, value } = await this.#unlessInterrupted((this.#pending ??= this.#deltas.next()))
      this.#pending = undefined
      if (done !== true) {
        this.hasResponded = true
        this.#accumulator.add(value, this.#clock.now())
        this.messages = value.messages ?? this.messages
        // A refusal may stand before a good end.
        if (this.#finishReason === undefined || endingOf(this.#finishReason) === 'whole')
          this.#finishReason = value.finishReason ?? this.#finishReason
        // Nothing but counts comes behind the finish reason.
        if (this.#finishReason === undefined) this.#reserving = this.spending?.countDelta(value)
        return value
      }
      refuseIncomplete(this.model.id, this.#finishReason)
      this.#end('ok')
      return undefined
    } catch (thrown) {
      const error = this.#isInterrupted ? thrown : this.#withCode(thrown)
      if (!this.#isInterrupted) this.stop('fail', error)
      throw error
    }
  }

  /** An error of no known kind inside of an answer is one of the stream: the provider had taken the request. */
  #withCode(error: unknown): unknown {
    const isKnown = StageflowError.is(error) || classifyError(error) !== 'unknown'
    if (!this.hasResponded || isKnown) return error
    const { id } = this.model
    return new StageflowError(
      'models/cut',
      `The answer of model "${id}" broke off: ${asClause(textOf(error))}. Call it again.`,
      { cause: error },
    )
  }

  #unlessInterrupted<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#interrupt = reject
      promise.then(resolve, reject)
    })
  }

  /** Ends the wait for the next delta, but not the request. */
  interrupt(reason: unknown): void {
    this.#isInterrupted = true
    this.#interrupt?.(reason)
  }

  /** Ends the request, unless it has ended. */
  stop(status: 'fail' | 'cancel', error: unknown): void {
    if (this.ending !== undefined) return
    this.#end(status, error)
    this.#controller.abort(error)
    this.#interrupt?.(error)
    // Lets a generator run its `finally`. What it throws there is no news.
    this.#deltas.return?.().then(ignore, ignore)
  }

  #end(status: CallEnding['status'], error?: unknown): void {
    this.ending = { status, error, at: this.#clock.now() }
  }
}

const ignore = (): void => {}
const isGiven = (text: string | null | undefined): text is string => text !== undefined && text !== null && text !== ''

const stalled = ({ id }: Model<never>, ms: number): StageflowError =>
  new StageflowError(
    'models/stalled',
    `Model "${id}" sent neither text nor reasoning nor a tool call for ${ms} ms (firstChunkMs). Raise it, or give the call another model.`,
  )

/** The code of each ending that isn't whole, and what to do. */
const INCOMPLETE: Readonly<Record<Exclude<AnswerEnding, 'whole'>, readonly [code: string, fix: string]>> = {
  cut: ['models/cut', 'Call it again: the connection or the provider broke off.'],
  length: ['models/length', 'Let it give more tokens, or ask for less.'],
  'content-filter': ['models/content-filter', 'Change the prompt, or tell the person so.'],
}

/** No reader could tell half an answer from all of it, so it is a failure. */
function refuseIncomplete(model: string, finishReason: string | undefined): void {
  const ending = endingOf(finishReason)
  if (ending === 'whole') return
  const how = finishReason === undefined ? 'without a finish reason' : `with the finish reason "${finishReason}"`
  const [code, fix] = INCOMPLETE[ending]
  throw new StageflowError(code, `The answer of model "${model}" ended ${how}. ${fix}`)
}
