const DAY_MS = 86_400_000

/** The time of day in UTC, `13:05:09.042`. */
export function clockTime(timestamp: number): string {
  if (!Number.isFinite(timestamp)) return '--:--:--.---'
  const ms = ((Math.floor(timestamp) % DAY_MS) + DAY_MS) % DAY_MS
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1_000) % 60].map(twoDigits)
  return `${hours}:${minutes}:${seconds}.${String(ms % 1_000).padStart(3, '0')}`
}

/** `0.4 ms`, `85 ms`, `1.24 s`, `2 m 05 s`; nothing where there is no duration. */
export function duration(ms: unknown): string {
  if (typeof ms !== 'number' || !Number.isFinite(ms) || ms < 0) return ''
  if (ms < 9.95) return `${Number(ms.toFixed(1))} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9_995) return `${Number((ms / 1_000).toFixed(2))} s`
  if (ms < 59_950) return `${Number((ms / 1_000).toFixed(1))} s`
  const seconds = Math.round(ms / 1_000)
  return `${Math.floor(seconds / 60)} m ${twoDigits(seconds % 60)} s`
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0')
}
