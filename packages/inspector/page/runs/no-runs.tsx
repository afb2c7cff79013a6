import type { JSX } from 'preact'

import { showAllRuns } from '../state/run-list.ts'

const CODE = `import { setEventSink } from '@stageflow/core'
import { inspector } from '@stageflow/inspector'

setEventSink(inspector())`

/** In place of a list without runs. `known`: how many runs the filter hides. */
export function NoRuns({ known }: { readonly known: number }): JSX.Element {
  if (known > 0) {
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
  return (
    <div class="empty">
      <p>
        <strong>No run yet.</strong>
      </p>
      <p>Every run that begins after these lines appears here:</p>
      <pre>{CODE}</pre>
    </div>
  )
}
