// Values that code outside has made: in this realm or another, such as a `vm` context of Jest, or after the global `Promise` was
// replaced. So `instanceof` says nothing about them.

/** Whether `value` is a promise of any kind: of this realm or another, or an object that only has `then`. Never throws. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  try {
    return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  } catch {
    return false // a getter that throws, or a revoked proxy
  }
}

/** For a value that isn't awaited: if it's a promise of any kind, and it rejects, calls `report`, so that the process doesn't end. */
export function onRejection(value: unknown, report: (cause: unknown) => void): void {
  if (isThenable(value)) Promise.resolve(value).catch(report)
}

/** Whether `value` is an error of this realm or another. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || ERROR_TAGS.includes(tagOf(value))
  } catch {
    return false // a revoked proxy
  }
}
const ERROR_TAGS = ['[object Error]', '[object DOMException]']

/** The kind of an object, such as `[object Promise]`. Throws for a revoked proxy. */
export const tagOf = (value: unknown): string => Object.prototype.toString.call(value)

/** Reads a property of any object or function; undefined for other values, if it is missing, or if its getter throws. */
export function read(value: unknown, key: PropertyKey): unknown {
  try {
    const hasProperties = typeof value === 'function' || (typeof value === 'object' && value !== null)
    return hasProperties ? (value as Record<PropertyKey, unknown>)[key] : undefined
  } catch {
    return undefined
  }
}

/** The `code` of an error, if it is a string. */
export function codeOf(error: unknown): string | undefined {
  const code = read(error, 'code')
  return typeof code === 'string' ? code : undefined
}
