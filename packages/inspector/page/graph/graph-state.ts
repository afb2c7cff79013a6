import { computed, signal } from '@preact/signals'

import { layOut, type Layout, type Size } from '../layout/layout.ts'
import { path } from '../run/path.ts'
import { openView } from '../run/view-tabs.tsx'
import { graphStages, rowOf, runStatus } from '../state/shown-run.ts'
import { stateOf } from '../state/stage-state.ts'
import { centered, fitted, withBoxInView, zoomed, type Viewport } from './viewport.ts'

const NARROW = matchMedia('(max-width: 820px)')
const isNarrow = signal(NARROW.matches)
NARROW.addEventListener('change', ({ matches }) => (isNarrow.value = matches))

/** The size of the element that shows the graph. */
export const frame = signal<Size>({ width: 0, height: 0 })
export const view = signal<Viewport>({ x: 0, y: 0, scale: 1 })
/** The reader has moved or zoomed. From then on, a new size doesn't change the view. */
let isMoved = false

/** Below this scale no text can be read, so none is drawn. */
const FAR = 0.5
/** A larger graph opens where it runs: as a whole it has only a shape. */
const MOST_FITTED = 60

export const isFar = computed(() => view.value.scale <= FAR)

/** The places of the stages, by their names. */
export const stageIndexes = computed(() => new Map(graphStages.value?.map(({ name }, index) => [name, index])))

export const layout = computed((): Layout | undefined => {
  const stages = graphStages.value
  if (stages === null) return undefined
  const indexes = stageIndexes.value
  const places = stages.map(({ dependencies }) => ({
    dependencies: dependencies.flatMap(({ stage }) => indexes.get(stage) ?? []),
  }))
  return layOut(places, isNarrow.value ? 'down' : 'right')
})

/** Shows a graph that has just been opened, or whose element has another size. */
export function openGraph(): void {
  if (isMoved) return
  if ((graphStages.peek()?.length ?? 0) > MOST_FITTED) showNow()
  else fit()
}

/** As if the graph had just been opened. */
export function resetGraph(): void {
  isMoved = false
  openGraph()
}

/** A narrow window shows a large run by its timeline first: of its graph only a few boxes have room. */
export function openFittingView(): void {
  const isLarge = (graphStages.peek()?.length ?? 0) > MOST_FITTED
  openView.value = isNarrow.peek() && isLarge ? 'timeline' : 'graph'
}

/** Shows the whole graph, as if it had just been opened. */
export function showWhole(): void {
  isMoved = false
  fit()
}

function fit(): void {
  const drawn = layout.peek()
  if (drawn !== undefined && frame.peek().width > 0) view.value = fitted(drawn.size, frame.peek())
}

/** Shows what runs, asks or failed, or else the slowest stage of the critical path. */
export function showNow(): void {
  const drawn = layout.peek()
  if (drawn === undefined || frame.peek().width === 0) return
  const status = runStatus.peek()
  const stages = graphStages.peek() ?? []
  const active = stages.filter(({ name }) => ACTIVE.has(stateOf(rowOf(name).peek(), status))).map(({ name }) => name)
  const shown = active.length > 0 ? active : [slowestOnPath() ?? stages[0]?.name ?? '']
  const places = shown.flatMap((name) => drawn.places[stageIndexes.peek().get(name) ?? -1] ?? [])
  view.value = centered(places, drawn, frame.peek())
}

function slowestOnPath(): string | undefined {
  return path.peek().toSorted((a, b) => b.durationMs - a.durationMs)[0]?.stage
}

const ACTIVE: ReadonlySet<string> = new Set(['running', 'retrying', 'fail', 'suspend'])

export function moveTo(next: Viewport): void {
  isMoved = true
  view.value = next
}

/** Zooms at the middle of the frame. */
export function zoomBy(factor: number): void {
  const { width, height } = frame.value
  moveTo(zoomed(view.value, factor, { x: width / 2, y: height / 2 }))
}

/** Moves so that a stage is in view. */
export function showStage(name: string): void {
  const drawn = layout.peek()
  const place = drawn?.places[stageIndexes.peek().get(name) ?? -1]
  if (drawn !== undefined && place !== undefined)
    view.value = withBoxInView(view.peek(), place, drawn.box, frame.peek())
}
