import { shownText } from './shown.ts'

/** A word for a shell, in a command to copy. Some characters mean something only at its beginning, such as that of a comment. */
export const quoted = (word: string): string =>
  /^[\w./:@][\w./#~:@-]*$/.test(word) ? word : `'${shownText(word).replaceAll("'", `'\\''`)}'`
