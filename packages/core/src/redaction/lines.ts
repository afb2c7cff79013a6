import { matchAt } from './match.ts'

/** The end of the line of a name, with the sign of a block of YAML, a tag and an anchor if it has them. */
const BLOCK =
  /[ \t]{0,16}(?:[&!]\S{0,64}[ \t]{1,8}){0,2}([|>][-+\d]{0,2}[ \t]{0,16}(?:#[^\r\n]{0,256})?)?(?:\r?\n|((?:\\r)?\\n))/y
const LINE = /([ \t]*)([^\r\n]*)(\r?\n)?/y
/** The same if line ends are escaped, in a string of JSON. */
const ESCAPED_LINE = /([ \t]*)((?:\\"|(?!\\[rn])[^\r\n"])*)((?:\\r)?\\n)?/y
const FOLD = /(?:\r?\n|(?:\\r)?\\n)([ \t]{1,64})(?!at )(?=[^\s\\])/y
const LONGEST_LINE = 256

/**
 * Where the indented lines end that are the value of the name at `nameAt`, in YAML. `at`: behind the colon. Undefined if the value is
 * not of this form.
 */
export function endOfBlock(text: string, at: number, nameAt: number): number | undefined {
  const head = matchAt(BLOCK, text, at)
  if (head === null) return undefined
  const { indent, isFirst } = lineOf(text, nameAt)
  const [whole, sign, escapedEnd] = head
  if (sign === undefined && !isFirst) return undefined
  const pattern = escapedEnd === undefined ? LINE : ESCAPED_LINE
  let end: number | undefined
  let from = at + whole.length
  for (;;) {
    const [line, space, content, lineEnd] = matchAt(pattern, text, from) as unknown as readonly [
      string,
      string,
      string,
      string?,
    ]
    const isItem = sign === undefined && space.length === indent && content.startsWith('- ')
    const isOutside = space.length <= indent && !isItem
    // A stack trace is indented too.
    if (content !== '' && (isOutside || (sign === undefined && content.startsWith('at ')))) return end
    if (content !== '') end = from + space.length + content.length
    if (lineEnd === undefined) return end
    from += line.length
  }
}

/** Where the next line begins if it goes on with the header at `nameAt`, because it is indented more. */
export function startOfFold(text: string, at: number, nameAt: number): number | undefined {
  const fold = matchAt(FOLD, text, at)
  if (fold === null || (fold[1] as string).length <= lineOf(text, nameAt).indent) return undefined
  return at + fold[0].length
}

/** How far the line of a name is indented, with the signs of a list, and whether the name is the first in it. */
function lineOf(text: string, nameAt: number): { readonly indent: number; readonly isFirst: boolean } {
  const before = text.slice(Math.max(0, nameAt - LONGEST_LINE), nameAt)
  const escapedEnd = before.lastIndexOf('\\n')
  const line = before.slice(Math.max(before.lastIndexOf('\n') + 1, escapedEnd < 0 ? 0 : escapedEnd + 2))
  const indent = /^[ \t]*(?:[-?][ \t]+)*/.exec(line)?.[0].length ?? 0
  return { indent, isFirst: /^["'\\\w.-]*$/.test(line.slice(indent)) }
}
