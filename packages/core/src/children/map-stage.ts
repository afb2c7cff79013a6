import { DEFAULT_CONCURRENCY } from '../base/bounds.ts'
import { isFunction, isObject, isText } from '../base/check.ts'
import { StageflowError } from '../base/errors.ts'
import { codeOf, isThenable, onRejection } from '../base/foreign.ts'
import { defined } from '../base/objects.ts'
import { FLAG, LIMIT, functionLike, oneOf, required, whole } from '../base/options.ts'
import type { OptionRules } from '../base/options.ts'
import { show } from '../base/show.ts'
import { thrownOutput } from '../call/answers.ts'
import { stillRunning } from '../call/code.ts'
import { behindOf } from '../call/stage-context.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import type { MapItem } from '../contract/graph-info.ts'
import { LONGEST_ITEM_KEY, isItemKey, placeSuffix } from '../contract/keys.ts'
import { Output, suspendedOutput } from '../contract/output.ts'
import type { Resumed } from '../contract/results.ts'
import type { Body } from '../graph/stage.ts'
import { MadeStage, isAsyncGenerator } from '../graph/stage.ts'
import type { StageNode } from '../graph/graph.ts'
import { ItemRun, itemGraph, mapCall, valueOf } from './item-run.ts'
import { childEnding } from '../report/child-ending.ts'
import { openChild } from './child-run.ts'
import { MapFacts } from '../report/map-facts.ts'
import type { EndedItem } from '../report/map-facts.ts'
import type { StageFacts } from '../report/stage-facts.ts'
import { requestsOf } from '../report/record.ts'
// This order decides that of the modules in a bundle. In this one gzip finds more of what they share.
import type { MapCall } from './item-run.ts'
import { RUNNING } from '../schedule/plan.ts'

type Each = (item: unknown, context: unknown) => unknown

interface GivenOptions {
  readonly over: (inputs: unknown, snapshot: unknown) => unknown
  /** A function, or the pipeline that each item runs. */
  readonly each: Each | object
  readonly input?: (item: unknown, inputs: unknown, snapshot: unknown) => object
  readonly key?: (item: unknown, index: number) => unknown
  readonly concurrency?: number
  readonly onItemFailure?: 'fail' | 'skip' | 'collect'
  readonly maxFailures?: number
  readonly stream?: boolean
}
const RULES: OptionRules = {
  over: required(functionLike('(inputs, snapshot) => items')),
  each: [(value) => isFunction(value) || isObject(value), 'a function (item, context) => data, or a pipeline', true],
  input: functionLike('(item, inputs, snapshot) => ({ … })'),
  key: functionLike('(item, index) => key'),
  concurrency: LIMIT,
  onItemFailure: oneOf('fail', 'skip', 'collect'),
  maxFailures: whole(0),
  stream: FLAG,
}

type Items = Iterator<unknown> | AsyncIterator<unknown>

/** Makes the stage that `withMap` and `mapStage` add: it runs a stage for each item, at most `concurrency` at once. */
export function madeMap(options: GivenOptions): MadeStage {
  const { each, input, maxFailures, onItemFailure = 'fail', stream } = options
  const runEach: Body = (context) => (each as Each)(valueOf(context as LiveStageContext), context)
  const runChild = async (context: LiveStageContext): Promise<Output> => {
    const own = input?.(valueOf(context), context.inputs, context.snapshot) ?? {}
    return childEnding(await openChild(context, each, own, undefined, '').settled, context)
  }
  return new MadeStage(RULES, ({ stage, problem, child }) => {
    const refuse = (text: string): void => problem('core/illegal-option', `Stage "${stage}": ${text}.`)
    if (isFunction(each) && input !== undefined) refuse('remove input: the function each gets the item itself')
    if (maxFailures !== undefined && onItemFailure === 'fail')
      refuse("maxFailures needs onItemFailure 'skip' or 'collect'")
    return {
      body: (context) => new MapRun(context as LiveStageContext, options).run(),
      streams: stream === true,
      code: isFunction(each) ? each : undefined,
      item: isFunction(each)
        ? { body: runEach, streams: isAsyncGenerator(each), code: each }
        : { body: runChild as Body, streams: false, child: isObject(each) ? child(each) : undefined },
    }
  })
}

