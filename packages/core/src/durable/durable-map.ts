import { SOURCE_SUFFIX, placeSuffix } from '../contract/keys.ts'
import { isArray, isFunction } from '../base/check.ts'
import { stoppedOutput } from '../call/answers.ts'
import { LiveStageContext, behindOf } from '../call/stage-context.ts'
import { ItemRun, endOf, itemGraph, mapCall } from '../children/item-run.ts'
import type { MapCall } from '../children/item-run.ts'
import type { MapItem } from '../contract/graph-info.ts'
import { Output } from '../contract/output.ts'
import type { Resumed } from '../contract/results.ts'
import type { StageNode } from '../graph/graph.ts'
import { StageFacts } from '../report/stage-facts.ts'
import { DurableItem, FactsInCall } from './durable-item.ts'
import type { ItemOfMap } from './durable-item.ts'
import type { LegRun } from './leg-run.ts'
import { itemsIn } from './asked.ts'
import { outputOf } from './facts.ts'
import type { Carried } from './pump.ts'

/** An item, with the key of its call in the journal. */
interface ItemCall extends ItemOfMap {
  readonly callKey: string
}

/** A map in a durable run: each item settles by facts. If items wait for answers, the map runs again with those that have come. */
export class DurableMap {
  readonly #run: LegRun
  readonly #node: StageNode
  /** How often each item has been called, by its key. */
  readonly #rounds = new Map<string, number>()
  /** The answers that have come since the map ran last, by the keys of the items. */
  #answers = new Map<string, unknown>()
  /** What each item goes on with that has been answered. */
  readonly #resumed = new Map<string, Resumed>()
  /** The output with the questions of its items, while it waits for an answer. */
  #asking: Output | undefined
  /** Ends the wait for an answer: with an output, or to run the map again. */
  #waiting: ((output: Output | undefined) => void) | undefined
  /** The items of an asynchronous source. */
  #list: Promise<unknown> | undefined
  /** Called once the source has given its items. */
  #untilListed: (() => void)[] = []

  constructor(run: LegRun, node: StageNode) {
    this.#run = run
    this.#node = node
  }

  async run(context: LiveStageContext): Promise<unknown> {
    const run = this.#run
    const { index, name, body } = this.#node
    const running = body(context)
    if (run.facts.stage(index).items?.keys !== undefined) run.pump.keyedMaps.add(run.key(name))
    const output = await running
    if (!(output instanceof Output) || itemsIn(output.state) === undefined) return output
    if (this.#answers.size === 0) {
      if (run.pump.isSuspending || !run.isWanted(index)) return output
      this.#asking = output
      const ended = await new Promise<Output | undefined>((resolve) => {
        this.#waiting = resolve
      })
      if (ended !== undefined) return ended
    }
    const { request, state } = output
    const answer = Object.fromEntries(this.#answers)
    run.facts.stage(index).resumed = { request, state, answer, expired: false, by: undefined }
    this.#answers.clear()
    return this.run(new LiveStageContext(run, behindOf(context).node))
  }

  #endWait(output: Output | undefined): void {
    this.#waiting?.(output)
  }

  // The items

  item(map: MapCall, item: MapItem, value: unknown): DurableItem {
    const run = this.#run
    const { name, items } = this.#node
    const round = (this.#rounds.get(item.key) ?? 0) + 1
    this.#rounds.set(item.key, round)
    const suffix = placeSuffix(item.key)
    if (round === 1) run.pump.returned(`over() for ${run.key(name, 1, suffix)}`, value)
    const resumed = this.#resumed.get(item.key)
    const call = { map, item, value, resumed, callKey: run.key(name, round, suffix) }
    // The stages of a child pipeline are calls themselves.
    const execute = items?.made === true ? undefined : this.#execute.bind(this, call)
    return new DurableItem(run, call, execute)
  }

  /** Calls an item. Its code, its retries and its limits run inside the call, which is one fact. */
  #execute(call: ItemCall, item: DurableItem, context: LiveStageContext): void {
    const run = this.#run
    const { info, index } = this.#node
    run.pump.execute(call.callKey, {
      info,
      isWanted: () => run.isWanted(index) && item.abortOf(0) === undefined,
      begin: () => this.#carryOut(context, call),
      ended: (carried, wasHere) => {
        if (!wasHere) run.restoreChildren(index, carried)
        this.#ended(item, call, carried)
      },
    })
  }

