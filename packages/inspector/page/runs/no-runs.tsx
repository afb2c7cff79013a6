import type { JSX } from 'preact'

import { runs, showAllRuns } from '../state/run-list.ts'

const CODE = `import { setEventSink } from '@stageflow/core'
import { inspector } from '@stageflow/inspector'

setEventSink(inspector())`

/** In place of a run, before there is one. */
export function NoRunYet(): JSX.Element {
  return (
    <main class="message">
      <h1>No run yet</h1>
      <p>Every run that begins after these lines appears here:</p>
      <pre tabIndex={0}>{CODE}</pre>
    </main>
  )
}

/** In place of a list without runs. */
export function NoRunListed(): JSX.Element {
  const known = runs.value.size
  if (known === 0) return <p class="empty">No run yet.</p>
  return (
    <div class="empty">
      <p>
        <strong>No run fits the filter.</strong>
      </p>
      <button type="button" onClick={showAllRuns}>
        Show all {known.toLocaleString('en')}
      </button>
    </div>
  )
}
