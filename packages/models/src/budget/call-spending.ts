import { StageflowError } from '@stageflow/core'
import { isThenable, read, show } from '@stageflow/core/kit'
import { askStore } from '@stageflow/keyed-work'
import type { BudgetStore, ReserveAnswer } from '@stageflow/keyed-work'
import type { LLMDelta } from '@stageflow/provider-types'
import type { Model } from '../model.ts'
import type { ModelContext } from '../options.ts'
import { countBy, isCount, sizeOf } from '../app-counts.ts'
import { CHARACTERS_PER_TOKEN } from '../call-usage.ts'
import type { CallUsage, CountTokens } from '../call-usage.ts'
import { amountOf } from './amounts.ts'
import type { PricedUsage } from './amounts.ts'
import { BudgetError, anonymous, storeFailed, unknownInput, unknownOutput } from './budget-errors.ts'
import type { Limit } from './budget-options.ts'
import { storedKey } from './stored-key.ts'
import type { RunBudget } from './run-budget.ts'

/** How long to wait for a store, in ms: less than the 5 s that a run waits for a stopped stage (`graceMs`). */
const STORE_LIMIT_MS = 4_000

/** Not rounded: deltas are short. */
const roughly: CountTokens = (text) => text.length / CHARACTERS_PER_TOKEN

const STATUSES: ReadonlySet<unknown> = new Set(['reserved', 'refused'])

/** One limit that a request counts for. */
interface Counter {
  readonly limit: Limit
  readonly budget: RunBudget
  readonly store: BudgetStore
  readonly key: string
  /** What is reserved. */
  held: number
  /** Whether the store has been asked: perhaps it holds something, even if it has failed. */
  isAsked: boolean
}

/** What one request takes from the budgets of its run. */
export class CallSpending<Request> {
  readonly #context: ModelContext
  readonly #budgets: readonly RunBudget[]
  readonly #model: Model<Request>
  readonly #request: Request
  readonly #countTokens: CountTokens
  readonly #token: string = crypto.randomUUID()
  readonly #counters: Counter[] = []
  #reserved: PricedUsage = { inputTokens: 0, outputTokens: 0 }
  /** How many more output tokens to reserve when an answer without a maximum goes on. 0 for one with a maximum. */
  #step = 0
  /** Output tokens so far, as estimated or as the provider counted them. */
  #written = 0
  /** The most output tokens of one delta. */
  #largest = 0
  #reserving: Promise<void> | undefined
  #extending: Promise<void> | undefined
  #settling: Promise<void> | undefined

  constructor(
    context: ModelContext,
    budgets: readonly RunBudget[],
    model: Model<Request>,
    request: Request,
    countTokens: CountTokens | undefined,
  ) {
    this.#context = context
    this.#budgets = budgets
    this.#model = model
    this.#request = request
    this.#countTokens = countTokens ?? roughly
  }

  /** Reserves what the request may use. Rejects, and holds nothing, if it doesn't fit. */
  reserve(): Promise<void> {
    this.#reserving = this.#reserveFirst()
    return this.#reserving
  }

  async #reserveFirst(): Promise<void> {
    this.#reserved = this.#mostUsage()
    for (const budget of this.#budgets)
      for (const limit of budget.settings.limits) this.#counters.push(await this.#counterOf(budget, limit))
    try {
      await this.#hold(this.#reserved, () => this.#context.signal)
    } catch (error) {
      const givenBack = this.#settleAll(undefined)
      // A store that has failed just now isn't waited for again.
      if (!StageflowError.is(error, 'models/unavailable')) await givenBack
      throw this.#reported(error)
    }
  }

