import type { PipelineStatus, StageStatus } from '@stageflow/core'

import { histogramLength } from './rows.ts'

/** Statuses that have a line only after they occurred: most pipelines never suspend. */
export const RARE: ReadonlySet<string> = new Set(['suspend', 'suspended', 'other'])

/** Stands for names beyond the limits, and for statuses that a later core may add. */
export const OTHER = 'other'

/** The most frequent status first. */
export const STAGE_STATUSES: readonly (StageStatus | typeof OTHER)[] = [
  'ok',
  'skip',
  'cancel',
  'fail',
  'suspend',
  OTHER,
]
export const RUN_STATUSES: readonly (PipelineStatus | typeof OTHER)[] = [
  'completed',
  'cancelled',
  'failed',
  'suspended',
  OTHER,
]

// The places of numbers in the row of a stage. Numbers that are written together stand together.
export const INPUT_TOKENS = 0
export const OUTPUT_TOKENS = 1
export const CHUNKS = 2
export const ATTEMPTS = 3
export const QUEUE_WAIT = 4

/** The place of the number in the row of the items of a map. */
export const ITEM_ATTEMPTS = 0

// The places of numbers in the row of an inbox.
export const DROPPED_CHUNKS = 0
export const BLOCKED_SECONDS = 1
export const HIGH_WATER = 2
export const INBOX_LENGTH = 3

/** The place of the number in the row of a pipeline's runs. */
export const DROPPED_EVENTS = 0

/** The places of the rest: for each status a count, followed by the histogram of durations. */
export interface Layout {
  readonly bounds: readonly number[]
  readonly histogram: number
  readonly stageEndings: number
  readonly stageLength: number
  readonly itemEndings: number
  readonly itemLength: number
  readonly runEndings: number
  readonly runLength: number
}

export function layoutOf(bounds: readonly number[]): Layout {
  const histogram = histogramLength(bounds)
  const stageEndings = QUEUE_WAIT + histogram
  const itemEndings = ITEM_ATTEMPTS + 1
  const runEndings = DROPPED_EVENTS + 1
  return {
    bounds,
    histogram,
    stageEndings,
    stageLength: stageEndings + STAGE_STATUSES.length * (1 + histogram),
    itemEndings,
    itemLength: itemEndings + STAGE_STATUSES.length * (1 + histogram),
    runEndings,
    runLength: runEndings + RUN_STATUSES.length * (1 + histogram),
  }
}

/** The place of the count of `status`, from the first one; the histogram follows it. */
export function endingOf({ histogram }: Layout, statuses: readonly string[], status: string | undefined): number {
  if (status === statuses[0]) return 0
  const place = statuses.indexOf(status as string)
  return (place < 0 ? statuses.length - 1 : place) * (1 + histogram)
}
