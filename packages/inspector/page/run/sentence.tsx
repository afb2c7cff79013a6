import type { PathSegment } from '@stageflow/report'
import type { JSX } from 'preact'

import type { StageRow } from '../../src/protocol.ts'
import { counted, shownDuration } from '../state/duration.ts'
import { report, run } from '../state/shown-run.ts'
import { durationOf } from '../state/stage-state.ts'
import { now } from '../state/time.ts'
import { mostOf } from './most-of.ts'
import { path } from './path.ts'

/** What the run does now, and which stage took most of its time. */
export function Sentence(): JSX.Element | null {
  const view = run.value
  if (view === undefined) return null
  if (view.graph === undefined) {
    return (
      <p class="sentence">Only events of this run are known, so the page can't say which stages decided its time.</p>
    )
  }
  const segments = path.value
  if (segments.every(({ stage }) => stage === undefined)) {
    return <p class="sentence">{view.summary.status === 'running' ? 'No stage has started yet.' : 'No stage ran.'}</p>
  }
  return (
    <p class="sentence">
      <NowIn /> <Slowest segments={segments} stages={view.graph.stages.length} />
    </p>
  )
}

/** `Now in llm for 2.81 s.` */
function NowIn(): JSX.Element | null {
  const { status, asking = [] } = run.value?.summary ?? {}
  if (status === 'suspended' && asking.length > 0) {
    return (
      <>
        <strong>{asking.join(', ')}</strong> {asking.length === 1 ? 'waits' : 'wait'} for an answer.
      </>
    )
  }
  const last = runningLast()
  if (last === undefined) return null
  return (
    <>
      Now in <strong>{last.stage}</strong> for {shownDuration(durationOf(last, now.value))}.
    </>
  )
}

/** The stage at the end of the path, while it runs. */
function runningLast(): StageRow | undefined {
  const stage = path.value.at(-1)?.stage
  const row = stage === undefined ? undefined : report.value?.stages[stage]
  return run.value?.summary.status === 'running' && row?.endedAt === undefined ? row : undefined
}

interface SlowestProps {
  readonly segments: readonly PathSegment[]
  /** How many the graph has. */
  readonly stages: number
}

/** `library took 2.58 s of 5.40 s (48 %), 1.4 s of it queued; 3 of 7 stages decided the time.` */
function Slowest({ segments, stages }: SlowestProps): JSX.Element {
  const slowest = segments.reduce((most, each) => (each.durationMs > most.durationMs ? each : most))
  const totalMs = segments.reduce((sum, { durationMs }) => sum + durationMs, 0)
  const share = totalMs === 0 ? 0 : Math.round((slowest.durationMs / totalMs) * 100)
  const decided = segments.length > 1 ? `; ${segments.length} of ${counted(stages, 'stage')} decided the time` : ''
  if (slowest.stage === runningLast()?.stage) {
    return (
      <>
        That is {share} % of {shownDuration(totalMs)}
        {decided}.
      </>
    )
  }
  return (
    <>
      <strong>{slowest.stage}</strong> took {shownDuration(slowest.durationMs)} of {shownDuration(totalMs)} ({share} %)
      {mostOf(slowest)}
      {decided}.
    </>
  )
}
