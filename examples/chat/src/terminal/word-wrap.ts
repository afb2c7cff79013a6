import { columnsOf } from '@stageflow/core/kit'
import { eastAsianWidth } from 'get-east-asian-width'

export interface WordWrap {
  /** What can be printed now: all but a word that may still go on. */
  push(text: string): string
  /** What was held back; the next text starts again. */
  end(): string
}

/**
 * Breaks lines between words, as the text comes in pieces of any size. The space at a break is left out, so no line is longer than
 * `width` columns, but for a word that is. Code fences keep their lines.
 */
export function wordWrap(width: number): WordWrap {
  let word = ''
  let gap = ''
  let column = 0
  let line = ''
  let inFence = false

  function place(): string {
    if (word === '') return ''
    const columns = columnsOf(word, eastAsianWidth)
    const breaks = !inFence && column > 0 && gap !== '' && column + gap.length + columns > width
    const printed = (breaks ? '\n' : gap) + word
    column = breaks ? columns : column + gap.length + columns
    line = breaks ? word : line + printed
    word = ''
    gap = ''
    return printed
  }

  function beginLine(): void {
    column = 0
    line = ''
    gap = ''
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
          gap += character
          continue
        }
        if (/^\s*(?:```|~~~)/.test(line)) inFence = !inFence
        beginLine()
        printed += character
      }
      return printed
    },
    end() {
      const rest = place()
      beginLine()
      inFence = false
      return rest
    },
  }
}
