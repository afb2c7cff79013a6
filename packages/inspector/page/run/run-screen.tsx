import type { JSX } from 'preact'

import { Graph } from '../graph/graph.tsx'
import { NoRunYet } from '../runs/no-runs.tsx'
import { address } from '../state/address.ts'
import { link } from '../state/feed.ts'
import { runs } from '../state/run-list.ts'
import { isUnknownRun, run } from '../state/shown-run.ts'
import { Timeline } from '../timeline/timeline.tsx'
import { RunHead } from './run-head.tsx'
import { ViewTabs, openView } from './view-tabs.tsx'

/** One run: its head, what decided its time, its graph and its timeline. */
export function RunScreen(): JSX.Element {
  if (isUnknownRun.value) {
    return (
      <main class="message">
        <h1>This run isn't here</h1>
        <p>The app doesn't keep it any more, or you may not see it.</p>
        <p>
          <code>{address.value.run}</code>
        </p>
      </main>
    )
  }
  if (run.value === undefined && address.value.run === undefined && runs.value.size === 0 && link.value === 'live') {
    return <NoRunYet />
  }
  if (run.value === undefined) {
    return (
      <main class="message">
        <h1>{address.value.run === undefined ? 'No run is shown' : 'Loading the run …'}</h1>
      </main>
    )
  }
  return (
    <main class={`run view-${openView.value}`}>
      <RunHead view={run.value} />
      <ViewTabs />
      <Graph />
      <Timeline />
    </main>
  )
}
