import type { JSX } from 'preact'

import { address, goTo } from '../state/address.ts'
import { shownDuration } from '../state/duration.ts'
import { path } from './path.ts'

/** A part below this share can't be seen. */
const LEAST_SHARE = 0.002
/** A part below this share has no room for its name. */
const NAMED_SHARE = 0.08

/** The critical path as one bar: each stage as wide as its part of the time. */
export function PathStrip(): JSX.Element | null {
  const segments = path.value
  const totalMs = segments.reduce((sum, { durationMs }) => sum + durationMs, 0)
  if (totalMs === 0) return null
  return (
    <div class="strip" role="group" aria-label="Critical path">
      {segments.map(({ stage, durationMs }) => {
        const share = durationMs / totalMs
        if (stage === undefined || share < LEAST_SHARE) return null
        const words = `${stage} ${shownDuration(durationMs)}`
        const { run, stage: shown } = address.value
        return (
          <button
            key={stage}
            type="button"
            style={{ flexGrow: share }}
            aria-pressed={stage === shown}
            aria-label={words}
            title={words}
            onClick={() => goTo({ run, stage })}
          >
            {share < NAMED_SHARE ? '' : words}
          </button>
        )
      })}
    </div>
  )
}
