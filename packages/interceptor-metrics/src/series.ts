import type { Dependency, PipelineInfo, StageInfo } from '@stageflow/core'
import { createRedactor } from '@stageflow/core/redaction'

import { INBOX_LENGTH, OTHER, layoutOf } from './layout.ts'
import type { Layout } from './layout.ts'
import { Rows } from './rows.ts'

/** Error codes also come from clients and servers, some of which put an id or a message into them. */
const MOST_CODES = 100
/** What a code looks like: `timeout/timed-out`, `ECONNRESET`, `auth:denied`. */
const CODE = /^[\w.:/-]{1,100}$/

/** The numbers of one label set: of a stage, of the items of a map, or of the runs of a pipeline. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** Where its row begins. */
  readonly row: number
  readonly errors: Map<string, number>
}

/** The series of one graph. Graphs with the same names share series. */
export interface GraphSeries {
  readonly runs: Series
  /** In declared order. */
  readonly stages: readonly Series[]
  /** Those of the items of each stage that is a map. */
  readonly items: readonly (Series | undefined)[]
  /** Those of the inbox of each stage that reads streams. */
  readonly inboxes: readonly (Series | undefined)[]
  /** Whether each stage is behind a gate. */
  readonly gated: readonly boolean[]
  readonly names: readonly string[]
  /** Where the row of each stage begins. */
  readonly rows: readonly number[]
  readonly placeOf: ReadonlyMap<string, number>
}

/** Everything that one interceptor has gathered. Bounded, however many pipelines run. */
export class SeriesStore {
  readonly layout: Layout
  readonly stageRows: Rows
  readonly itemRows: Rows
  readonly inboxRows: Rows
  readonly runRows: Rows
  /** How often a name was counted as `other`, by its label. */
  readonly overflow: Record<'pipeline' | 'stage' | 'code', number> = { pipeline: 0, stage: 0, code: 0 }
  readonly #most: number
  readonly #stages = new Map<string, Series>()
  /** Those of the items of a map, by those of the map: they have the same labels. */
  readonly #items = new Map<Series, Series>()
  /** Those of inboxes, by those of their stages. */
  readonly #inboxes = new Map<Series, Series>()
  readonly #runs = new Map<string, Series>()
  readonly #codes = new Set<string>()
  readonly #redactor = createRedactor()
  readonly #graphs = new WeakMap<PipelineInfo, GraphSeries>()
  #namedStages = 0
  #namedRuns = 0

  constructor(bounds: readonly number[], most: number) {
    this.layout = layoutOf(bounds)
    this.stageRows = new Rows(this.layout.stageLength)
    this.itemRows = new Rows(this.layout.itemLength)
    this.inboxRows = new Rows(INBOX_LENGTH)
    this.runRows = new Rows(this.layout.runLength)
    this.#most = most
  }

  get stages(): readonly Series[] {
    return [...this.#stages.values()]
  }
  get items(): readonly Series[] {
    return [...this.#items.values()]
  }
  get inboxes(): readonly Series[] {
    return [...this.#inboxes.values()]
  }
  get runs(): readonly Series[] {
    return [...this.#runs.values()]
  }

  graph(pipeline: PipelineInfo): GraphSeries {
    const known = this.#graphs.get(pipeline)
    if (known !== undefined) return known
    const stages = pipeline.stages.map(({ name, kind }) => this.#stageSeries(pipeline.name, name, kind))
    const names = pipeline.stages.map(({ name }) => name)
    const graph: GraphSeries = {
      runs: this.#runSeries(pipeline.name),
      stages,
      items: pipeline.stages.map(({ map }, place) => (map ? this.#itemSeries(stages[place] as Series) : undefined)),
      inboxes: pipeline.stages.map((stage, place) =>
        dependsBy(stage, 'stream') ? this.#inboxSeries(stages[place] as Series) : undefined,
      ),
      gated: pipeline.stages.map((stage) => dependsBy(stage, 'gate')),
      names,
      rows: stages.map(({ row }) => row),
      placeOf: new Map(names.map((name, place) => [name, place])),
    }
    this.#graphs.set(pipeline, graph)
    return graph
  }

  countError({ errors }: Series, code: string): void {
    const label = this.#codeLabel(code)
    errors.set(label, (errors.get(label) ?? 0) + 1)
  }

  /** The code, if it may be a label: there is room for it, it looks like a code, and it holds no secret. Otherwise `other`. */
  #codeLabel(code: string): string {
    if (this.#codes.has(code)) return code
    const isFull = this.#codes.size >= MOST_CODES
    if (isFull || !CODE.test(code) || this.#redactor.text(code) !== code) {
      this.overflow.code++
      return OTHER
    }
    this.#codes.add(code)
    return code
  }

  #stageSeries(pipeline: string, stage: string, kind: string): Series {
    const key = JSON.stringify([pipeline, stage, kind])
    const known = this.#stages.get(key)
    if (known !== undefined) return known
    if (this.#namedStages < this.#most) {
      this.#namedStages++
      return newSeries(this.#stages, key, { pipeline, stage, kind }, this.stageRows)
    }
    this.overflow.stage++
    return this.#stages.get(OTHER) ?? newSeries(this.#stages, OTHER, ALL_OTHER, this.stageRows)
  }

  #itemSeries(map: Series): Series {
    return this.#items.get(map) ?? newSeries(this.#items, map, map.labels, this.itemRows)
  }

  #inboxSeries(stage: Series): Series {
    return this.#inboxes.get(stage) ?? newSeries(this.#inboxes, stage, stage.labels, this.inboxRows)
  }

  #runSeries(pipeline: string): Series {
    const known = this.#runs.get(pipeline)
    if (known !== undefined) return known
    if (this.#namedRuns < this.#most) {
      this.#namedRuns++
      return newSeries(this.#runs, pipeline, { pipeline }, this.runRows)
    }
    this.overflow.pipeline++
    // A pipeline that is called "other" shares this series, because no label set may occur twice.
    return this.#runs.get(OTHER) ?? newSeries(this.#runs, OTHER, { pipeline: OTHER }, this.runRows)
  }
}

const dependsBy = ({ dependencies }: StageInfo, edge: Dependency['edge']): boolean =>
  dependencies.some((dependency) => dependency.edge === edge)

const ALL_OTHER = { pipeline: OTHER, stage: OTHER, kind: OTHER }

function newSeries<Key>(all: Map<Key, Series>, key: Key, labels: Series['labels'], rows: Rows): Series {
  const series: Series = { labels, row: rows.add(), errors: new Map() }
  all.set(key, series)
  return series
}
