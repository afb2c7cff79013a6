import type { JSX } from 'preact'

import type { RunSummary } from '../../src/protocol.ts'
import { address, goTo } from '../state/address.ts'
import { shownDuration, shownTime } from '../state/duration.ts'
import { runs } from '../state/run-list.ts'

const MOST_RUNS = 100

/** Chooses another run of the same pipeline to compare with. */
export function CompareWith({ summary }: { readonly summary: RunSummary }): JSX.Element | null {
  const others = [...runs.value.values()]
    .filter(({ pipeline, id, endedAt }) => pipeline === summary.pipeline && id !== summary.id && endedAt !== undefined)
    .toSorted((a, b) => b.startedAt - a.startedAt)
  if (others.length === 0 || summary.endedAt === undefined) return null
  return (
    <select
      aria-label="Compare with another run"
      value=""
      onChange={({ currentTarget }) => goTo({ run: address.value.run, with: currentTarget.value })}
    >
      <option value="">Compare with …</option>
      {others.slice(0, MOST_RUNS).map(({ id, status, startedAt, endedAt }) => (
        <option key={id} value={id}>
          {`${shownTime(startedAt)}, ${status}, ${shownDuration((endedAt ?? startedAt) - startedAt)}, ${id.slice(0, 8)}`}
        </option>
      ))}
    </select>
  )
}
