import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'

import { Problem } from './problem.tsx'
import { sendAct } from './send-act.ts'

/** Asks for a reason before a run is cancelled. */
export function CancelForm({ run, close }: { readonly run: string; readonly close: () => void }): JSX.Element {
  const reason = useSignal('')
  const problem = useSignal('')

  async function cancel(event: Event): Promise<void> {
    event.preventDefault()
    const given = reason.value.trim()
    problem.value = await sendAct(run, 'cancel', given === '' ? {} : { reason: given })
    if (problem.value === '') close()
  }

  return (
    <form class="cancel" onSubmit={(event) => void cancel(event)}>
      <input
        aria-label="Reason"
        placeholder="Reason (optional)"
        value={reason}
        onInput={({ currentTarget }) => (reason.value = currentTarget.value)}
      />
      <button type="submit" class="danger">
        Cancel it now
      </button>
      <button type="button" onClick={close}>
        Keep it
      </button>
      <Problem text={problem.value} />
    </form>
  )
}
