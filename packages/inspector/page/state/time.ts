import { computed, effect, signal } from '@preact/signals'

import { link } from './feed.ts'
import { run } from './shown-run.ts'

const TICK_MS = 100

/**
 * The time of the server. All parts of the page show this one, so that no two of them differ. It stands still while the app is gone: what
 * is shown was true then.
 */
export const now = signal(0)
let aheadMs = 0

const isRunning = computed(() => run.value?.summary.status === 'running')

export function receiveTime(serverNow: number): void {
  aheadMs = serverNow - Date.now()
  now.value = serverNow
}

/** Lets time pass between two messages, while a run is in progress. */
export function keepTime(): void {
  effect(() => {
    if (!isRunning.value || link.value !== 'live') return undefined
    const timer = setInterval(() => (now.value = Math.max(now.value, Date.now() + aheadMs)), TICK_MS)
    return () => clearInterval(timer)
  })
}
