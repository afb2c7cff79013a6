const DAY_MS = 86_400_000

/** The time of day in UTC, `13:05:09.042`. */
export function clockTime(timestamp: number): string {
  if (!Number.isFinite(timestamp)) return '--:--:--.---'
  const ms = ((Math.floor(timestamp) % DAY_MS) + DAY_MS) % DAY_MS
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1_000) % 60].map((part) =>
    String(Math.floor(part)).padStart(2, '0'),
  )
  return `${hours}:${minutes}:${seconds}.${String(ms % 1_000).padStart(3, '0')}`
}
