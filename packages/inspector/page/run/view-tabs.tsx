import { signal } from '@preact/signals'
import type { JSX } from 'preact'

type View = 'graph' | 'timeline'

/** Which of the two a narrow window shows. A wide one shows both. */
export const openView = signal<View>('graph')

const VIEWS: readonly View[] = ['graph', 'timeline']

export function ViewTabs(): JSX.Element {
  return (
    <div class="tabs" role="group" aria-label="View">
      {VIEWS.map((view) => (
        <button key={view} type="button" aria-pressed={openView.value === view} onClick={() => (openView.value = view)}>
          {view}
        </button>
      ))}
    </div>
  )
}
