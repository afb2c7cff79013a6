import type { PathSegment } from '@stageflow/report'

import { shownDuration } from '../state/duration.ts'

/** `, 7.9 ms of it queued`: what a stage spent most of its time on, if that wasn't its own code. */
export function mostOf({ parts, durationMs }: PathSegment): string {
  const most = parts.find((part) => part.durationMs > durationMs / 2 && part.kind !== 'running')
  return most === undefined ? '' : `, ${shownDuration(most.durationMs)} of it ${most.kind}`
}
