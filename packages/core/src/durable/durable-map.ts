import { SOURCE_SUFFIX, placeSuffix } from '../contract/keys.ts'
import { isArray, isFunction } from '../base/check.ts'
import { stoppedOutput } from '../call/answers.ts'
import { LiveStageContext, StageFork, behindOf } from '../call/stage-context.ts'
import { Output, toOutput } from '../contract/output.ts'
import type { StageNode } from '../graph/graph.ts'
import type { LegRun } from './leg-run.ts'
import { itemsIn } from './asked.ts'
import { hashOf, outputOf } from './facts.ts'
import type { Answered, Carried } from './pump.ts'

type Each = (item: unknown, context: unknown) => unknown

/** A map in a durable run: each item is a call. If items wait for answers, the map runs again with those that have come. */
export class DurableMap {
  readonly #run: LegRun
  readonly #node: StageNode
  /** How often each item has been called. */
  readonly #rounds: number[] = []
  /** The answers that have come since the map ran last, by item. */
  #answers: Record<string, unknown> = {}
  /** The last answer to each item, with who gave it. */
  readonly #answered: Answered[] = []
  /** The output with the questions of its items. */
  #asking: Output | undefined
  /** Ends the wait for an answer: with an output, or to run the map again. */
  #waiting: ((output: Output | undefined) => void) | undefined
  /** The items of an asynchronous source. */
  #list: Promise<unknown> | undefined

  constructor(run: LegRun, node: StageNode) {
    this.#run = run
    this.#node = node
  }

  async run(context: LiveStageContext): Promise<unknown> {
    const run = this.#run
    const { index } = this.#node
    const output = await this.#node.body(context)
    if (!(output instanceof Output) || itemsIn(output.state) === undefined) return output
    if (Object.keys(this.#answers).length === 0) {
      if (run.pump.isSuspending || !run.isWanted(index)) return output
      this.#asking = output
      const ended = await new Promise<Output | undefined>((resolve) => {
        this.#waiting = resolve
      })
      if (ended !== undefined) return ended
    }
    const { request, state } = output
    run.facts.stage(index).reruns = new Map([
      ['', { request, state, answer: this.#answers, expired: false, by: undefined }],
    ])
    this.#answers = {}
    return this.run(new LiveStageContext(run, this.#node))
  }

  #endWait(output: Output | undefined): void {
    this.#waiting?.(output)
  }

  item(context: LiveStageContext, place: number, item: unknown, each: Each): Promise<unknown> {
    const run = this.#run
    const node = this.#node
    const suffix = placeSuffix(place)
    const prior = this.#prior(place)
    if (prior !== undefined) return Promise.resolve(prior)
    const round = (this.#rounds[place] ?? 0) + 1
    this.#rounds[place] = round
    const key = run.key(node.name, round, suffix)
    if (round === 1) run.pump.decided(`over() for ${key}`, hashOf(item))
    const fork = new StageFork(run.callHost, node, behindOf(context).fork, undefined, suffix)
    const { live } = new LiveStageContext(run.callHost, node).narrowedTo(fork)
    return new Promise((resolve) => {
      run.pump.execute(key, {
        info: node.info,
        isWanted: () => run.isWanted(node.index) && fork.aborted === undefined,
        begin: () =>
          run.carryOut(live, async () => toOutput(await each(item, live), node.name + suffix), {
            name: node.name + suffix,
          }),
        ended: (carried, wasHere) => {
          if (!wasHere) run.restoreChildren(node.index, carried)
          resolve(this.#ended(carried, key, place))
        },
      })
    })
  }

  /** How an item ended before the map ran again; undefined if it must run. */
  #prior(place: number): Output | undefined {
    const { reruns } = this.#run.facts.stage(this.#node.index)
    const { state, answer } = reruns?.get('') ?? {}
    const output = itemsIn(state)?.[place]
    if (output?.status !== 'suspend' || !Object.hasOwn(Object(answer) as object, place)) return output
    const { request, state: own } = output
    reruns?.set(placeSuffix(place), { request, state: own, ...(this.#answered[place] as Answered) })
    return undefined
  }

  #ended(carried: Carried, key: string, place: number): Output {
    const run = this.#run
    const { index } = this.#node
    const output = run.readCarried(carried, this.#node, placeSuffix(place))
    if (output.status !== 'suspend') return output
    run.pump.wait(key, {
      request: output.request,
      until: output.until,
      otherwise: output.otherwise,
      answered: (answered) => {
        this.#answers[place] = answered.answer
        this.#answered[place] = answered
        this.#endWait(undefined)
      },
      suspend: () => this.#endWait(this.#asking),
      stoppedNow: () => {
        const isStopped = !run.isWanted(index)
        if (isStopped) this.#endWait(stoppedOutput(run))
        return isStopped
      },
    })
    return output
  }

  /** An asynchronous source is read in a call of its own, whose fact is the list of its items. */
  items(source: unknown): unknown {
    const { [Symbol.asyncIterator]: start } = Object(source) as { [Symbol.asyncIterator]?: unknown }
    if (!isFunction(start)) return source
    return (this.#list ??= this.#readSource(source as AsyncIterable<unknown>))
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
        begin: () => run.carryOut(new LiveStageContext(run.callHost, this.#node), collectItems, { name }),
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
