import { textOf } from '../base/errors.ts'
import type { Host } from '../call/host.ts'
import { behindOf } from '../call/stage-context.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import type { MapItem } from '../contract/graph-info.ts'
import { placeSuffix } from '../contract/keys.ts'
import { Output } from '../contract/output.ts'
import type { Resumed } from '../contract/results.ts'
import type { BuiltGraph, StageNode } from '../graph/graph.ts'
import { ItemFacts } from '../report/item-facts.ts'
import type { MapAround, RunFacts } from '../report/run-facts.ts'
import type { EndedItem, StageOfItem } from '../report/map-facts.ts'
import type { Outcome } from '../report/outcome.ts'
import { stageOutput } from '../report/record.ts'
import type { LiveRunContext, RunOfItem } from '../run/run-context.ts'
import { PipelineRun } from '../run/run.ts'
import { createPlan } from '../schedule/plan.ts'
import { codeAround } from './code-around.ts'
import type { ParentRun, StartableItem } from './parent-run.ts'

type Inputs = LiveStageContext['inputs']

const ONE_STAGE = createPlan([[]], [{ need: 0, eager: false }])

/** The graph that each item of a map runs: one stage, with everything else of the graph that the map is in. */
export const itemGraph = (graph: BuiltGraph, node: StageNode): BuiltGraph => ({
  ...graph,
  nodes: [node],
  names: [node.name],
  plan: ONE_STAGE,
  edges: undefined,
  blank: [undefined],
  unset: [NaN, NaN],
  indexOf: (stage) => (stage === node.name ? 0 : undefined),
})

/** A call of a map, as the items that run in it see it. */
export interface MapCall extends MapAround {
  readonly context: LiveStageContext
  /** The graph that each item runs. */
  readonly graph: BuiltGraph
  /** What the map reads. */
  readonly inputs: Inputs
  readonly host: ParentRun
}

export function mapCall(
  context: LiveStageContext,
  graph: BuiltGraph,
  inputs: Inputs,
  itemSettled: (item: MapItem, ended: EndedItem) => void,
  countParked: (change: 1 | -1) => void,
): MapCall {
  const { host, node } = behindOf(context)
  const around = codeAround(context)
  const stageSettled = (item: RunFacts): void => {
    around.tell('alive')
    itemSettled((item as ItemFacts).item, endOf(item))
  }
  const { index } = node
  return Object.assign(around, {
    context,
    graph,
    inputs,
    host: host as ParentRun,
    index,
    stageSettled,
    parked: () => countParked(1),
    unparked: () => {
      countParked(-1)
      return host.loop.unpark(index)
    },
  })
}

/** How the item with these facts ended. */
export function endOf(facts: RunFacts): EndedItem {
  const { times, endedAt, ending } = facts
  // A wrapped stage keeps every call of its code: without a list its code was never called.
  if (facts.graph.nodes[0]?.wrapped !== undefined) facts.stage(0).attempts ??= []
  const [startedAt = endedAt, settledAt = endedAt] = times
  const output = stageOutput(facts, 0) ?? new Output('cancel', ending?.reason ?? '')
  return { output, startedAt, endedAt: settledAt, stage: facts.stages?.[0] }
}

/** One item of a map: the run of its one stage. When it has ended, only what `MapFacts` keeps is left of it. */
export class ItemRun extends PipelineRun implements RunOfItem, StartableItem {
  declare readonly facts: ItemFacts
  declare readonly value: unknown
  /** Set by durable maps. */
  declare callKey: Host['callKey']
  declare onRecorded: Host['onRecorded']
  readonly #map: MapCall
  #contextOfItem: LiveRunContext | undefined

  constructor(
    map: MapCall,
    item: MapItem,
    value: unknown,
    resumed: Resumed | undefined,
    facts: ItemFacts = new ItemFacts(map.graph, map, item),
  ) {
    super(facts)
    this.#map = map
    this.value = value
    this.parts = map.host.parts
    if (resumed !== undefined) this.facts.stage(0).resumed = resumed
  }

  /** It isn't a run for interceptors: those around the run of the map are told of its stage. */
  override open(done: (outcome: Outcome) => void): void {
    this.startStages((outcome) => {
      this.close()
      done(outcome)
    })
  }
  /** Its map has ended. */
  abort(reason: unknown): void {
    this.cancel(textOf(reason), reason)
  }

  get item(): MapItem {
    return this.facts.item
  }
  get stage(): StageOfItem | undefined {
    return this.facts.stages?.[0]
  }
  get suffix(): string {
    return placeSuffix(this.item.key)
  }
  get inputsOfMap(): Inputs {
    return this.#map.inputs
  }
  override get context(): LiveRunContext {
    return (this.#contextOfItem ??= this.#map.host.context.ofItem(this))
  }
  override childRun(...given: Parameters<PipelineRun['childRun']>): PipelineRun {
    return this.#map.host.childRun(...given)
  }
}

/** The item itself, as the source gave it. */
export const valueOf = (context: LiveStageContext): unknown => (behindOf(context).host as ItemRun).value
