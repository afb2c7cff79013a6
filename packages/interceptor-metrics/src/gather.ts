import type { AttemptRecord, RunOutcome, StageNotes, StageRecord, Usage } from '@stageflow/core'

import {
  ATTEMPTS,
  BLOCKED_SECONDS,
  CHUNKS,
  DROPPED_CHUNKS,
  DROPPED_EVENTS,
  HIGH_WATER,
  INPUT_TOKENS,
  ITEM_ATTEMPTS,
  OUTPUT_TOKENS,
  QUEUE_WAIT,
  RUN_STATUSES,
  STAGE_STATUSES,
  endingOf,
} from './layout.ts'
import { add, observe } from './rows.ts'
import type { GraphSeries, Series, SeriesStore } from './series.ts'

/** Adds a stage of the graph that settled. Runs for every stage, so it only adds numbers to a row and allocates nothing. */
export function addStage(store: SeriesStore, graph: GraphSeries, place: number, record: StageRecord): void {
  const { status, readyAt, startedAt, attempts, chunks, error, notes, inbox } = record
  const { layout } = store
  const { numbers } = store.stageRows
  const endedAt = graph.gated[place] === true ? codeEndedAt(record) : record.endedAt
  const row = graph.rows[place] as number
  const ending = row + layout.stageEndings + endingOf(layout, STAGE_STATUSES, status)
  add(numbers, ending, 1)
  if (startedAt !== undefined) {
    const { bounds } = layout
    if (readyAt !== undefined) observe(numbers, row + QUEUE_WAIT, bounds, secondsOf(calledAt(record) - readyAt))
    // The histogram of durations stands behind the count.
    if (endedAt !== undefined) observe(numbers, ending + 1, bounds, secondsOf(endedAt - startedAt))
  }
  if (attempts.length > 0) add(numbers, row + ATTEMPTS, triesOf(attempts))
  addYield(numbers, row, chunks, notes)
  if (inbox !== undefined) addInbox(store.inboxRows.numbers, graph.inboxes[place] as Series, inbox)
  if (error !== undefined) store.countError(graph.stages[place] as Series, error.code)
}

/**
 * When the code of a stage ended, which may be before its gate opens: with its last attempt. A gate that refuses a stage ends it while its code
 * still runs. Undefined if an interceptor answered in its place.
 */
function codeEndedAt({ attempts, endedAt }: StageRecord): number | undefined {
  let last: number | undefined
  for (const attempt of attempts) {
    if (attempt.endedAt === undefined) return endedAt
    if (last === undefined || attempt.endedAt > last) last = attempt.endedAt
  }
  return last
}

function addInbox(numbers: Float64Array, { row }: Series, inbox: NonNullable<StageRecord['inbox']>): void {
  const { dropped, blockedMs, mostWaiting } = inbox
  add(numbers, row + DROPPED_CHUNKS, dropped)
  add(numbers, row + BLOCKED_SECONDS, secondsOf(blockedMs))
  numbers[row + HIGH_WATER] = Math.max(numbers[row + HIGH_WATER] as number, mostWaiting)
}

/** Adds an item of a map that settled. Its chunks and tokens are those of the map, which has no tokens of its own. */
export function addItem(store: SeriesStore, graph: GraphSeries, place: number, record: StageRecord): void {
  const { status, startedAt, endedAt, attempts, chunks, error, notes } = record
  const { layout } = store
  const { numbers } = store.itemRows
  const series = graph.items[place] as Series
  const ending = series.row + layout.itemEndings + endingOf(layout, STAGE_STATUSES, status)
  add(numbers, ending, 1)
  if (startedAt !== undefined && endedAt !== undefined)
    observe(numbers, ending + 1, layout.bounds, secondsOf(endedAt - startedAt))
  if (attempts.length > 0) add(numbers, series.row + ITEM_ATTEMPTS, triesOf(attempts))
  addYield(store.stageRows.numbers, graph.rows[place] as number, chunks, notes)
  if (error !== undefined) store.countError(series, error.code)
}

function addYield(numbers: Float64Array, row: number, chunks: number, { usage }: Readonly<StageNotes>): void {
  if (chunks > 0) add(numbers, row + CHUNKS, chunks)
  if (usage !== undefined) addUsage(numbers, row, usage)
}

/** A stage of a durable run that has been answered was called before its last call, and waited for the answer since. */
const calledAt = ({ startedAt = 0, attempts }: StageRecord): number =>
  Math.min(startedAt, attempts[0]?.startedAt ?? startedAt)

/** How often the last call was tried. Attempts that asked were counted when their stage suspended. */
function triesOf(attempts: readonly AttemptRecord[]): number {
  let tries = attempts.length
  while (tries > 1 && attempts[attempts.length - tries]?.status === 'suspend') tries--
  return tries
}

/** Adds a run that ended. */
export function addRun(store: SeriesStore, series: Series, outcome: RunOutcome): void {
  const { status, droppedEvents, startedAt, endedAt } = outcome
  const { layout } = store
  const { numbers } = store.runRows
  const ending = series.row + layout.runEndings + endingOf(layout, RUN_STATUSES, status)
  add(numbers, ending, 1)
  observe(numbers, ending + 1, layout.bounds, secondsOf(endedAt - startedAt))
  add(numbers, series.row + DROPPED_EVENTS, droppedEvents)
  if (status === 'failed') for (const { code } of outcome.errors) store.countError(series, code)
}

/** A clock that goes back or returns nonsense must not make a sum fall or become NaN. */
const secondsOf = (milliseconds: number): number => (milliseconds > 0 ? milliseconds / 1_000 : 0)

/** A note can be anything. Only counts are added. */
function addUsage(numbers: Float64Array, row: number, usage: Usage | null): void {
  add(numbers, row + INPUT_TOKENS, countOf(usage?.inputTokens))
  add(numbers, row + OUTPUT_TOKENS, countOf(usage?.outputTokens))
}

const countOf = (value: unknown): number => (typeof value === 'number' && value > 0 && value < Infinity ? value : 0)
