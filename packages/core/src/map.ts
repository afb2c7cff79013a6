import { StageflowError, quote } from './errors.ts'
import type { ForkState } from './fork.ts'
import { LiveContext, runOf } from './live-context.ts'
import { Output, toOutput } from './output.ts'
import { LIMIT, isFunction } from './rules.ts'
import type { Rules } from './rules.ts'
import { RUNNING } from './schedule-codes.ts'
import { MadeStage } from './spec.ts'

interface GivenOptions {
  readonly over: (inputs: unknown, snapshot: unknown) => unknown
  readonly each: (item: unknown, context: unknown) => unknown
  readonly concurrency?: number
}
const RULES: Rules = {
  over: [isFunction, 'a function (inputs, snapshot) => items', true],
  each: [isFunction, 'a function (item, context) => data', true],
  concurrency: LIMIT,
}
type Items = Iterator<unknown> | AsyncIterator<unknown>

/** The stage that `withMap` adds: one call of `each` for each item, at most `concurrency` at once. */
export function mapStage({ over, each, concurrency = Infinity }: GivenOptions): MadeStage {
  return new MadeStage(
    RULES,
    () => (context) => new MapRun(context as unknown as LiveContext, each, concurrency).run(over),
  )
}

/** One run of a map: starts items while there is room, until there are no more, or something ends it. */
class MapRun {
  readonly #context: LiveContext
  readonly #each: GivenOptions['each']
  readonly #concurrency: number
  readonly #items: (object | undefined)[] = []
  readonly #forks = new Set<ForkState>()
  /** Ends the wait for a slow source when the map ends early. */
  #stopWaiting: (() => void) | undefined
  #isOver = false
  #running = 0
  #wake: (() => void) | undefined
  /** The item that ended the map: what it answered, or threw. */
  #ended: Output | undefined
  #threw: { readonly error: unknown } | undefined

  constructor(context: LiveContext, each: GivenOptions['each'], concurrency: number) {
    this.#context = context
    this.#each = each
    this.#concurrency = concurrency
  }

  async run(over: GivenOptions['over']): Promise<Output> {
    const { signal, inputs, snapshot } = this.#context
    const end = (): void => this.#end(signal.reason)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    try {
      await this.#runItems(iterate(over(inputs, snapshot), this.#context.stage.name))
    } finally {
      this.#end() // a source that threw ends its items too; after the last item there is nothing to end
      signal.removeEventListener('abort', end)
    }
    if (this.#threw !== undefined) throw this.#threw.error
    signal.throwIfAborted()
    return this.#ended ?? new Output('ok', { items: this.#items })
  }

  async #runItems(items: Items): Promise<void> {
    while (!this.#isOver) {
      if (this.#running >= this.#concurrency) {
        await this.#itemEnded()
        continue
      }
      const next = items.next()
      const step = next instanceof Promise ? await this.#unlessOver(next) : next
      // Nobody wants the items of a stage that has ended: an interceptor answered in its place, or it was abandoned.
      if (runOf(this.#context).schedule.state(this.#context.stage.index) !== RUNNING) this.#end()
      if (step?.done === true) break
      if (step !== undefined && !this.#isOver) void this.#runItem(step.value)
    }
    while (this.#running > 0 && !this.#isOver) await this.#itemEnded()
    if (!this.#isOver) return
    this.#close(items)
  }

  /** The source of a map that ended early is told. What it throws is nobody's failure; how long it takes, the run waits for as for other code. */
  #close(items: Items): void {
    const left = this.#entered()
    new Promise((resolve) => resolve(items.return?.())).then(left, left)
  }

  /** Some code of the stage runs, until what this answers is called. */
  #entered(): () => void {
    const run = runOf(this.#context)
    const stage = this.#context.stage.index
    const facts = run.facts(stage)
    facts.code++
    return () => {
      facts.leave()
      run.codeLeft(stage)
    }
  }

  #unlessOver<T>(next: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#stopWaiting = () => resolve(undefined)
      next.then(resolve, reject)
    })
  }

  #itemEnded(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  async #runItem(item: unknown): Promise<void> {
    const place = this.#items.push(undefined) - 1
    const fork = LiveContext.ofItem(this.#context, place)
    const left = this.#entered()
    this.#running++
    this.#forks.add(fork)
    try {
      const output = toOutput(await this.#each(item, fork.context), `${this.#context.stage.name}#${place}`)
      if (output.status === 'ok') this.#items[place] = output.data as object
      else if (output.status !== 'skip' && !this.#isOver) {
        this.#ended = output
        this.#end()
      }
    } catch (error) {
      if (!this.#isOver) this.#threw = { error }
      this.#end()
    }
    this.#forks.delete(fork)
    fork.close()
    this.#running--
    this.#wake?.()
    left()
  }

  /** Ends the map before its items do: they are told to stop, and the run waits for their code as for any that outlives its stage. */
  #end(
    reason: unknown = new StageflowError('core/map-ended', `The map "${this.#context.stage.name}" has ended.`),
  ): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const fork of this.#forks) fork.abort(reason)
    this.#stopWaiting?.()
    this.#wake?.()
  }
}

function iterate(given: unknown, stage: string): Items {
  const iterable = given as { [Symbol.asyncIterator]?: () => Items; [Symbol.iterator]?: () => Items } | null | undefined
  const start = iterable?.[Symbol.asyncIterator] ?? iterable?.[Symbol.iterator]
  if (isFunction(start)) return start.call(iterable)
  throw new StageflowError(
    'core/map-items',
    `The map "${stage}" is over ${quote(given)}; over(inputs, snapshot) must return an array or another iterable.`,
  )
}
