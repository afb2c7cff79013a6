import { shownDuration } from '../state/duration.ts'

/** A difference of two durations, always with its sign. */
export function signedDuration(ms: number): string {
  if (ms === 0) return '0'
  return `${ms > 0 ? '+' : '−'}${shownDuration(Math.abs(ms))}`
}
