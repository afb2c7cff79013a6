/** Writes a duration for people: `340 µs`, `1.2 ms`, `85 ms`, `1.24 s`, `2 m 05 s`, `1 h 02 m`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return '?'
  if (ms < 0) return `-${formatDuration(-ms)}`
  if (ms === 0) return '0 ms'
  // Each limit is where the next smaller unit would round up to a full one: never "1000 ms", never "60.0 s".
  if (ms < 0.0005) return '0 µs'
  if (ms < 0.9995) return `${Math.round(ms * 1_000)} µs`
  if (ms < 9.95) return `${trimmed(ms, 1)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9_995) return `${trimmed(ms / 1_000, 2)} s`
  if (ms < 59_950) return `${trimmed(ms / 1_000, 1)} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${twoDigits(seconds % 60)} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} m`
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)))
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
