import type { HrTime } from '@opentelemetry/api'

/** A time of the run's clock for a span, in parts, because an SDK would take a small number, as of a manual clock, for one of `performance.now()`. */
export function spanTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000)
  const nanos = Math.round((ms - seconds * 1_000) * 1e6)
  return nanos === 1e9 ? [seconds + 1, 0] : [seconds, nanos]
}
