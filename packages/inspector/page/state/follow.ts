import { effect, signal } from '@preact/signals'

import { address, replaceWith } from './address.ts'
import { filteredRuns, runs } from './run-list.ts'

/** Whether the newest run is shown once the shown one has ended. */
export const isFollowing = signal(Object.values(address.value).every((field) => field === undefined))

// Runs may be as short as a millisecond. A page that changes more often can't be read.
const LEAST_PAUSE_MS = 1_000

export function stopFollowing(): void {
  isFollowing.value = false
}

export function followNewestRun(): void {
  let changedAt = -Infinity
  effect(() => {
    const [newest] = filteredRuns.value
    const { run, pipeline } = address.value
    if (!isFollowing.value || newest === undefined || newest.id === run || pipeline !== undefined) return
    const isBusy = run !== undefined && runs.value.get(run)?.status === 'running'
    if (isBusy || performance.now() - changedAt < LEAST_PAUSE_MS) return
    changedAt = performance.now()
    replaceWith({ run: newest.id })
  })
}
