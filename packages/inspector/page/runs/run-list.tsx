import type { JSX } from 'preact'

import { address } from '../state/address.ts'
import { filteredRuns, olderRuns } from '../state/run-list.ts'
import { link } from '../state/feed.ts'
import { NoRunListed } from './no-runs.tsx'
import { RunFilter } from './run-filter.tsx'
import { RunItem } from './run-item.tsx'

const MOST_ITEMS = 150

/** All runs, the newest first. */
export function RunList(): JSX.Element {
  const listed = filteredRuns.value
  const left = Math.max(0, listed.length - MOST_ITEMS) + olderRuns.value
  return (
    <nav class="runs" aria-label="Runs">
      <RunFilter />
      <ul>
        {listed.slice(0, MOST_ITEMS).map((run) => (
          <RunItem key={run.id} run={run} isShown={run.id === address.value.run} />
        ))}
      </ul>
      {left > 0 && <p class="left-out">and {left.toLocaleString('en')} older</p>}
      {listed.length === 0 && link.value !== 'connecting' && <NoRunListed />}
    </nav>
  )
}
