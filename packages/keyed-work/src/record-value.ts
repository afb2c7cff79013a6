// What the value of a completion says about the work. Its first character tells the kinds apart.
const RESULT = '='
const UNSTORABLE = '!'

/** Stands for work that was undone, until it expires. */
export const FORGOTTEN = '-'

export const resultValue = (text: string): string => RESULT + text

/** Stands for a result that could not be stored, so that its work isn't done again. */
export const unstorableValue = (reason: string): string => UNSTORABLE + JSON.stringify(reason)

/** The text of the result, or the reason why there is none. Throws for a value that this version did not write. */
export function readValue(value: string): { readonly text: string } | { readonly unstorable: string } {
  const rest = value.slice(1)
  if (value.startsWith(RESULT)) return { text: rest }
  if (value.startsWith(UNSTORABLE)) return { unstorable: String(JSON.parse(rest)) }
  throw new Error(`its value begins neither with "${RESULT}" nor with "${UNSTORABLE}"`)
}
