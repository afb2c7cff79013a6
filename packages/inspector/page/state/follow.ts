import { effect, signal } from '@preact/signals'

import { address, replaceWith } from './address.ts'
import { filteredRuns, runs } from './run-list.ts'

/** Whether the newest run is shown once the shown one has ended. */
export const isFollowing = signal(Object.values(address.value).every((field) => field === undefined))

// Runs may be as short as a millisecond. A page that changes more often can't be read.
const LEAST_PAUSE_MS = 1_000
/** The shown run has changed a moment ago. */
const isPaused = signal(false)

export function stopFollowing(): void {
  isFollowing.value = false
}

export function followNewestRun(): void {
  effect(() => {
    const [newest] = filteredRuns.value
    const { run, pipeline } = address.value
    const isWanted = isFollowing.value && !isPaused.value && pipeline === undefined
    if (!isWanted || newest === undefined || newest.id === run) return
    if (run !== undefined && runs.value.get(run)?.status === 'running') return
    isPaused.value = true
    setTimeout(() => (isPaused.value = false), LEAST_PAUSE_MS)
    replaceWith({ run: newest.id })
  })
}
