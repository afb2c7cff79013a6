import { ItemRun } from '../children/item-run.ts'
import type { MapCall } from '../children/item-run.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import type { Clock } from '../base/clock.ts'
import type { Cleanup } from '../contract/context.ts'
import type { MapItem } from '../contract/graph-info.ts'
import type { Output } from '../contract/output.ts'
import type { Resumed } from '../contract/results.ts'
import { ItemFacts } from '../report/item-facts.ts'
import { addNotes } from './fact-notes.ts'
import { restoreChildren } from './child-facts.ts'
import { FactStopping } from './durable-stopping.ts'
import type { LegRun } from './leg-run.ts'
import type { Carried } from './pump.ts'

/** The time of an item: that of the last fact, or when its own call ended. Its timers end nothing. */
class FactClock implements Clock {
  readonly #clock: Clock
  readonly #at: () => number
  /** When the call of the item ended. */
  endedAt: number | undefined

  constructor(clock: Clock, at: () => number) {
    this.#clock = clock
    this.#at = at
  }
  now(): number {
    return this.endedAt ?? this.#at()
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#clock.sleep(ms, signal)
  }
  setTimeout(callback: () => void, ms: number): () => void {
    return this.#clock.setTimeout(callback, ms)
  }
}

/** The facts of an item whose call tells that it has started. */
class FactsAroundCall extends ItemFacts {
  override stageEvent(...[name, kind, ...more]: Parameters<ItemFacts['stageEvent']>): void {
    if (kind !== 'started') super.stageEvent(name, kind, ...more)
  }
}

/** The facts of an item inside its call. How it ends is told once the fact of the call has come. */
export class FactsInCall extends ItemFacts {
  override stageEvent(...[name, kind, ...more]: Parameters<ItemFacts['stageEvent']>): void {
    if (INSIDE.has(kind)) super.stageEvent(name, kind, ...more)
  }
}
const INSIDE: ReadonlySet<string> = new Set(['started', 'retrying', 'chunk'])

type Execute = (item: DurableItem, context: LiveStageContext) => void

/** An item and the call of the map that it runs in. */
export interface ItemOfMap {
  readonly map: MapCall
  readonly item: MapItem
  readonly value: unknown
  readonly resumed: Resumed | undefined
}

/** An item of a map in a durable run: it starts and settles by facts. */
export class DurableItem extends ItemRun {
  declare stoppingIfAny: FactStopping | undefined
  readonly #run: LegRun
  readonly #map: MapCall
  readonly #clock: FactClock
  readonly #execute: Execute | undefined

  /** `execute`: registers its call. Undefined for an item that runs a child pipeline, whose stages are calls. */
  constructor(run: LegRun, { map, item, value, resumed }: ItemOfMap, execute: Execute | undefined) {
    const { pump } = run
    const clock = new FactClock(map.graph.clock, () => pump.at)
    const Facts = execute === undefined ? ItemFacts : FactsAroundCall
    super(map, item, value, resumed, new Facts({ ...map.graph, clock }, map, item, pump.at))
    this.#run = run
    this.#map = map
    this.#clock = clock
    this.#execute = execute
  }

  override get stopping(): FactStopping {
    return (this.stoppingIfAny ??= new FactStopping(this, this.#run.pump))
  }
  /** The run waits for the cleanups of its items, so that no fact comes meanwhile. */
  override onCleanup(_stage: number, cleanup: Cleanup): void {
    this.#run.onCleanup(this.#map.index, cleanup)
  }

  /** Its stage starts as a call, whose fact settles it. */
  execute(context: LiveStageContext): Promise<never> {
    this.#execute?.(this, context)
    return new Promise(() => {})
  }

  /** Settles it by the fact of its call. */
  settleAs(output: Output, carried: Carried): void {
    const { startedAt, endedAt, attempts, chunks = 0, abandoned } = carried
    const { facts, loop } = this
    const stage = facts.stage(0)
    facts.times[0] = startedAt
    this.#clock.endedAt = endedAt
    stage.attempts = attempts && [...attempts]
    stage.chunks = chunks
    restoreChildren(stage, carried)
    addNotes(stage, carried)
    if (abandoned === true) stage.abandon()
    loop.settle(0, output)
  }
}
