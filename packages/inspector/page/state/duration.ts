import { formatDuration } from '@stageflow/core/kit'

/** A duration with its unit, or an empty text. */
export function shownDuration(ms: number | undefined): string {
  return ms === undefined ? '' : formatDuration(ms)
}

/** The time of day, with the day if it isn't today. */
export function shownTime(ms: number): string {
  const date = new Date(ms)
  const time = date.toLocaleTimeString()
  return date.toDateString() === new Date().toDateString() ? time : `${date.toLocaleDateString()} ${time}`
}

/** `1 stage`, `3 stages`. */
export function counted(count: number, word: string): string {
  return `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`
}