/** One call of a map. Starts items while there is room, until the source ends or an item ends the map. */
class MapRun {
  readonly #node: StageNode
  readonly #options: GivenOptions
  /** The facts of the map. */
  readonly #stage: StageFacts
  readonly #items: MapFacts
  /** The items of an earlier call of this map: the one before, or the last one of an earlier leg of the run. */
  readonly #earlierCall: MapFacts | undefined
  /** What an item goes on with, by its key, if it asked in an earlier leg of the run, and has its answer. */
  readonly #resumedItem: ((key: string) => Resumed | undefined) | undefined
  /** This call, as its items see it. */
  readonly #call: MapCall
  /** How many items count for `concurrency`: those whose code hasn't left, or whose reader is too far behind. */
  #inProgress = 0
  #failures = 0
  #hasEndedEarly = false
  /** Ends the waits for the source and for readers when the map ends early. */
  readonly #waits = new Set<() => void>()
  /** Lets the loop that starts items go on. */
  #wake: (() => void) | undefined
  /** What ended the map early: the output of an item, or of a source that threw. */
  #ending: Output | undefined

  constructor(context: LiveStageContext, options: GivenOptions) {
    const { host, node } = behindOf(context)
    this.#node = node
    this.#options = options
    const stage = host.facts.stage(node.index)
    this.#stage = stage
    if (options.stream) host.facts.yields(node)
    const hasKeys = options.key !== undefined
    this.#resumedItem = host.facts.resume?.restoreItems(stage, node.name, hasKeys)
    this.#earlierCall = stage.items
    stage.items = new MapFacts(hasKeys, options.onItemFailure === 'collect')
    this.#items = stage.items
    if (this.#earlierCall !== undefined) this.#items.addUsed(this.#earlierCall)
    const graph = itemGraph(host.facts.graph, node.items as StageNode)
    this.#call = mapCall(
      context,
      graph,
      context.inputs,
      (item, end) => this.#settled(item, end),
      (change) => {
        this.#items.parked += change
        this.#wake?.()
      },
    )
  }

