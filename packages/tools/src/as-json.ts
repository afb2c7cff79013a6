import { isPlain, show } from '@stageflow/core/kit'

/** A value as JSON, in which a Date is a string for example; or what JSON would lose. */
export type AsJson = { readonly json: string } | { readonly lost: string }

/** Writes a value as JSON. Throws if a part cannot be read, is inside itself, or is nested too deep. */
export function asJson(given: unknown): AsJson {
  let lost: string | undefined
  const json = JSON.stringify(given, (key, value: unknown) => {
    if (isJson(value)) return value
    lost ??= key === '' ? show(value) : `${show(value)} at ${JSON.stringify(key)}`
    return undefined // `stringify` throws for a bigint
  }) as string | undefined
  return lost === undefined ? { json: json ?? 'null' } : { lost }
}

/** Whether JSON keeps the value, perhaps not all that is in it. A field that is undefined doesn't count. */
function isJson(value: unknown): boolean {
  if (typeof value === 'object') return value === null || Array.isArray(value) || isPlain(value)
  return typeof value === 'number' ? Number.isFinite(value) : /^(?:string|boolean|undefined)$/.test(typeof value)
}