  #carryOut(context: LiveStageContext, { map, item, value, resumed }: ItemCall): Promise<Carried> {
    const run = this.#run
    const node = this.#node
    const inCall = new LiveStageContext(run.callHost, node, behindOf(map.context).fork)
    const graph = itemGraph(run.facts.graph, node.items as StageNode)
    const call = mapCall(
      inCall,
      graph,
      map.inputs,
      () => {},
      () => {},
    )
    const inner = new ItemRun(call, item, value, resumed, new FactsInCall(graph, call, item))
    inner.parts = undefined
    inner.callKey = (stage) => run.callHost.callKey?.(stage, inner.suffix)
    inner.onRecorded = (stage, callback) => run.callHost.onRecorded?.(stage, callback, inner.suffix)
    inner.stopping.listen(context.signal)
    const code = (): Promise<Output> => new Promise((resolve) => inner.open(() => resolve(endOf(inner.facts).output)))
    return run.carryOut(context, code, { name: node.name + inner.suffix, stage: inner.facts.stage(0) })
  }

  #ended(item: DurableItem, { callKey }: ItemCall, carried: Carried): void {
    const run = this.#run
    const { key } = item.item
    const output = run.readItem(carried, this.#node, item.suffix)
    item.settleAs(output, carried)
    if (output.status !== 'suspend') return
    const { request, state, until, otherwise } = output
    run.pump.wait(callKey, {
      request,
      until,
      otherwise,
      answered: (answered) => {
        this.#answers.set(key, answered.answer)
        this.#resumed.set(key, { request, state, ...answered })
        this.#endWait(undefined)
      },
      suspend: () => this.#endWait(this.#asking),
      stoppedNow: () => {
        const isStopped = !run.isWanted(this.#node.index)
        if (isStopped) this.#endWait(stoppedOutput(run))
        return isStopped
      },
    })
  }

  // The source

  /** Calls `listed` once the source has given its items. */
  untilListed(listed: () => void): void {
    this.#untilListed.push(listed)
  }

  /** An asynchronous source is read in a call of its own, whose fact is the list of its items. */
  async list(source: unknown): Promise<unknown> {
    const { [Symbol.asyncIterator]: start } = Object(source) as { [Symbol.asyncIterator]?: unknown }
    if (isFunction(start)) this.#list ??= this.#readSource(source as AsyncIterable<unknown>)
    const items = this.#list === undefined ? source : await this.#list
    for (const listed of this.#untilListed.splice(0)) listed()
    return items
  }

  #readSource(source: AsyncIterable<unknown>): Promise<unknown> {
    const run = this.#run
    const { name, index, info } = this.#node
    const collectItems = async (): Promise<Output> => {
      const items: unknown[] = []
      for await (const item of source) {
        if (!run.isWanted(index)) return stoppedOutput(run) // leaving the loop closes the source
        items.push(item)
      }
      return new Output('ok', { items })
    }
    return new Promise((resolve, reject) => {
      run.pump.execute(run.key(name, 1, SOURCE_SUFFIX), {
        info,
        isWanted: () => run.isWanted(index),
        begin: () =>
          run.carryOut(new LiveStageContext(run.callHost, this.#node), collectItems, { name, stage: new StageFacts() }),
        ended: (carried) => {
          const { data, error } = outputOf(carried, name)
          const { items } = Object(data) as { readonly items?: unknown }
          if (isArray(items)) resolve(items)
          else reject(error ?? run.abortOf(index)?.reason)
        },
      })
    })
  }
}
