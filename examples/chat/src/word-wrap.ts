export interface WordWrap {
  /** What can be printed now: all but a word that may still go on. */
  push(text: string): string
  /** What was held back; the next text starts again. */
  end(): string
}

/** Breaks lines between words, as the text comes in pieces of any size. Code fences keep their lines. */
export function wordWrap(width: number): WordWrap {
  let word = ''
  let column = 0
  let line = ''
  let inFence = false

  function place(): string {
    const breaks = !inFence && column > 0 && column + word.length > width && /\s$/.test(line)
    const printed = breaks ? `\n${word}` : word
    column = (breaks ? 0 : column) + word.length
    line = (breaks ? '' : line) + word
    word = ''
    return printed
  }

  return {
    push(text) {
      let printed = ''
      for (const character of text) {
        if (!/\s/.test(character)) {
          word += character
          continue
        }
        printed += place()
        if (character === '\n') {
          if (/^\s*(?:```|~~~)/.test(line)) inFence = !inFence
          column = 0
          line = ''
        } else {
          column += 1
          line += character
        }
        printed += character
      }
      return printed
    },
    end() {
      const rest = place()
      column = 0
      line = ''
      inFence = false
      return rest
    },
  }
}
