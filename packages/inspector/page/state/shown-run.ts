import { computed, signal, type Signal } from '@preact/signals'

import type { FeedMessage, RunReport, RunView, StageRow, StageShape, StageView } from '../../src/protocol.ts'

/** The run that is shown. Its rows change on their own: read them by `rowOf`, or all together by `report`. */
export const run = signal<RunView | undefined>(undefined)
/** The stage that is shown, with its data. */
export const stage = signal<StageView | undefined>(undefined)
/** The app doesn't have the run that the address names. */
export const isUnknownRun = signal(false)

/** The status of the shown run. */
export const runStatus = computed(() => run.value?.summary.status ?? 'running')

// One signal for each row: of 1,000 stages, only those are drawn again that have changed.
const rows = new Map<string, Signal<StageRow | undefined>>()
/** Counts the changes of rows. */
const changes = signal(0)

/** One row of the shown run. */
export function rowOf(name: string): Signal<StageRow | undefined> {
  let row = rows.get(name)
  if (row === undefined) rows.set(name, (row = signal(undefined)))
  return row
}

/** The report of the shown run, with the rows as they are now. */
export const report = computed((): RunReport | undefined => {
  if (changes.value < 0 || run.value === undefined) return undefined
  const names = [...rows].flatMap(([name, row]) => (row.peek() === undefined ? [] : [[name, row.peek()] as const]))
  return { ...run.value.report, stages: Object.fromEntries(names) as RunReport['stages'] }
})

/** How many stages of the shown run have settled. The server sends its own count only with the whole run. */
export const settledStages = computed(() => Object.values(report.value?.stages ?? {}).filter(hasSettled).length)

function hasSettled({ status, startedAt }: StageRow): boolean {
  if (status === undefined || status === 'suspend') return false
  return status !== 'cancel' || startedAt !== undefined
}

// A text is compared by its letters: while the stages are the same, nothing is placed again.
const stagesAsText = computed(() => JSON.stringify(run.value?.graph?.stages ?? null))
/** The stages of the graph of the shown run. They stay the same object while the graph does. */
export const graphStages = computed(() => JSON.parse(stagesAsText.value) as readonly StageShape[] | null)

/** Takes what a message says about the shown run. */
export function receiveRun(message: FeedMessage): void {
  if (message.unknownRun === true) forgetRun(true)
  if (message.run !== undefined) showRun(message.run)
  if (message.rows !== undefined) showRows(message.rows)
  if (message.stage !== undefined) stage.value = message.stage
}

export function showRun(view: RunView): void {
  isUnknownRun.value = false
  if (view.summary.id !== run.value?.summary.id) forgetRun(false)
  run.value = view
  showRows(Object.values(view.report.stages))
}

/** Nothing is shown until the next message. */
export function forgetRun(isUnknown: boolean): void {
  run.value = undefined
  stage.value = undefined
  isUnknownRun.value = isUnknown
  for (const row of rows.values()) row.value = undefined
  rows.clear()
}

function showRows(changed: readonly StageRow[]): void {
  for (const row of changed) rowOf(row.stage).value = row
  changes.value++
}
