import { StageflowError, quote } from './errors.ts'
import { LiveContext, forkOf, runOf } from './live-context.ts'
import { Output, toOutput } from './output.ts'
import { MadeStage } from './spec.ts'

interface GivenOptions {
  readonly over: (inputs: unknown, snapshot: unknown) => unknown
  readonly each: (item: unknown, context: unknown) => unknown
  readonly concurrency?: number
}
type Items = Iterator<unknown> | AsyncIterator<unknown>

/** The stage that `withMap` adds: one call of `each` for each item, at most `concurrency` at once. */
export function mapStage({ over, each, concurrency = Infinity }: GivenOptions): MadeStage {
  return new MadeStage(({ stage, problem }) => {
      if (typeof over !== 'function') problem('core/illegal-option', `The map "${stage}" needs over: (inputs, snapshot) => items.`)
      if (typeof each !== 'function') problem('core/illegal-option', `The map "${stage}" needs each: (item, context) => data.`)
      if (concurrency !== Infinity && !(Number.isInteger(concurrency) && concurrency > 0)) problem('core/illegal-option', `The map "${stage}" has concurrency ${quote(concurrency)}; it takes a whole number from 1.`)
      return (context) => new MapRun(context as unknown as LiveContext, each, concurrency).run(over)
  })
}

/** One run of a map: workers take items in turn until there is none, or one of them ends the map. */
class MapRun {
  readonly #context: LiveContext
  readonly #each: GivenOptions['each']
  readonly #concurrency: number
  readonly #items: (object | undefined)[] = []
  readonly #aborts = new Set<(reason: unknown) => void>()
  #started = 0
  #exhausted = false
  /** What ended the map before its items did. */
  #ended: Output | undefined
  #threw: { readonly error: unknown } | undefined
  /** Resolves when the map ends early, so that nobody waits for the next item of a slow source. */
  readonly #over: PromiseWithResolvers<undefined> = Promise.withResolvers()

  constructor(context: LiveContext, each: GivenOptions['each'], concurrency: number) {
    this.#context = context
    this.#each = each
    this.#concurrency = concurrency
  }

  async run(over: GivenOptions['over']): Promise<Output> {
    const items = iterate(over(this.#context.inputs, this.#context.snapshot), this.#context.stage.name)
    const running = new Set<Promise<void>>()
    let pulling = false
    try {
      while (!this.#isEnding()) {
        if (running.size >= this.#concurrency) await Promise.race(running)
        else {
          const next = items.next()
          const step = next instanceof Promise ? await Promise.race([next, this.#over.promise]) : (next as IteratorResult<unknown>)
          if (step === undefined) pulling = true
          else if (step.done === true) this.#exhausted = true
          if (step === undefined || this.#isEnding()) break
          const one: Promise<void> = this.#runItem(step.value, this.#started++).finally(() => running.delete(one))
          running.add(one)
        }
      }
    } catch (error) {
      this.#fail(error)
    }
    await Promise.all(running)
    // A source that is still asked for an item answers `return` only after it: it is told, and not waited for.
    const left = this.#exhausted ? undefined : items.return?.()
    if (pulling) Promise.resolve(left).catch(() => {})
    else await left
    if (this.#threw !== undefined) throw this.#threw.error
    this.#context.raiseIfCancelled()
    return this.#ended ?? new Output('ok', { items: this.#items })
  }

  #isEnding(): boolean {
    if (this.#exhausted || this.#ended !== undefined || this.#threw !== undefined) return true
    return forkOf(this.#context)?.aborted !== undefined || runOf(this.#context).isAborted(this.#context.stage.index)
  }

  async #runItem(item: unknown, place: number): Promise<void> {
    const { context, abort } = LiveContext.ofItem(this.#context, place)
    this.#aborts.add(abort)
    this.#items[place] = undefined
    try {
      const value = await this.#each(item, context)
      const output = toOutput(value, `${this.#context.stage.name}#${place}`)
      if (output.status === 'ok') this.#items[place] = output.data as object
      else if (output.status !== 'skip' && this.#ended === undefined) {
        this.#ended = output
        this.#abortRest()
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#aborts.delete(abort)
    }
  }

  #fail(error: unknown): void {
    if (this.#threw !== undefined || this.#ended !== undefined) return
    this.#threw = { error }
    this.#abortRest()
  }

  #abortRest(): void {
    const reason = new StageflowError('core/map-ended', `The map "${this.#context.stage.name}" ended because of another item.`)
    for (const abort of this.#aborts) abort(reason)
    this.#over.resolve(undefined)
  }
}

function iterate(given: unknown, stage: string): Items {
  const iterable = given as { [Symbol.asyncIterator]?: () => Items; [Symbol.iterator]?: () => Items } | null | undefined
  const start = iterable?.[Symbol.asyncIterator] ?? iterable?.[Symbol.iterator]
  if (typeof start === 'function') return start.call(iterable)
  throw new StageflowError('core/map-items', `The map "${stage}" is over ${quote(given)}, which cannot be iterated; over(inputs, snapshot) returns an array or another iterable.`)
}
