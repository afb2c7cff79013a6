import { placeSuffix } from '../contract/keys.ts'
import { isFunction } from '../base/check.ts'
import { StageflowError } from '../base/errors.ts'
import { isThenable } from '../base/foreign.ts'
import { LIMIT, functionLike, required } from '../base/options.ts'
import type { OptionRules } from '../base/options.ts'
import { show } from '../base/show.ts'
import { thrownOutput } from '../call/answers.ts'
import { StageFork, behindOf } from '../call/stage-context.ts'
import type { Behind, LiveStageContext } from '../call/stage-context.ts'
import { Output, suspendedOutput, toOutput } from '../contract/output.ts'
import { jsonSchemaOf } from '../graph/json-schema.ts'
import { MadeStage } from '../graph/stage.ts'
import { requestsOf } from '../report/record.ts'
import { RUNNING } from '../schedule/plan.ts'
import type { ParentRun } from './child-run.ts'

interface GivenOptions {
  readonly over: (inputs: unknown, snapshot: unknown) => unknown
  readonly each: (item: unknown, context: unknown) => unknown
  readonly concurrency?: number
}
const RULES: OptionRules = {
  over: required(functionLike('(inputs, snapshot) => items')),
  each: required(functionLike('(item, context) => data')),
  concurrency: LIMIT,
}
type Items = Iterator<unknown> | AsyncIterator<unknown>

/** Makes the stage that `withMap` adds: it calls `each` for each item, at most `concurrency` at once. */
export function mapStage({ over, each, concurrency = Infinity }: GivenOptions): MadeStage {
  const make = () => (context: unknown) => new MapRun(context as LiveStageContext, each, concurrency).run(over)
  return new MadeStage(RULES, make, true)
}

/** One run of a map. Starts items while there is room, until the source ends or an item ends the map. */
class MapRun {
  readonly #context: LiveStageContext
  readonly #behind: Behind
  readonly #each: GivenOptions['each']
  readonly #concurrency: number
  /** The output of each item, in order; undefined while it runs, and if it ended the map. */
  readonly #outputs: (Output | undefined)[] = []
  readonly #forks = new Set<StageFork>()
  /** Ends the wait for a slow source when the map ends early. */
  #stopWaiting: (() => void) | undefined
  #isOver = false
  #running = 0
  #wake: (() => void) | undefined
  /** How the item that ended the map, or its source, ended. */
  #ended: Output | undefined

  constructor(context: LiveStageContext, each: GivenOptions['each'], concurrency: number) {
    this.#context = context
    this.#behind = behindOf(context)
    this.#each = each
    this.#concurrency = concurrency
  }

  async run(over: GivenOptions['over']): Promise<Output> {
    const { signal, inputs, snapshot } = this.#context
    const end = (): void => this.#endEarly(signal.reason)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    try {
      const source = over(inputs, snapshot)
      const { items } = this.#behind.host as ParentRun
      await this.#runItems(iterate(items ? await items(this.#context, source) : source, this.#context.stage.name))
    } catch (error) {
      this.#fail(error)
    }
    this.#endEarly() // a source that threw ends its items too; after the last item there is nothing to end
    signal.removeEventListener('abort', end)
    if (this.#ended === undefined) signal.throwIfAborted()
    return this.#output()
  }

  /** The output of the map: all its items, what ended it early, or the questions of items that suspended. */
  #output(): Output {
    const ended = this.#ended
    const items = this.#outputs.map((output) => output?.data)
    if (ended?.status === 'fail') return ended.withData({ ...(ended.data as object | undefined), items })
    if (ended !== undefined) return ended
    const asks = this.#outputs.some((output) => output?.status === 'suspend')
    return asks ? suspendedOutput(requestsOf(this.#outputs), { items: this.#outputs }) : new Output('ok', { items })
  }

  #fail(error: unknown): void {
    const { host, node } = this.#behind
    this.#ended ??= thrownOutput(host, node.index, error)
  }

  async #runItems(items: Items): Promise<void> {
    while (!this.#isOver) {
      if (this.#running >= this.#concurrency) {
        await this.#itemEnded()
        continue
      }
      const next = items.next()
      const step = isThenable(next) ? await this.#nextUnlessOver(next) : next
      if (!this.#isWanted) this.#endEarly()
      if (step?.done === true) break
      if (step !== undefined && !this.#isOver) void this.#runItem(step.value)
    }
    while (this.#running > 0 && !this.#isOver) await this.#itemEnded()
    if (this.#isOver) this.#closeSource(items)
  }

  /** False once an interceptor has answered the call of the stage, or the stage was abandoned. */
  get #isWanted(): boolean {
    const { host, node } = this.#behind
    return host.facts.schedule.state(node.index) === RUNNING
  }

  /**
   * Calls `return` on the source of a map that ended early, and ignores its errors. Until it settles it counts as running code.
   */
  #closeSource(items: Items): void {
    const leave = this.#enterCode()
    new Promise((resolve) => resolve(items.return?.())).then(leave, leave)
  }

  /** Counts code of the stage as running until the returned function is called. */
  #enterCode(): () => void {
    const { host, node } = this.#behind
    const { index } = node
    const stage = host.facts.stage(index)
    stage.enterCode()
    return () => {
      stage.leaveCode()
      host.loop.codeReturned(index)
    }
  }

  /** What the source gives, or undefined if the map ends first, even inside the call of `next` itself. */
  #nextUnlessOver<T>(next: PromiseLike<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#stopWaiting = () => resolve(undefined)
      if (this.#isOver) this.#stopWaiting()
      next.then(resolve, reject) // also handles a rejection after the end
    })
  }

  #itemEnded(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  async #runItem(item: unknown): Promise<void> {
    const place = this.#outputs.push(undefined) - 1
    const { host, node, fork: outer } = this.#behind
    const { facts } = host
    this.#outputs[place] = facts.resume?.item(facts.stage(node.index), place, node.name)
    if (this.#outputs[place] !== undefined) return
    const fork = this.#context.narrowedTo(new StageFork(host, node, outer, undefined, placeSuffix(place)))
    const leave = this.#enterCode()
    this.#running++
    this.#forks.add(fork)
    try {
      const value = (host as ParentRun).item?.(fork.live, place, item, this.#each) ?? this.#each(item, fork.context)
      this.#settleItem(place, toOutput(await value, node.name + fork.item))
    } catch (error) {
      this.#settleItem(place, thrownOutput(host, node.index, error))
    }
    this.#forks.delete(fork)
    fork.detach()
    this.#running--
    this.#wake?.()
    leave()
  }

  #settleItem(place: number, output: Output): void {
    const { host, node } = this.#behind
    if (output.status === 'suspend')
      this.#outputs[place] = output.askedAt(host.facts.clock.now(), jsonSchemaOf(node.answerSchema))
    else if (output.status === 'ok' || output.status === 'skip') this.#outputs[place] = output
    else if (!this.#isOver) {
      this.#ended ??= output
      this.#endEarly()
    }
  }

  /** Ends the map early and aborts its items. The run waits for their code as for any code that outlives its stage. */
  #endEarly(
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
    `The value that over() of stage "${stage}" returned must be an array or another iterable, not ${show(given)}.`,
  )
}
