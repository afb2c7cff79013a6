import { REDACTED } from './mark.ts'

/** Where the match of a sticky pattern at `at` ends, or `at` if nothing matches. */
export function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

/** What a sticky pattern matches at `at`. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** A part of the text to replace. `kept` stays before the mark. */
export interface Replacement {
  readonly start: number
  readonly end: number
  readonly kept: string
}

/**
 * Replaces what `replacementAt` finds behind each match, and goes on behind it. Reads the text once. `at`: where the match ends; `from`:
 * where the last replacement ends; `before`: where the search for the match began.
 */
export function replaceBehind(
  text: string,
  pattern: RegExp,
  replacementAt: (at: number, from: number, before: number) => Replacement | undefined,
): string {
  let clean = ''
  let from = 0
  let next = 0
  for (;;) {
    const before = next
    // Set each time, because reading a name may run code of the user, which may redact another text.
    pattern.lastIndex = before
    if (!pattern.test(text)) return from === 0 ? text : clean + text.slice(from)
    next = pattern.lastIndex
    const found = replacementAt(next, from, before)
    if (found === undefined) continue
    clean += text.slice(from, found.start) + found.kept + REDACTED
    from = found.end
    next = found.end
  }
}

/** The same for patterns with groups. */
export function replaceMatches(
  text: string,
  pattern: RegExp,
  replacementOf: (match: RegExpExecArray, at: number) => Replacement | undefined,
): string {
  return replaceBehind(text, pattern, (at, _, before) =>
    replacementOf(matchAt(pattern, text, before) as RegExpExecArray, at),
  )
}
