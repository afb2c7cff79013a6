import { StageflowError } from '@stageflow/core'
import { classifyError, textOf } from '@stageflow/core/kit'
import { BUDGETS } from './budget/budget-slot.ts'
import { isOfBudget } from './budget/is-of-budget.ts'
import { answered, asked, failed, inOrder } from './health.ts'
import { ModelCall } from './model-call.ts'
import type { CallFailure } from './model-call.ts'
import type { Model } from './model.ts'
import type { CallModelOptions, ModelContext } from './options.ts'
import { shownError } from './shown-error.ts'
import { usageOf, wasTaken } from './usage.ts'
import { verdictOf } from './verdict.ts'

/** How long a stopped answer is read at most for its counts, in ms: less than the 5 s that a run waits for a stopped stage (`graceMs`). */
const LONGEST_DRAIN_MS = 4_000

interface News<Request> {
  readonly call: ModelCall<Request>
  /** Undefined if the call has begun its answer. */
  readonly failure: CallFailure | undefined
}

/** The calls that look for one answer: of the models in turn, or of several at once. */
export class Route<Request> {
  readonly #context: ModelContext
  readonly #request: Request
  readonly #options: CallModelOptions<Request>
  readonly #left: Model<Request>[]
  readonly #calls: ModelCall<Request>[] = []
  /** Of the whole stage, which may ask for several answers at once. */
  readonly #callsOfStage: ModelCall<Request>[]
  /** The calls that may still begin the answer. */
  readonly #open = new Set<ModelCall<Request>>()
  /** Of the models that failed before the answer began. */
  readonly #failures: { readonly model: Model<Request>; readonly error: unknown }[] = []
  /** A failure that no other model is asked after. A call that was asked before it may still answer. */
  #final: CallFailure | undefined
  /** Whether a budget has no room for another call beside those that are open. */
  #isFull = false

  /** `callsOfStage`: gets the calls too, in the order in which they begin. */
  constructor(
    context: ModelContext,
    request: Request,
    options: CallModelOptions<Request>,
    callsOfStage: ModelCall<Request>[],
  ) {
    this.#callsOfStage = callsOfStage
    this.#context = context
    this.#request = request
    this.#options = options
    this.#left = [...inOrder(options.models, context.clock.now())]
  }

  /** Asks the models until one begins its answer, and stops the calls beside it. Throws if none does. */
  async firstToBegin(): Promise<ModelCall<Request>> {
    this.#askNext()
    for (;;) {
      const news = await this.#news()
      if (news === undefined) this.#hedge()
      else if (news.failure !== undefined) await this.#goOnAfter(news.call, news.failure.error)
      else return this.#take(news.call)
    }
  }

  /** What one of the open calls came to; undefined if they take longer than a hedge waits. */
  async #news(): Promise<News<Request> | undefined> {
    const { hedgeMs = Infinity } = this.#options
    const begun = [...this.#open].map(async (call) => ({ call, failure: await call.begun }))
    if (hedgeMs === Infinity || this.#left.length === 0 || this.#isFull) return await Promise.race(begun)
    const slow = Promise.withResolvers<undefined>()
    const cancelTimer = this.#context.clock.setTimeout(() => slow.resolve(undefined), hedgeMs)
    try {
      return await Promise.race([...begun, slow.promise])
    } finally {
      cancelTimer()
    }
  }

  #askNext(): ModelCall<Request> {
    const { clock } = this.#context
    const { firstChunkMs = Infinity, countTokens } = this.#options
    const model = this.#left.shift() as Model<Request>
    asked(model, clock.now())
    const budgets = this.#context.get(BUDGETS)
    const spending = budgets?.spendingOf(this.#context, model, this.#request, countTokens)
    const call = new ModelCall(model, this.#request, clock, { firstChunkMs, spending })
    this.#calls.push(call)
    this.#callsOfStage.push(call)
    this.#open.add(call)
    return call
  }

  #hedge(): void {
    const { model } = this.#calls.at(-1) as ModelCall<Request>
    const next = this.#askNext()
    this.#context.tryEmitEvent('models.hedged', { model: model.id, next: next.model.id })
  }

  #take(call: ModelCall<Request>): ModelCall<Request> {
    answered(call.model)
    this.#open.delete(call)
    for (const other of this.#open) {
      other.stop('cancel', aborted(`Model "${call.model.id}" began its answer first.`))
      void this.#settle(other) // it is waited for at the end
    }
    this.#open.clear()
    return call
  }

