import type { Block, Passage } from './passages.ts'
import { terms } from './terms.ts'

export interface Sentence {
  readonly passage: Passage
  /** Where it stands: the block in the passage, and the sentence in the block. */
  readonly block: number
  readonly position: number
  readonly text: string
  readonly terms: readonly string[]
  /** The list, table or code that it ends with a colon to announce; empty for every other sentence. */
  readonly announces: readonly Block[]
}

/** A longer example is read in the document, not in an answer. */
export const MOST_CODE_LINES = 24
/** Nor is a longer list. */
export const MOST_ITEMS = 7

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'sentence' })

/** Every sentence of a passage's prose; a list item and a table row are at least one sentence each. */
export function sentencesOf(passage: Passage): readonly Sentence[] {
  if (passage.blocks.every((block) => block.kind === 'code')) {
    // Nothing but code below a heading ("Install"): the headings are the sentence that announces it.
    return [sentence(passage, -1, 0, `${passage.trail.slice(-2).join(', ')}:`)]
  }
  return passage.blocks.flatMap(({ kind, text }, block) => {
    if (kind === 'code') return []
    const parts = kind === 'row' ? [text] : split(text)
    return parts.map((part, position) => sentence(passage, block, position, part))
  })
}

function sentence(passage: Passage, block: number, position: number, text: string): Sentence {
  return {
    passage,
    block,
    position,
    text,
    terms: terms(text),
    announces: text.endsWith(':') ? announced(passage, block) : [],
  }
}

function announced({ blocks }: Passage, from: number): readonly Block[] {
  const first = blocks[from + 1]
  if (first === undefined || first.kind === 'paragraph') return []
  if (first.kind === 'code' && first.language === 'mermaid') return []
  if (first.kind === 'code') return first.text.split('\n').length > MOST_CODE_LINES ? [] : [first]
  const rest = blocks.slice(from + 1)
  const end = rest.findIndex((block) => block.kind !== first.kind)
  return rest.slice(0, Math.min(end === -1 ? rest.length : end, MOST_ITEMS))
}

function split(text: string): readonly string[] {
  // A code span may hold full stops and question marks that end nothing: it is hidden while the text is cut.
  const hidden = text.replace(/`[^`]*`/g, (span) => 'x'.repeat(span.length))
  const parts: string[] = []
  let start = 0
  for (const { segment, index } of SEGMENTER.segment(hidden)) {
    const end = index + segment.length
    if (/(?:\b(?:e\.g|i\.e|etc|vs|cf)\.|\b\d+\.)\s*$/i.test(hidden.slice(start, end)) && end < hidden.length) continue
    parts.push(text.slice(start, end).trim())
    start = end
  }
  if (start < text.length) parts.push(text.slice(start).trim())
  return parts.filter((part) => part !== '')
}
