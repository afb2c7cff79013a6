import type { RunContext, RunOutcome, RunPart, StageRecord } from '@stageflow/core'

import { addItem, addRun, addStage } from './gather.ts'
import type { GraphSeries, Series, SeriesStore } from './series.ts'

/** A run in progress. Adds its numbers to the series of its graph. */
export class LiveRun implements RunPart {
  readonly run: RunContext
  readonly graph: GraphSeries
  before: LiveRun | undefined
  after: LiveRun | undefined
  #next = 0
  readonly #store: SeriesStore
  readonly #live: LiveRuns

  constructor(store: SeriesStore, live: LiveRuns, run: RunContext, graph: GraphSeries) {
    this.run = run
    this.graph = graph
    this.#store = store
    this.#live = live
  }

  settled(record: StageRecord, run: RunContext): void {
    // Stages mostly settle in declared order.
    const next = this.#next
    const place = this.graph.names[next] === record.stage ? next : (this.graph.placeOf.get(record.stage) as number)
    if (run.item !== undefined) {
      addItem(this.#store, this.graph, place, record)
      return
    }
    this.#next = place + 1
    addStage(this.#store, this.graph, place, record)
  }

  ended(outcome: RunOutcome): void {
    this.#live.delete(this)
    addRun(this.#store, this.graph.runs, outcome)
  }
}

/** The runs in flight, as a linked list: a map would cost more than everything else here. */
export class LiveRuns {
  #first: LiveRun | undefined

  add(run: LiveRun): LiveRun {
    run.after = this.#first
    if (this.#first !== undefined) this.#first.before = run
    this.#first = run
    return run
  }

  delete(run: LiveRun): void {
    const { before, after } = run
    // A run that is kept after its end, as its result does, must not keep its neighbors in memory.
    run.before = undefined
    run.after = undefined
    if (before === undefined) this.#first = after
    else before.after = after
    if (after !== undefined) after.before = before
  }

  /** How many runs of each pipeline are in flight now. */
  runs(): ReadonlyMap<Series, number> {
    const counts = new Map<Series, number>()
    for (let live = this.#first; live !== undefined; live = live.after) count(counts, live.graph.runs)
    return counts
  }

  /** How many stages of each name are in flight now. Read from the runs at each scrape, so that starting a stage costs nothing. */
  stages(): ReadonlyMap<Series, number> {
    const counts = new Map<Series, number>()
    for (let live = this.#first; live !== undefined; live = live.after) {
      const { run, graph } = live
      for (const stage of run.running) {
        const place = graph.placeOf.get(stage) as number
        count(counts, graph.stages[place] as Series)
      }
    }
    return counts
  }
}

function count(counts: Map<Series, number>, series: Series): void {
  counts.set(series, (counts.get(series) ?? 0) + 1)
}
