import { formatDuration } from '@stageflow/core/kit'

// The Swedish form is that of ISO 8601, in the time zone of the machine.
const DATE_AND_TIME = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' })

/** `2026-08-22 14:03:07`, in the time zone of the machine. A file may have any number there. */
export const timeText = (ms: number): string => {
  try {
    return DATE_AND_TIME.format(ms)
  } catch {
    return '?'
  }
}

const DAY_MS = 86_400_000

/** `85 ms`, `2 m 05 s`, `26 h 10 m`, `3 d`. A clock may have gone back. */
export function elapsedText(from: number, to: number): string {
  const ms = Math.max(0, to - from)
  return ms < 2 * DAY_MS ? formatDuration(ms) : `${Math.floor(ms / DAY_MS)} d`
}
