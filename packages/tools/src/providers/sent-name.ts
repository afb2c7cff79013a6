/** What providers don't take in the name of a function. */
const ILLEGAL = /[^\w-]/g
const LONGEST = 64

/** The name of a call in a message: as the model wrote it, or close to it, since a provider refuses a message with an illegal name. */
export function sentName(name: unknown): string {
  return typeof name === 'string' && name !== '' ? name.replaceAll(ILLEGAL, '_').slice(0, LONGEST) : 'unknown_tool'
}
