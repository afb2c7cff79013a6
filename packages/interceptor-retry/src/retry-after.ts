import { read } from './read.ts'

/** How many milliseconds from `now` (since 1970) on the server that sent `headers` asks to wait; undefined where it does not say. */
export function retryAfterMs(headers: unknown, now: number): number | undefined {
  const ms = headerOf(headers, 'retry-after-ms')
  if (ms !== undefined && NUMBER.test(ms)) return Number(ms)
  const after = headerOf(headers, 'retry-after')
  if (after === undefined) return undefined
  if (NUMBER.test(after)) return Number(after) * 1_000
  // oxlint-disable-next-line no-restricted-globals -- reads a date, not the time
  const date = HTTP_DATE.test(after) ? Date.parse(after) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

const NUMBER = /^\d{1,12}(\.\d+)?$/
const HTTP_DATE = /^[A-Za-z]{3,9}, .* GMT$/

/** Headers come as `Headers`, as an object with `get`, or as a plain object whose keys may have any case. */
function headerOf(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined
  try {
    const get = read(headers, 'get')
    const value: unknown = typeof get === 'function' ? get.call(headers, name) : valueOf(headers, name)
    const first: unknown = Array.isArray(value) ? value[0] : value
    return typeof first === 'string' || typeof first === 'number' ? String(first).trim() : undefined
  } catch {
    return undefined
  }
}

function valueOf(headers: object, name: string): unknown {
  const key = Object.keys(headers).find((one) => one.toLowerCase() === name)
  return key === undefined ? undefined : read(headers, key)
}
