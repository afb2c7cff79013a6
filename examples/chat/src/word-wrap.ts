export interface WordWrap {
  /** Returns the text that can be printed now: all but a last word that may go on. */
  push(text: string): string
  /** Returns the rest, and starts a new text. */
  end(): string
}

/** Breaks lines between words, for text that arrives in pieces. Lines of a code fence stay as they are. */
export function wordWrap(width: number): WordWrap {
  let line = ''
  let spaces = ''
  let word = ''
  let inFence = false

  /** Spaces are printed with the word after them, so that a full line never ends with one. */
  function place(): string {
    const breaks = !inFence && line !== '' && spaces !== '' && line.length + spaces.length + word.length > width
    const added = breaks ? `\n${word}` : spaces + word
    if (word === '') return ''
    line = breaks ? word : line + added
    spaces = ''
    word = ''
    return added
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
        if (character !== '\n') {
          spaces += character
          continue
        }
        if (line.startsWith('```')) inFence = !inFence
        printed += '\n'
        line = ''
        spaces = ''
      }
      return printed
    },
    end() {
      const rest = place()
      line = ''
      spaces = ''
      inFence = false
      return rest
    },
  }
}
