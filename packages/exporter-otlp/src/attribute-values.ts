/** A value that every OTLP encoding has; a JSON value that is undefined or null has none. */
export type AttributeValue =
  | string
  | number
  | boolean
  | readonly (AttributeValue | null)[]
  | { readonly [key: string]: AttributeValue | undefined }

/** Of ids and names, in characters. Those of the redactor bound everything else. */
const LONGEST_TEXT = 1_024

/** A JSON value as OTLP can carry it. One value that a receiver cannot decode would make it refuse the whole batch. */
export function attributeValue(value: unknown): AttributeValue | undefined {
  if (typeof value === 'string') return wellFormed(value)
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return isNumeric(value) ? value : String(value)
  if (Array.isArray(value)) return value.map((each) => attributeValue(each) ?? null)
  if (typeof value !== 'object' || value === null) return undefined
  const entries = Object.entries(value).map(([key, each]) => [wellFormed(key), attributeValue(each)] as const)
  return Object.fromEntries(entries.filter(([, each]) => each !== undefined))
}

/** Whole numbers are sent as 64-bit integers, which those beyond the safe ones are not; JSON has no NaN. */
function isNumeric(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
}

/** An id or a name, cut; undefined where it is no text. */
export function attributeText(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  return wellFormed(text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text)
}

/** UTF-8 has no half characters. */
export function wellFormed(text: string): string {
  return text.replaceAll(/\p{Cs}/gu, '\ufffd')
}
