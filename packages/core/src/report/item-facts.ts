import type { MapItem } from '../contract/graph-info.ts'
import { placeSuffix } from '../contract/keys.ts'
import type { ContextSnapshot } from '../contract/snapshot.ts'
import type { BuiltGraph } from '../graph/graph.ts'
import { EMPTY } from '../base/objects.ts'
import { RUNNING } from '../schedule/plan.ts'
import type { Notebook } from './notebook.ts'
import { RunFacts } from './run-facts.ts'
import type { MapAround } from './run-facts.ts'
import type { StageFacts } from './stage-facts.ts'

/** The facts of one item of a map: those of a run with one stage. Its ids, snapshot, ports and events are those of the run around it. */
export class ItemFacts extends RunFacts {
  declare readonly item: MapItem
  declare readonly map: MapAround

  constructor(graph: BuiltGraph, map: MapAround, item: MapItem, startedAt?: number) {
    super(graph, EMPTY, EMPTY, map.facts.parent, undefined, startedAt, map)
    this.item = item
  }

  override get ofRun(): RunFacts {
    return this.map.facts
  }
  override nameOf(index: number): string {
    return super.nameOf(index) + placeSuffix(this.item.key)
  }
  override stageOfRun(): StageFacts {
    return this.ofRun.stage(this.map.index)
  }
  override get pipelineRunId(): string {
    return this.ofRun.pipelineRunId
  }
  override get given(): ContextSnapshot {
    return this.ofRun.given
  }
  override get snapshot(): ContextSnapshot {
    return this.ofRun.snapshot
  }
  override get outlet(): RunFacts['outlet'] {
    return this.ofRun.outletOf(this.graph.names[0])
  }
  override get ports(): RunFacts['ports'] {
    return this.ofRun.ports
  }
  override get graceMs(): number {
    return this.ofRun.graceMs
  }
  override get cleanupMs(): number {
    return this.ofRun.cleanupMs
  }
  override get deadline(): number {
    return Math.min(this.ownLimit, this.map.deadline)
  }
  override get notebook(): Notebook {
    return this.ofRun.notebook
  }
  override ignores(index: number): boolean {
    return super.ignores(index) || this.ofRun.ignores(this.map.index)
  }

  /** No event of an item follows the terminal event of its map. */
  override stageEvent(name: string, kind: string, data: object, timestamp: number, toSink?: boolean): void {
    if (this.ofRun.schedule.state(this.map.index) !== RUNNING) return
    const type = `stage.${name}.${kind === 'chunk' ? '' : 'item_'}${kind}`
    this.events?.emit(type, { ...data, ...this.item }, name, timestamp, toSink)
  }
}
