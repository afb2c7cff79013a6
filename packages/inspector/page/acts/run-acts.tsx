import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'

import type { RunView } from '../../src/protocol.ts'
import { link } from '../state/feed.ts'
import { CancelForm } from './cancel-form.tsx'
import { CompareWith } from './compare-with.tsx'
import { Problem } from './problem.tsx'
import { sendAct } from './send-act.ts'
import { saveFile } from './save-file.ts'

/** What a reader can do with a run: save it, compare it, cancel it, let it run again. */
export function RunActs({ view }: { readonly view: RunView }): JSX.Element | null {
  const isCancelling = useSignal(false)
  const problem = useSignal('')
  const { id, pipeline } = view.summary
  if (link.value === 'file') return null
  return (
    <>
      <span class="acts">
        <CompareWith summary={view.summary} />
        <button type="button" onClick={() => void saveFile(id, pipeline).then((found) => (problem.value = found))}>
          Save as HTML
        </button>
        {view.acts.includes('retry') && (
          <button type="button" onClick={() => void sendAct(id, 'retry', {}).then((found) => (problem.value = found))}>
            Retry
          </button>
        )}
        {view.acts.includes('cancel') && (
          <button
            type="button"
            aria-expanded={isCancelling.value}
            onClick={() => (isCancelling.value = !isCancelling.value)}
          >
            Cancel the run
          </button>
        )}
      </span>
      {isCancelling.value && view.acts.includes('cancel') && (
        <CancelForm run={id} close={() => (isCancelling.value = false)} />
      )}
      <Problem text={problem.value} />
    </>
  )
}