  async run(): Promise<Output> {
    const { context, host, index } = this.#call
    const { signal, inputs, snapshot } = context
    const end = (): void => this.#endEarly(signal.reason)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    try {
      const source = this.#options.over(inputs, snapshot)
      const { listItems } = host
      const listed = listItems === undefined ? source : await listItems(context, source)
      await this.#runItems(iterate(listed, this.#node.name))
    } catch (error) {
      this.#ending ??= thrownOutput(host, index, error)
      this.#endEarly() // a source that threw ends its items too
    }
    signal.removeEventListener('abort', end)
    if (this.#ending !== undefined) return this.#ending
    signal.throwIfAborted()
    const { outputs, keys, asking } = this.#items
    if (asking === undefined) return new Output('ok', { items: this.#items.data() })
    return suspendedOutput(requestsOf(asking), defined({ items: outputs, keys }))
  }

  // The source

  async #runItems(items: Items): Promise<void> {
    const { concurrency = DEFAULT_CONCURRENCY } = this.#options
    while (!this.#hasEndedEarly) {
      if (this.#inProgress >= concurrency) {
        await this.#woken()
        continue
      }
      if (this.#stage.isParked) {
        await this.#takeSlot()
        continue
      }
      const next = items.next()
      const step = isThenable(next) ? await this.#arrived(next) : next
      if (this.#stage.isParked) await this.#takeSlot()
      if (!this.#isWanted) this.#endEarly()
      if (step?.done || this.#hasEndedEarly) break
      try {
        this.#begin(Reflect.get(step as object, 'value')) // throws if the source gave no step
      } catch (error) {
        this.#closeSource(items)
        throw error
      }
    }
    while (this.#inProgress > 0 && !this.#hasEndedEarly) await this.#woken()
    if (this.#hasEndedEarly) this.#closeSource(items)
  }

  #takeSlot(): Promise<void> {
    const { host, index } = this.#call
    return this.#blocked(host.loop.unpark(index))
  }

  /** The next item of an asynchronous source. While that waits for a chunk of a stream, the map has no slot if no item needs one. */
  async #arrived(next: PromiseLike<IteratorResult<unknown>>): Promise<IteratorResult<unknown> | undefined> {
    let isThere = false
    const arrived = (): void => {
      isThere = true
      this.#wake?.()
    }
    const step = this.#unlessEndedEarly(next)
    step.then(arrived, arrived)
    while (!isThere) await this.#woken(this.#stage.waitCount > 0)
    return step
  }

  /** False once an interceptor has answered the call of the stage, or the stage was abandoned. */
  get #isWanted(): boolean {
    const { host, index } = this.#call
    return host.facts.schedule.state(index) === RUNNING
  }

  /**
   * Calls `return` on the source of a map that ended early, and ignores its errors. Until it settles it counts as running code.
   */
  #closeSource(items: Items): void {
    this.#stage.enterCode()
    const leave = (): void => this.#leaveCode()
    new Promise((resolve) => resolve(items.return?.())).then(leave, leave)
  }

  /** A piece of the map's code has left: an item, or the end of its source. */
  #leaveCode(): void {
    this.#stage.leaveCode()
    const { host, index } = this.#call
    host.loop.codeReturned(index)
  }

  /** What a promise resolves with, or undefined if the map ends early first, even inside the call that made the promise. */
  #unlessEndedEarly<T>(promise: PromiseLike<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const stop = (): void => resolve(undefined)
      this.#waits.add(stop)
      if (this.#hasEndedEarly) stop()
      const settle = (): unknown => this.#waits.delete(stop)
      promise.then(resolve, reject) // also handles a rejection after the map has ended
      promise.then(settle, settle)
    })
  }

  /**
   * Resolves when an item has made room for another one or waits, or the map has ended early. Gives the slot away if no item needs it.
   * `sourceWaits`: false while code of the source may run, which needs the slot too.
   */
  #woken(sourceWaits: boolean = true): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    // Last, because the stage that gets the slot may end the map at once.
    const { host, index } = this.#call
    if (sourceWaits && this.#items.isIdle) host.loop.park(index)
    return woken
  }

  /** Waits while limits on the map stand still. */
  async #blocked(promise: Promise<void>): Promise<void> {
    this.#call.tell('blocked')
    await this.#unlessEndedEarly(promise)
    this.#call.tell('unblocked')
  }

  // The items

  #begin(value: unknown): void {
    this.#call.tell('alive')
    const index = this.#items.outputs.length
    const item = Object.freeze({ index, key: this.#keyOf(value, index) })
    this.#items.add(item.key, undefined)
    const done = this.#doneBefore(item)
    if (done === undefined) this.#run(item, value)
    else this.#keep(item, done)
  }

  #keyOf(value: unknown, index: number): string {
    const { key } = this.#options
    if (key === undefined) return `${index}`
    const given = key(value, index)
    if (!isText(given) || !isItemKey(given) || this.#items.indexOf(given) !== undefined) {
      onRejection(given, () => {}) // a promise is refused: if it rejects as well, that must not end the process
      throw new StageflowError(
        'core/map-key',
        `key() of stage "${this.#node.name}" must return a string of 1 to ${LONGEST_ITEM_KEY} characters that no other item has, not ${show(given)} for item ${index}.`,
      )
    }
    return given
  }

  /** How an item ended in an earlier call of the map, if it is done. It fails if its code was abandoned there, because that may still run. */
  #doneBefore({ index, key }: MapItem): Output | undefined {
    const earlier = this.#earlierCall
    const earlierIndex = earlier?.indexOf(key)
    if (earlier === undefined || earlierIndex === undefined) return undefined
    const output = earlier.outputs[earlierIndex]
    const isDone = output?.status === 'ok' || output?.status === 'skip' || this.#staysAsItWas(output, key)
    if (!isDone && !earlier.isAbandoned(earlierIndex)) return undefined
    this.#items.take(earlier, earlierIndex, index)
    if (isDone) return output
    const failure = stillRunning(this.#node.name + placeSuffix(key), this.#call.facts.graceMs)
    this.#items.describe(index, failure, undefined)
    this.#items.abandoned(index)
    return failure
  }
  /** A durable run calls a map again with the answers that have come: its other questions stay open, and its failures stay failures. */
  #staysAsItWas(output: Output | undefined, key: string): boolean {
    const { resumed } = this.#call.context
    if (resumed === undefined) return false
    return output?.status === 'fail' || (output?.status === 'suspend' && !Object.hasOwn(Object(resumed.answer), key))
  }

  #run(item: MapItem, value: unknown): void {
    const { host } = this.#call
    const run =
      host.durableItem?.(this.#call, item, value) ?? new ItemRun(this.#call, item, value, this.#resumedItem?.(item.key))
    this.#inProgress++
    this.#items.began(run)
    this.#stage.enterCode()
    run.open(() => {
      this.#items.left(run)
      if (run.stage?.abandoned) {
        this.#items.abandoned(item.index)
        // If the map has settled already, its record says so too.
        if (!this.#isWanted) this.#stage.abandoned = true
      }
      this.#codeLeft()
      this.#leaveCode()
      host.stoppingIfAny?.childClosed()
    })
  }

  /** An item has settled; its code may still run. */
  #settled(item: MapItem, ended: EndedItem): void {
    const { facts, context } = this.#call
    this.#items.settled(item.index, ended)
    const isKept = this.#keep(item, ended.output)
    const isChunk = isKept && this.#options.stream && ended.output.status !== 'suspend'
    // None follows the terminal event of the map.
    if (isChunk && this.#isWanted) facts.chunk(this.#node, this.#items.result(item.index), context.attempt)
  }

  /** Keeps how an item ended, or ends the map with it and returns false. */
  #keep({ index }: MapItem, output: Output): boolean {
    const isKept = this.#isKept(output)
    if (isKept) this.#items.outputs[index] = output
    else if (!this.#hasEndedEarly) {
      this.#ending = output
      this.#endEarly()
    }
    return isKept
  }

  /** Whether the map goes on after an item that ended so. */
  #isKept({ status, error }: Output): boolean {
    if (status === 'ok' || status === 'skip' || status === 'suspend') return true
    const { onItemFailure = 'fail', maxFailures = Infinity } = this.#options
    if (status !== 'fail' || onItemFailure === 'fail' || this.#hasEndedEarly || isMistake(error)) return false
    return ++this.#failures <= maxFailures
  }

  /** The code of an item has left. If a reader of the results is too far behind, the item keeps its place until the reader has caught up. */
  #codeLeft(): void {
    this.#call.tell('alive')
    if (this.#room === undefined) return this.#free()
    void this.#blocked(this.#untilRoom()).then(() => this.#free())
    this.#wake?.() // perhaps no code of the map runs any more
  }
  /** Resolves once every reader has room: while one reader caught up, another may have fallen behind. */
  async #untilRoom(): Promise<void> {
    while (this.#room !== undefined) await this.#room
  }
  get #room(): Promise<void> | undefined {
    return this.#options.stream && this.#isWanted ? this.#call.facts.room(this.#node) : undefined
  }
  #free(): void {
    this.#inProgress--
    this.#wake?.()
  }

  /** Ends the map early and aborts its items. The run waits for their code as for any code that outlives its stage. */
  #endEarly(reason: unknown = new StageflowError('core/map-ended', `The map "${this.#node.name}" has ended.`)): void {
    if (this.#hasEndedEarly) return
    this.#hasEndedEarly = true
    if (this.#earlierCall !== undefined) this.#items.takeRest(this.#earlierCall)
    this.#items.abort(reason)
    for (const stop of this.#waits) stop()
    this.#wake?.()
  }
}

/** Codes of failures that are mistakes of the program, whatever the item is: a map never goes on after one. */
const MISTAKES = ['core/illegal-output', 'core/ambiguous-output', 'core/map-key', 'core/when', 'core/undeclared-input']
const isMistake = (error: unknown): boolean => {
  const code = codeOf(error) ?? ''
  return MISTAKES.includes(code) || code.startsWith('core/interceptor')
}

function iterate(given: unknown, stage: string): Items {
  const iterable = given as { [Symbol.asyncIterator]?: () => Items; [Symbol.iterator]?: () => Items } | null | undefined
  const start = iterable?.[Symbol.asyncIterator] ?? iterable?.[Symbol.iterator]
  if (isFunction(start)) return start.call(iterable)
  onRejection(given, () => {}) // a promise is refused: if it rejects as well, that must not end the process
  throw new StageflowError(
    'core/map-items',
    `over() of stage "${stage}" must return an array or another iterable, not ${show(given)}.`,
  )
}
