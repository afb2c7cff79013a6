import { signal, useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import type { RunView, StageRow } from '../../src/protocol.ts'
import { isOnPath } from '../run/path.ts'
import { counted } from '../state/duration.ts'
import { graphStages, report, run } from '../state/shown-run.ts'
import { now } from '../state/time.ts'
import { TimeAxis } from './time-axis.tsx'
import { timeScale, type TimeRange } from './time-scale.ts'
import { inOrderOfTime, MOST_ROWS, mostTelling } from './timeline-order.ts'
import { TimelineRow } from './timeline-row.tsx'

/** The reader wants all rows of a large run. */
const isWhole = signal(false)

/** In pixels, as in the style. */
const ROW_HEIGHT = 24
const AXIS_HEIGHT = 24
/** Rows above and below those in view. */
const MORE_ROWS = 8
/** What a label of the axis needs, and what the names and durations beside the bars take. */
const TICK_WIDTH = 75
const BESIDE_BARS = 300

/** When each stage of the shown run waited and ran. */
export function Timeline(): JSX.Element {
  const element = useRef<HTMLDivElement>(null)
  const top = useSignal(0)
  const size = useSignal({ width: 800, height: 400 })
  useEffect(() => {
    const box = element.current
    if (box === null) return undefined
    const observer = new ResizeObserver(() => (size.value = { width: box.clientWidth, height: box.clientHeight }))
    observer.observe(box)
    return () => observer.disconnect()
  }, [])

  const view = run.value
  const all = rowsOf(view, Object.values(report.value?.stages ?? {}))
  // Read only while the run is in progress: later ticks change nothing.
  const until = report.value?.endedAt ?? (view?.summary.status === 'running' ? now.value : lastTime(all))
  const rows = isWhole.value ? all : mostTelling(all, MOST_ROWS, isOnPath, until)
  const from = view?.summary.startedAt ?? 0
  const { width, height } = size.value
  const mostTicks = Math.floor((width - BESIDE_BARS) / TICK_WIDTH)
  const scale = timeScale({ from, to: until }, busyTimes(all, until), mostTicks)
  const first = Math.max(0, Math.floor(top.value / ROW_HEIGHT) - MORE_ROWS)
  const shown = rows.slice(first, first + Math.ceil(height / ROW_HEIGHT) + 2 * MORE_ROWS)

  return (
    <section class="timeline" aria-label="Timeline">
      {all.length > MOST_ROWS && (
        <p class="timeline-switch">
          {isWhole.value
            ? `All ${counted(all.length, 'stage')}.`
            : `The ${MOST_ROWS} of ${counted(all.length, 'stage')} that tell most.`}{' '}
          <button type="button" aria-pressed={isWhole.value} onClick={() => (isWhole.value = !isWhole.value)}>
            {isWhole.value ? 'Show those that tell most' : 'Show all'}
          </button>
        </p>
      )}
      <div class="timeline-rows" ref={element} onScroll={({ currentTarget }) => (top.value = currentTarget.scrollTop)}>
        <div class="timeline-all" style={{ height: `${AXIS_HEIGHT + rows.length * ROW_HEIGHT}px` }}>
          <TimeAxis scale={scale} height={rows.length * ROW_HEIGHT} />
          <ol style={{ transform: `translateY(${first * ROW_HEIGHT}px)` }}>
            {shown.map((row) => (
              <TimelineRow key={row.stage} row={row} scale={scale} until={until} />
            ))}
          </ol>
        </div>
      </div>
    </section>
  )
}

/** The rows of all stages that have something to show, in order of time. */
function rowsOf(view: RunView | undefined, known: readonly StageRow[]): readonly StageRow[] {
  if (view === undefined) return []
  const places = new Map(graphStages.value?.map(({ name }, index) => [name, index]))
  const declared = known.toSorted((a, b) => (places.get(a.stage) ?? 0) - (places.get(b.stage) ?? 0))
  return inOrderOfTime(declared.filter(({ startedAt, status }) => startedAt !== undefined || status !== undefined))
}

/** When stages waited for a slot or ran. The time between a question and its answer isn't busy. */
function busyTimes(rows: readonly StageRow[], until: number): readonly TimeRange[] {
  return rows.flatMap(({ readyAt, startedAt, endedAt, attempts }) => [
    ...attempts.map((attempt) => ({ from: attempt.startedAt, to: attempt.endedAt ?? endedAt ?? until })),
    ...(startedAt === undefined ? [] : [{ from: Math.min(readyAt ?? startedAt, startedAt), to: endedAt ?? until }]),
  ])
}

function lastTime(rows: readonly StageRow[]): number {
  return rows.reduce((last, { endedAt, startedAt }) => Math.max(last, endedAt ?? startedAt ?? 0), 0)
}
