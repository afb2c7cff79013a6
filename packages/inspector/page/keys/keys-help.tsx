import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

export const isHelpOpen = signal(false)

const KEYS = [
  ['/', 'filter the runs'],
  ['j k', 'next and previous run'],
  ['← →', 'a dependency, a dependent'],
  ['↑ ↓', 'the stage above, below'],
  ['c', 'along the critical path'],
  ['f', 'the whole graph'],
  ['n', 'what runs or failed'],
  ['g t', 'graph, timeline'],
  ['Esc', 'close'],
] as const

/** The keys of the page, above everything else. */
export function KeysHelp(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (isHelpOpen.value) dialog.current?.showModal()
    else dialog.current?.close()
  }, [isHelpOpen.value])
  return (
    <dialog ref={dialog} class="keys" aria-label="Keys" onClose={() => (isHelpOpen.value = false)}>
      <dl>
        {KEYS.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => (isHelpOpen.value = false)}>
        Close
      </button>
    </dialog>
  )
}