  /** Emits an event if a limit has refused the request. Returns the error. */
  #reported(error: unknown): unknown {
    if (error instanceof BudgetError) {
      const { limit, unit, left, resetsInMs } = error
      const resets = resetsInMs === undefined ? {} : { resetsInMs }
      this.#context.tryEmitEvent('models.budget_refused', { model: this.#model.id, limit, unit, left, ...resets })
    }
    return error
  }

  /** What the request uses at most, or is expected to. */
  #mostUsage(): PricedUsage {
    const isSized = this.#budgets.some(({ settings }) => settings.limits.some(({ unit }) => unit !== 'requests'))
    if (!isSized) return this.#reserved
    const { inputTokens, maxOutputTokens, problem } = sizeOf(this.#model, this.#request)
    if (inputTokens === undefined) throw unknownInput(this.#model.id, problem)
    if (maxOutputTokens !== undefined) return { inputTokens, outputTokens: maxOutputTokens, estimated: true }
    const expected = this.#budgets.flatMap(({ settings }) => settings.expectOutputTokens ?? [])
    if (expected.length === 0) throw unknownOutput(this.#model.id)
    this.#step = Math.max(...expected)
    return { inputTokens, outputTokens: this.#step, estimated: true }
  }

  async #counterOf(budget: RunBudget, limit: Limit): Promise<Counter> {
    const { name, unit } = limit
    const { store } = budget.settings
    if (name === 'perRun' || store === undefined)
      return { limit, budget, store: budget.storeOfRun, key: unit, held: 0, isAsked: false }
    const { userId, orgId } = this.#context.snapshot
    if ((name === 'perUser' ? userId : orgId) === undefined) throw anonymous(name)
    return { limit, budget, store, key: await storedKey(limit, orgId, userId), held: 0, isAsked: false }
  }

  /**
   * Reserves as much as this usage takes, in each counter. If one refuses, those before it hold too much: until they are settled, or are asked
   * for less.
   */
  async #hold(usage: PricedUsage, signal: () => AbortSignal | undefined): Promise<void> {
    for (const counter of this.#counters) {
      const amount = this.#amount(counter, usage)
      if (counter.isAsked && amount === counter.held) continue
      const answer = await this.#ask(counter, amount, signal)
      if (answer.status === 'refused') throw new BudgetError(this.#model.id, counter.limit, amount, answer)
      counter.held = amount
    }
  }

  async #ask(counter: Counter, amount: number, signal: () => AbortSignal | undefined): Promise<ReserveAnswer> {
    const { limit, store, key } = counter
    counter.isAsked = true
    const { most, windowMs } = limit
    const token = this.#token
    let pending: ReserveAnswer | Promise<ReserveAnswer> | undefined
    const reserve = (): ReserveAnswer | Promise<ReserveAnswer> => {
      pending = store.reserve(key, { token, amount, most, windowMs })
      return pending
    }
    try {
      const answer = await askStore(reserve, { ...this.#storeLimit(), signal })
      if (!STATUSES.has(read(answer, 'status'))) throw new Error(`the store returned ${show(answer)} for a reservation`)
      return answer
    } catch (cause) {
      // The store may still reserve it, behind the settlement, and the request isn't made.
      if (isThenable(pending) && counter.held === 0)
        pending.then(() => store.settle(key, { token, amount: 0 })).then(undefined, () => {})
      if (signal()?.aborted === true) throw signal()?.reason
      throw storeFailed(limit, 'reserve', cause)
    }
  }

  #amount({ limit, budget }: Counter, usage: PricedUsage): number {
    return amountOf(limit.unit, budget.settings.prices, this.#model, usage)
  }

  /** How to ask a store. */
  #storeLimit(): { readonly name: string; readonly clock: ModelContext['clock']; readonly limitMs: number } {
    return { name: 'the budget store', clock: this.#context.clock, limitMs: STORE_LIMIT_MS }
  }

  /**
   * Counts a delta. If an answer without a maximum comes to the end of what is reserved, reserves more: wait for it before you read the next
   * delta. Rejects if nothing is left, so that the answer ends.
   */
  countDelta({ text, reasoning, toolCalls = [], usage }: LLMDelta): Promise<void> | undefined {
    if (this.#step === 0) return undefined
    const parts = [text, reasoning, ...toolCalls.flatMap((call) => [call.name, call.arguments])]
    const added = parts.filter((part) => typeof part === 'string').join('')
    const tokens = countBy(this.#countTokens, added) ?? roughly(added)
    this.#largest = Math.max(this.#largest, tokens)
    this.#written = Math.max(this.#written + tokens, usage?.outputTokens ?? 0)
    if (this.#missing() <= 0) return undefined
    this.#extending = this.#extend(this.#extending)
    return this.#extending
  }

  /** How many output tokens aren't reserved yet. The next delta may be as large as the largest one. */
  #missing(): number {
    return Math.ceil(this.#written + this.#largest - this.#reserved.outputTokens)
  }

  /** One after the other: the wait for one is interrupted if the stage is stopped. */
  async #extend(before: Promise<void> | undefined): Promise<void> {
    await before?.catch(() => {})
    const missing = this.#missing()
    if (missing > 0) await this.#reserveMore(missing)
  }

  /** Reserves a step more. If that doesn't fit, tries half of it, and so on, down to what is missing. */
  async #reserveMore(missing: number): Promise<void> {
    for (;;) {
      const step = Math.max(missing, this.#step)
      const more = { ...this.#reserved, outputTokens: this.#reserved.outputTokens + step }
      try {
        await this.#hold(more, () => undefined)
        this.#reserved = more
        return
      } catch (error) {
        if (!(error instanceof BudgetError) || step === missing) throw this.#reported(error)
        this.#step = Math.max(1, Math.floor(step / 2))
      }
    }
  }

  /** Counts what the request has used instead of what is reserved. Undefined: it wasn't made, or its provider has refused it. Never rejects. */
  settle(usage: CallUsage | undefined): Promise<void> {
    return (this.#settling ??= this.#settleReserved(usage))
  }

  async #settleReserved(usage: CallUsage | undefined): Promise<void> {
    try {
      await this.#reserving
    } catch {
      return // nothing is reserved
    }
    await this.#extending?.catch(() => {}) // a store that gets it later would hold it until the window ends
    await this.#settleAll(usage)
  }

  async #settleAll(usage: CallUsage | undefined): Promise<void> {
    const asked = this.#counters.filter(({ isAsked }) => isAsked)
    await Promise.all(asked.map((counter) => this.#settleOne(counter, usage)))
  }

  async #settleOne(counter: Counter, usage: CallUsage | undefined): Promise<void> {
    const { limit, budget, store, key } = counter
    const amount = usage === undefined ? 0 : this.#amountUsed(counter, usage)
    try {
      await askStore(() => store.settle(key, { token: this.#token, amount }), this.#storeLimit())
    } catch (error) {
      // What is reserved counts until the window ends.
      budget.run.problem(storeFailed(limit, 'settle', error))
    }
  }

  #amountUsed(counter: Counter, usage: CallUsage): number {
    const { inputTokens, outputTokens } = usage
    const reserved = this.#reserved
    try {
      return this.#amount(counter, {
        ...usage,
        // What is unknown of a request that was made counts as it was reserved.
        inputTokens: isCount(inputTokens) ? inputTokens : reserved.inputTokens,
        outputTokens: isCount(outputTokens) ? outputTokens : reserved.outputTokens,
      })
    } catch (error) {
      counter.budget.run.problem(error)
      return counter.held
    }
  }
}
