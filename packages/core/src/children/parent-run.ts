import type { Host } from '../call/host.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import type { MapItem } from '../contract/graph-info.ts'
import type { MapAround } from '../report/run-facts.ts'
import type { RunningItem } from '../report/map-facts.ts'
import type { LiveRunContext } from '../run/run-context.ts'
import type { RunParts } from '../run/run-interceptors.ts'
import type { PipelineRun } from '../run/run.ts'

/** A run as the children of its stages see it, and the items of its maps. Every host of a stage's context is one. */
export interface ParentRun extends Host {
  /** Makes a child run. Without an id in `input` it gets one. */
  readonly childRun: PipelineRun['childRun']
  readonly context: LiveRunContext
  readonly parts: RunParts | undefined
  /** Only of an item of a map: its key as paths have it, such as `#doc-7`. */
  readonly suffix?: string
  /** Only in a durable run: makes an item of a map, which settles by facts. */
  durableItem?(map: MapAround, item: MapItem, value: unknown): StartableItem
  /** Only in a durable run: reads an asynchronous source into a list. */
  readonly listItems?: (context: LiveStageContext, source: unknown) => unknown
}

/** An item that its map starts. */
export interface StartableItem extends RunningItem {
  /** Begins it. Calls back once, when its code has left. */
  open(left: () => void): void
}
