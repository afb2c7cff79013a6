/** The last part of a key: the stage, the item of a map, and how often it has asked before. */
const LAST = /^([^#@]+)(?:#(\d+))?(?:@\d+)?$/

/** The keys of an answer, from the outermost, for the key of a call: `kid/letters#2` asks for `{ kid: { letters: { 2: … } } }`. */
export function pathOf(key: string): readonly string[] {
  const parts = key.split('/')
  const [, last = '', item] = LAST.exec(parts.pop() as string) ?? []
  // Answers don't name the attempt of a repeated child pipeline.
  const around = parts.map((part) => part.split('#', 1)[0] as string)
  const names = [...around, last].map((part) => part.replaceAll('%2F', '/'))
  return item === undefined ? names : [...names, item]
}

/** A path of names as one text, and back. */
export const pathText = (path: readonly string[]): string => path.map((name) => name.replaceAll('/', '%2F')).join('/')
export const namesIn = (text: string): readonly string[] => text.split('/').map((name) => name.replaceAll('%2F', '/'))
