import { useComputed } from '@preact/signals'
import { firstCallAt } from '@stageflow/report/unchecked'
import type { JSX } from 'preact'

import type { StageRow } from '../../src/protocol.ts'
import { isOnPath } from '../run/path.ts'
import { Sign, toneOf } from '../signs/sign.tsx'
import { address, goTo } from '../state/address.ts'
import { shownDuration } from '../state/duration.ts'
import { runStatus } from '../state/shown-run.ts'
import { durationOf, stateOf, STATE_WORDS } from '../state/stage-state.ts'
import { percent } from './time-axis.tsx'
import type { TimeScale } from './time-scale.ts'

interface TimelineRowProps {
  readonly row: StageRow
  readonly scale: TimeScale
  readonly until: number
}

/** One stage: its sign and name, its bars, and how long it took. */
export function TimelineRow({ row, scale, until }: TimelineRowProps): JSX.Element {
  const { stage } = row
  const state = stateOf(row, runStatus.value)
  const isShown = useComputed(() => address.value.stage === stage).value
  const onPath = useComputed(() => isOnPath(stage)).value
  const duration = shownDuration(durationOf(row, until))
  const words = whyOf(row)
  return (
    <li>
      <button
        type="button"
        class={`timeline-row tone-${toneOf(state)} ${onPath ? 'on-path' : ''}`}
        aria-pressed={isShown}
        onClick={() => goTo({ run: address.value.run, stage })}
      >
        <Sign state={state} />
        <span class="row-name" title={stage}>
          {stage}
          <span class="visually-hidden">, {STATE_WORDS[state]}, </span>
        </span>
        <span class="bars">
          <Bars row={row} scale={scale} until={until} />
          {words !== '' && (row.startedAt === undefined || state === 'skip') && (
            <span class="row-words" style={{ left: percent(Math.min(0.6, scale.at(row.endedAt ?? until))) }}>
              {words}
            </span>
          )}
        </span>
        <span class="number">{state === 'skip' ? '' : duration}</span>
      </button>
    </li>
  )
}

/** The wait for a slot, each attempt, the time between them, and the chunks. */
function Bars({ row, scale, until }: TimelineRowProps): JSX.Element | null {
  const { readyAt, endedAt = until, attempts, chunkTimes = [] } = row
  const begin = firstCallAt(row)
  if (begin === undefined) return null
  const { at } = scale
  return (
    <>
      {readyAt !== undefined && readyAt < begin && <span class="bar queued" style={span(at(readyAt), at(begin))} />}
      <span class={attempts.length === 0 ? 'bar' : 'bar around'} style={span(at(begin), at(endedAt))} />
      {attempts.map((attempt) => (
        <span
          key={`${attempt.attempt}-${attempt.startedAt}`}
          class={`bar attempt ${attempt.status === 'retry' || attempt.status === 'fail' ? 'tone-fail' : ''}`}
          style={span(at(attempt.startedAt), at(attempt.endedAt ?? endedAt))}
        />
      ))}
      {chunkTimes.length > 0 && <ChunkTicks lefts={chunkTimes.map(at)} />}
    </>
  )
}

function ChunkTicks({ lefts }: { readonly lefts: readonly number[] }): JSX.Element {
  // Chunks at the same pixel are one line.
  const places = [...new Set(lefts.map((left) => Math.round(left * 2_000) / 2))]
  return (
    <svg class="chunk-ticks" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
      <path d={places.map((place) => `M${place} 0V10`).join('')} vector-effect="non-scaling-stroke" />
    </svg>
  )
}

function span(from: number, to: number): { readonly left: string; readonly width: string } {
  return { left: percent(from), width: percent(Math.max(0, to - from)) }
}

/** Why a stage didn't run, or how it ended. */
function whyOf({ status, reason, error, startedAt }: StageRow): string {
  const why = error?.message ?? reason ?? ''
  if (status === 'skip') return why === '' ? 'skipped' : `skipped: ${why}`
  if (startedAt === undefined && status === 'cancel') return why === '' ? 'never ran' : `never ran: ${why}`
  return why
}
