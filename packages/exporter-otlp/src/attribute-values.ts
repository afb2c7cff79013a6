/** A value that every OTLP encoding has. Undefined and null have none. */
export type AttributeValue =
  | string
  | number
  | boolean
  | readonly (AttributeValue | null)[]
  | { readonly [key: string]: AttributeValue | undefined }

/** Maximum length of ids and names, in characters. The redactor bounds everything else. */
const LONGEST_TEXT = 1_024

/** A JSON value as OTLP carries it. A receiver would refuse the whole batch for one value that it cannot decode. */
export function attributeValue(value: unknown): AttributeValue | undefined {
  if (typeof value === 'string') return wellFormed(value)
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return isNumeric(value) ? value : String(value)
  if (Array.isArray(value)) return value.map((each) => attributeValue(each) ?? null)
  if (typeof value !== 'object' || value === null) return undefined
  const entries = Object.entries(value).map(([key, each]) => [wellFormed(key), attributeValue(each)] as const)
  return Object.fromEntries(entries.filter(([, each]) => each !== undefined))
}

/** Whole numbers are sent as 64-bit integers, so they must be safe integers. JSON has no NaN. */
function isNumeric(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
}

/** An id or a name, cut; undefined if it isn't a string. */
export function attributeText(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  return wellFormed(text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text)
}

/** The text without half characters, which UTF-8 doesn't have. */
export function wellFormed(text: string): string {
  return text.replaceAll(/\p{Cs}/gu, '\ufffd')
}