  /** Asks the next model if the failure deserves it. Throws otherwise, or if none is left. */
  async #goOnAfter(call: ModelCall<Request>, error: unknown): Promise<void> {
    const { signal, clock, tryEmitEvent } = this.#context
    this.#open.delete(call)
    if (signal.aborted) throw error
    if (isOfBudget(error) && this.#open.size > 0) {
      // It wasn't asked. Once those that are open have failed, and given back what they hold, it may fit.
      this.#left.unshift(call.model)
      this.#isFull = true
      return
    }
    this.#failures.push({ model: call.model, error })
    if (this.#deservesNext(error)) failed(call.model, clock.now())
    else {
      this.#final ??= { error }
      this.#left.length = 0
    }
    if (this.#open.size > 0) return
    if (this.#final !== undefined) throw this.#final.error
    if (this.#left.length === 0) throw this.#exhausted(error)
    // The next request may need what these have reserved.
    await this.#settleAll()
    if (signal.aborted) throw error
    const next = this.#askNext()
    tryEmitEvent('models.switched', { model: call.model.id, next: next.model.id, error: shownError(error) })
  }

  #deservesNext(error: unknown): boolean {
    if (isOfBudget(error)) return false
    return verdictOf(this.#options, error, this.#context) ?? classifyError(error) === 'transient'
  }

  /** With one model its own error says all. */
  #exhausted(cause: unknown): unknown {
    if (this.#failures.length === 1) return cause
    const list = this.#failures.map(({ model, error }) => `"${model.id}": ${textOf(error)}`)
    return new StageflowError('models/exhausted', `All ${list.length} models failed. ${list.join('; ')}`, { cause })
  }

  /** Stops the calls, because the run stops the stage. With `drain` it ends only the wait for them. */
  stop(reason: unknown): void {
    for (const call of this.#calls) {
      if (this.#options.drain === true) call.interrupt(reason)
      else call.stop('cancel', reason)
    }
  }

  /** Ends the calls that go on, because they aren't read any more. */
  async end(): Promise<void> {
    await Promise.all(this.#calls.map((call) => this.#endCall(call)))
    await this.#settleAll()
  }

  async #settleAll(): Promise<void> {
    await Promise.all(this.#calls.map((call) => this.#settle(call)))
  }

  /** Counts what a call that has ended has used, for budgets. */
  async #settle(call: ModelCall<Request>): Promise<void> {
    // What a model has written that hasn't responded is known: nothing.
    const written = call.hasResponded ? {} : { outputTokens: 0 }
    const usage = wasTaken(call) ? { ...written, ...usageOf(call, this.#options.countTokens) } : undefined
    await call.spending?.settle(usage)
  }

  async #endCall(call: ModelCall<Request>): Promise<void> {
    if (call.ending !== undefined) return
    const stop = (): void => call.stop('cancel', aborted('The answer is not read any more.'))
    if (this.#options.drain !== true) return stop()
    const cancelTimer = this.#context.clock.setTimeout(stop, LONGEST_DRAIN_MS)
    await call.drain().catch(() => {}) // it has failed or took too long: its note says so
    cancelTimer()
  }
}

/** The reason of the signal of a request whose answer isn't wanted. */
const aborted = (why: string): DOMException => new DOMException(why, 'AbortError')
