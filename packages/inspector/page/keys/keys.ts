import { layout, showNow, showStage, showWhole, stageIndexes } from '../graph/graph-state.ts'
import { pathStages } from '../run/path.ts'
import { openView } from '../run/view-tabs.tsx'
import { SEARCH_ID } from '../runs/run-filter.tsx'
import { address, goTo } from '../state/address.ts'
import { stopFollowing } from '../state/follow.ts'
import { filteredRuns } from '../state/run-list.ts'
import { graphStages } from '../state/shown-run.ts'
import { isHelpOpen } from './keys-help.tsx'

const KEYS: Readonly<Record<string, () => void>> = {
  '/': () => document.getElementById(SEARCH_ID)?.focus(),
  '?': () => (isHelpOpen.value = !isHelpOpen.value),
  Escape: close,
  j: () => showRunBeside(1),
  k: () => showRunBeside(-1),
  f: showWhole,
  n: showNow,
  g: () => (openView.value = 'graph'),
  t: () => (openView.value = 'timeline'),
  c: showNextOnPath,
  ArrowRight: () => showNeighbor('dependent'),
  ArrowLeft: () => showNeighbor('dependency'),
  ArrowDown: () => showInLayer(1),
  ArrowUp: () => showInLayer(-1),
}

/** Lets the keys of the page work, but not while the reader writes. */
export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    const { target } = event
    const isWriting = target instanceof HTMLElement && target.matches('input, select, textarea')
    if (isWriting) {
      if (event.key === 'Escape') target.blur()
      return
    }
    const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : undefined
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    // Arrow keys scroll what has the focus, unless that is a stage.
    if (event.key.startsWith('Arrow') && !isInGraph(target)) return
    event.preventDefault()
    act()
  })
}

function isInGraph(target: EventTarget | null): boolean {
  return target === document.body || (target instanceof Element && target.closest('[data-stage]') !== null)
}

function close(): void {
  if (isHelpOpen.value) isHelpOpen.value = false
  else if (address.value.stage !== undefined) goTo({ run: address.value.run })
}

function showRunBeside(step: number): void {
  const listed = filteredRuns.value
  const at = listed.findIndex(({ id }) => id === address.value.run)
  const next = listed[at === -1 ? 0 : at + step]
  if (next === undefined) return
  stopFollowing()
  goTo({ run: next.id })
}

/** Shows a stage, and gives it the focus. */
function show(name: string | undefined): void {
  if (name === undefined) return
  goTo({ run: address.value.run, stage: name })
  showStage(name)
  requestAnimationFrame(() => document.querySelector<SVGElement>(`[data-stage="${CSS.escape(name)}"]`)?.focus())
}

function showNextOnPath(): void {
  const at = pathStages.value.indexOf(address.value.stage ?? '')
  show(pathStages.value[(at + 1) % pathStages.value.length])
}

function showNeighbor(side: 'dependency' | 'dependent'): void {
  const stages = graphStages.value ?? []
  const { stage } = address.value
  if (stage === undefined) return show(stages[0]?.name)
  const shape = stages.find(({ name }) => name === stage)
  if (side === 'dependency') return show(shape?.dependencies[0]?.stage)
  show(stages.find(({ dependencies }) => dependencies.some((each) => each.stage === stage))?.name)
}

/** Shows the stage above or below in the same layer. */
function showInLayer(step: number): void {
  const drawn = layout.value
  const at = stageIndexes.value.get(address.value.stage ?? '')
  if (drawn === undefined || at === undefined) return
  const across = (index: number): number =>
    (drawn.direction === 'right' ? drawn.places[index]?.y : drawn.places[index]?.x) ?? 0
  const beside = [...drawn.layers.keys()]
    .filter((index) => drawn.layers[index] === drawn.layers[at] && step * (across(index) - across(at)) > 0)
    .toSorted((a, b) => step * (across(a) - across(b)))
  show(graphStages.value?.[beside[0] ?? -1]?.name)
}
